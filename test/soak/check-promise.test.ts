import { expect, it } from 'vitest';
import { eventCounts, pipelineCounts } from '../local/pipeline-counts.ts';
import { checkPromise, type Evidence } from './check-promise.ts';

/** 100 orders, two of them sent twice, and three that are none: one for each way in. All went well. */
const well: Evidence = {
  load: { order: 100, duplicate: 2, invalid: 3 },
  counts: pipelineCounts({
    received: 103,
    confirmed: 100,
    duplicates: 2,
    deadLettered: 1,
    shipping: eventCounts({ received: 100 }),
    sales: eventCounts({ received: 100 }),
    stored: { scheduled: 60, backordered: 40, stockTaken: 60, sales: 100 },
  }),
  mails: { sent: 100, confirmed: 100, repeated: 0 },
  lost: 0,
  strangers: 0,
  passing: 0,
  found: { deadLettered: 1, refused: 1, rejected: 1 },
  reconciliation: { reconciled: true } as Evidence['reconciliation'],
};
const stored = well.counts.stored as NonNullable<typeof well.counts.stored>;

it('a run in which all went well keeps the promise, with and without faults', () => {
  expect(checkPromise(well, false)).toEqual([]);
  expect(checkPromise(well, true)).toEqual([]);
});

it.each<[string, Partial<Evidence>, string[]]>([
  ['an order is lost', { lost: 1 }, ['each order is confirmed or dead-lettered']],
  ['somebody got a confirmation of nothing', { strangers: 1 }, ['nothing else is confirmed']],
  [
    'an order has two shipments',
    { counts: { ...well.counts, stored: { ...stored, backordered: 41 } } },
    ['each confirmed order has one shipment'],
  ],
  [
    'stock was taken twice',
    { counts: { ...well.counts, stored: { ...stored, stockTaken: 61 } } },
    ['stock is what was not shipped'],
  ],
  [
    'a sale is missing',
    { counts: { ...well.counts, stored: { ...stored, sales: 99 } } },
    ['each confirmed order is counted once'],
  ],
  [
    'what is no order has vanished',
    { found: { deadLettered: 1, refused: 1, rejected: 0 } },
    ['what is no order is to be found'],
  ],
  [
    'a duplicate has vanished',
    { counts: { ...well.counts, duplicates: 1 } },
    ['what the queue took is confirmed, a duplicate or dead-lettered'],
  ],
  [
    'the ledger knows of no sale',
    { reconciliation: { reconciled: false } as Evidence['reconciliation'] },
    ['the ledger agrees with both databases'],
  ],
])('it is broken where %s', (_what, change, broken) => {
  expect(checkPromise({ ...well, ...change }, true)).toEqual(broken);
});

it('a second confirmation is what a lost answer may lead to, and breaks it where none was', () => {
  const twice = {
    ...well,
    counts: { ...well.counts, confirmed: 101, repeated: 1 },
    mails: { ...well.mails, repeated: 1 },
  };
  expect(checkPromise(twice, true)).toEqual([]);
  expect(checkPromise(twice, false)).toContain('no order is confirmed twice');
});
