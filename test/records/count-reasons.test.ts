import { expect, test } from 'vitest';
import { ServiceError } from '../../lib/errors.ts';
import { countReasons } from '../../lib/records/count-reasons.ts';

const issue = (path: string, code: string) => ({ path, code, message: `${path} must not be Jane` });
const batch = { outcomes: [], ids: [] };

test('issues of all records are counted by place and code, and say nothing of what customers sent', () => {
  const rejected = [[issue('price', 'missing'), issue('order_id', 'too_big')], [issue('price', 'missing')]];
  expect(countReasons({ ...batch, rejected })).toEqual({ 'price: missing': 2, 'order_id: too_big': 1 });
});

test('a store that failed is counted by its code, or else by its name', () => {
  const failure = new ServiceError('Query', 'Throttled', 'slow down');
  expect(countReasons({ ...batch, rejected: [], failure })).toEqual({ Throttled: 1 });
  expect(countReasons({ ...batch, rejected: [], failure: new RangeError('Jane') })).toEqual({
    RangeError: 1,
  });
  expect(countReasons({ ...batch, rejected: [] })).toEqual({});
});
