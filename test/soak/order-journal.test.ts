import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createOrderJournal } from './order-journal.ts';

beforeEach(() => vi.useFakeTimers({ now: 1_000, toFake: ['Date'] }));
afterEach(() => vi.useRealTimers());

it('an order is confirmed once, however often it is told', () => {
  const journal = createOrderJournal();
  journal.sent('a');
  journal.confirmed('a', 1_250);
  journal.confirmed('a', 9_000);
  expect(journal.counts()).toEqual({ sent: 1, confirmed: 1, repeated: 1 });
  expect(journal.takeLatencies()).toEqual([250]);
  expect(journal.takeLatencies()).toEqual([]);
});

it('an order without a confirmation is missing, and a confirmation without an order is a stranger', () => {
  const journal = createOrderJournal();
  journal.sent('a');
  journal.sent('b');
  journal.confirmed('b', 1_100);
  journal.confirmed('c', 1_100);
  expect(journal.missing()).toEqual(['a']);
  expect(journal.strangers()).toEqual(['c']);
});
