import { expect, it } from 'vitest';
import { PathCache } from '../../../local/iam/path-cache.ts';

it('returns the value of a list of texts, and of no other', () => {
  const cache = new PathCache<number>(10);
  cache.add(['a', 'b'], 1);
  cache.add(['a', 'c'], 2);
  cache.add(['ab', ''], 3);
  const lists = [['a', 'b'], ['a', 'c'], ['ab', ''], ['a', ''], ['a'], ['c', 'a'], ['a', 'b', 'c']];
  expect(lists.map((list) => cache.get(list))).toEqual([1, 2, 3, ...Array(4)]);
});

it('is emptied when it is full', () => {
  const cache = new PathCache<string>(2);
  const contents = () => ['a', 'b', 'c', 'd'].filter((key) => cache.get([key]) === key);
  cache.add(['a'], 'a');
  cache.add(['b'], 'b');
  expect(contents()).toEqual(['a', 'b']);
  cache.add(['c'], 'c');
  expect(contents()).toEqual(['c']);
  cache.add(['d'], 'd');
  expect(contents()).toEqual(['c', 'd']);
});
