import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Item } from '../../harness/journal.ts';
import { createJournal } from '../../harness/journal.ts';

beforeEach(() => vi.useFakeTimers({ now: 1_000, toFake: ['Date'] }));
afterEach(() => vi.useRealTimers());

const order = (orderId: string): Item => ({ kind: 'order', text: `{"order_id":"${orderId}"}`, orderId });

it('counts an order as confirmed once, however many e-mails confirm it', () => {
  const journal = createJournal();
  journal.sent({ entry: 'queue', items: [order('a')] });
  journal.confirmed('a', 1_250);
  journal.confirmed('a', 9_000);
  expect(journal.progress()).toEqual({ sent: 1, confirmed: 1 });
  expect(journal.confirmations()).toEqual({ found: 1, missing: [], unknown: [], repeated: 1 });
  expect(journal.takeLatencies()).toEqual([250]);
  expect(journal.takeLatencies()).toEqual([]);
});

it('counts an order without a confirmation as missing, and a confirmation without an order as unknown', () => {
  const journal = createJournal();
  journal.sent({ entry: 'http', items: [order('a'), order('b')] });
  journal.confirmed('b', 1_100);
  journal.confirmed('c', 1_100);
  expect(journal.confirmations()).toEqual({ found: 1, missing: ['a'], unknown: ['c'], repeated: 0 });
  expect([...journal.confirmedIds()]).toEqual(['b', 'c']);
});

it('counts the items sent by kind, and keeps the texts of invalid items by entry', () => {
  const journal = createJournal();
  const invalid = (text: string): Item => ({ kind: 'invalid', text });
  journal.sent({ entry: 'queue', items: [order('a'), invalid('no JSON')] });
  journal.sent({ entry: 'http', items: [{ ...order('a'), kind: 'duplicate' }, invalid('{}')] });
  journal.sent({ entry: 'file', key: 'a.csv', content: Buffer.from(''), items: [order('b'), invalid(',')] });
  journal.sent({ entry: 'file', key: 'broken.gz', content: Buffer.from(''), items: [] });
  journal.refused(1);
  journal.resent();
  expect(journal.load).toEqual({
    counts: { order: 2, duplicate: 1, invalid: 3 },
    invalid: { queue: ['no JSON'], http: ['{}'], file: [','] },
    files: [
      { key: 'a.csv', rows: 2, rejected: [','] },
      { key: 'broken.gz', rows: 0, rejected: [] },
    ],
    refused: 1,
    resent: 1,
  });
});
