import { expect, it } from 'vitest';
import { checkOrderIds } from '../../bench/check-queue.ts';

it('accepts a result with each order once, in any sequence', () => {
  expect(() => checkOrderIds('ours', ['a', 'b'], ['b', 'a'])).not.toThrow();
});

it('rejects a result with the number of orders that are missing, unknown or repeated', () => {
  expect(() => checkOrderIds('ours', ['a', 'b', 'c'], ['a', 'a', 'x', 'a'])).toThrow(
    'ours: must process each of 3 orders once, found 2 missing, 1 unknown, 2 repeated',
  );
});
