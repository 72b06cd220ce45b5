import { expect, it } from 'vitest';
import { checkOrderIds } from '../../bench/check-queue.ts';

it('lets a result pass in which each order is once, in any order', () => {
  expect(() => checkOrderIds('ours', ['a', 'b'], ['b', 'a'])).not.toThrow();
});

it('tells how many orders are missing, unknown or repeated', () => {
  expect(() => checkOrderIds('ours', ['a', 'b', 'c'], ['a', 'a', 'x', 'a'])).toThrow(
    'ours: must process each of 3 orders once, 2 missing, 1 unknown, 2 repeated',
  );
});
