import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import { bar } from '../../program/bar.ts';

test.each([
  [0, 10, 0],
  [5, 10, 15],
  [10, 10, 30],
  [25, 10, 30],
  [-5, 10, 0],
  [0, 0, 0],
  [1, 0, 30],
])('draws %i of %i as a bar with %i of 30 columns filled', (value, total, full) => {
  expect(stripVTControlCharacters(bar(value, total))).toBe('█'.repeat(full) + '░'.repeat(30 - full));
});
