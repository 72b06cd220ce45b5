import { describe, expect, it } from 'vitest';
import { type Allowed, checkPromise, type Evidence } from '../../harness/check-promise.ts';
import type { IdComparison } from '../../harness/compare-ids.ts';
import type { StoredRows } from '../../local/start/stored-rows.ts';
import { STORING_QUEUES, type StoreName } from '../../topology.ts';
import { eventCounts, pipelineCounts, storedRows } from '../local/pipeline-counts.ts';

const complete = (found: number): IdComparison => ({ found, missing: [], unknown: [], repeated: 0 });
/** Creates a value for each store of topology.ts. */
const ofEachStore = <Value>(create: () => Value) =>
  Object.fromEntries(STORING_QUEUES.map(({ stores }) => [stores.all, create()])) as Record<StoreName, Value>;
/** Creates the counts of stores that have all 100 orders, and of shipments with the given number of backorders. */
function rowsWith({ backordered }: { backordered: number }): StoredRows {
  const { rows, ...shipping } = storedRows({ scheduled: 60, backordered, stockTaken: 60, sales: 100 });
  return { ...shipping, rows: { ...ofEachStore(() => 100), ...rows } };
}
const counts = pipelineCounts({
  received: 103,
  confirmed: 100,
  duplicates: 2,
  deadLettered: 1,
  stores: ofEachStore(() => eventCounts({ received: 100 })),
  stored: rowsWith({ backordered: 40 }),
});
const stored = counts.stored as NonNullable<typeof counts.stored>;

const MESSAGES = { received: 103, deadLettered: 1, vanished: [] };
/** A flawless run: 100 orders, two duplicates, one invalid item each through queue, HTTP and file, and an unreadable file. */
const well: Evidence = {
  left: {},
  load: {
    counts: { order: 100, duplicate: 2, invalid: 3 },
    invalid: { queue: ['{}'], http: ['[]'], file: ['no row'] },
    files: [
      { key: 'orders.csv', rows: 10, rejected: ['no row'] },
      { key: 'broken.gz', rows: 0, rejected: [] },
    ],
    refused: 1,
    resent: 0,
  },
  confirmations: complete(100),
  stored: ofEachStore(() => complete(100)),
  wrongStock: [],
  redrivable: { order: [] },
  deadLettered: { order: ['{}'], upload: ['broken.gz'], shipping: [], analytics: [] },
  receipts: [
    { key: 'orders.csv', status: 'ingested', rows: 10, sent: 9, rejected: 1, rejectedRows: ['no row'] },
  ],
  messages: MESSAGES,
  counts: { ...counts },
  reconciliation: { reconciled: true, gaps: [] } as unknown as NonNullable<Evidence['reconciliation']>,
};
const strict: Allowed = { repeats: 0, redrivable: false, faults: false };
const lenient: Allowed = { repeats: 30, redrivable: true, faults: true };

describe('the promise', () => {
  it('is kept by a flawless run, with and without faults', () => {
    expect(checkPromise(well, strict)).toEqual([]);
    expect(checkPromise(well, lenient)).toEqual([]);
  });

  it('can be checked without the evidence that only some labs have', () => {
    const { counts: _, reconciliation: __, ...others } = well;
    expect(checkPromise(others, strict)).toEqual([]);
    expect(checkPromise({ ...others, left: { order: 3 } }, strict)).toEqual([
      'all queues are drained: expected [], found [["order",3]]',
    ]);
  });

  it.each<[string, Partial<Evidence>, string[]]>([
    [
      'an order is lost',
      { confirmations: { ...complete(100), missing: ['a', 'b'] } },
      ['every valid order is confirmed: 2 missing, a, b'],
    ],
    [
      'an unknown order is confirmed',
      {
        confirmations: { ...complete(99), unknown: ['x'] },
        messages: { received: 102, deadLettered: 1, vanished: [] },
      },
      ['nothing else is confirmed: 1 unknown, x'],
    ],
    [
      'an order is published after it was marked as sent',
      { publishedAfterMark: ['a'] },
      ['no order is published again after it was marked as sent: 1 published, a'],
    ],
    [
      'a shipment is missing',
      { stored: { ...well.stored, shipments: { ...complete(99), missing: ['a'] } } },
      ['every confirmed order has one shipment: 1 missing, a'],
    ],
    [
      'an unknown order is shipped',
      { stored: { ...well.stored, shipments: { ...complete(100), unknown: ['x'] } } },
      ['every confirmed order has one shipment: 1 unknown, x'],
    ],
    [
      'an order is shipped twice',
      { stored: { ...well.stored, shipments: { ...complete(100), repeated: 1 } } },
      ['every confirmed order has one shipment: 1 repeated'],
    ],
    ['stock is wrong', { wrongStock: ['P-1'] }, ['stock follows from restocks and shipments: 1 wrong, P-1']],
    [
      'a sale is missing',
      { stored: { ...well.stored, sales: { ...complete(99), missing: ['a'] } } },
      ['every confirmed order has one sale: 1 missing, a'],
    ],
    [
      'an invalid message is lost',
      { deadLettered: { ...well.deadLettered, order: [] } },
      ['invalid messages are in the order DLQ: expected ["{}"], found []'],
    ],
    [
      'a valid message is dead-lettered as invalid',
      { deadLettered: { ...well.deadLettered, order: ['{}', '{"a":1}'] } },
      ['invalid messages are in the order DLQ: expected ["{}"], found ["{\\"a\\":1}","{}"]'],
    ],
    [
      'an unreadable file is lost',
      { deadLettered: { ...well.deadLettered, upload: [] } },
      ['unreadable files are in the upload DLQ: expected ["broken.gz"], found []'],
    ],
    [
      'HTTP accepts an invalid order',
      { load: { ...well.load, refused: 0 } },
      ['invalid rows are refused over HTTP: expected [1], found [0]'],
    ],
    [
      'an event is dead-lettered',
      { deadLettered: { ...well.deadLettered, shipping: ['{}'] } },
      ['no event is in the shipping DLQ: 1 found, {}'],
    ],
    [
      'a message is lost',
      { messages: { ...MESSAGES, vanished: ['m-1'] } },
      ['every message is confirmed, a duplicate or dead-lettered: 1 vanished, m-1'],
    ],
    [
      'more is confirmed than was received',
      { messages: { received: 100, deadLettered: 1, vanished: [] } },
      [
        'every message is confirmed, a duplicate or dead-lettered: 100 received, 100 confirmed, 1 dead-lettered',
      ],
    ],
    [
      'a function reports fewer duplicates than there are',
      { counts: { ...counts, duplicates: 1 } },
      ['mailbox, queues, functions and databases agree: duplicates'],
    ],
    [
      'a stored shipment is not accounted for',
      {
        counts: {
          ...counts,
          stored: rowsWith({ backordered: 41 }),
        },
      },
      ['mailbox, queues, functions and databases agree: shipments'],
    ],
    [
      'stock was taken twice',
      { counts: { ...counts, stored: { ...stored, stockTaken: 61 } } },
      ['mailbox, queues, functions and databases agree: stock'],
    ],
    [
      'a stored sale is not accounted for',
      { counts: { ...counts, stored: { ...stored, rows: { ...stored.rows, sales: 99 } } } },
      ['mailbox, queues, functions and databases agree: sales'],
    ],
    [
      'the mailbox has other e-mails than were published',
      { counts: { ...counts, confirmed: 101, repeated: 1 } },
      ['mailbox, queues, functions and databases agree: mails'],
    ],
    [
      'the reconciliation finds a gap',
      {
        reconciliation: {
          reconciled: false,
          gaps: [{ kind: 'missing_sale', order_id: 'a' }],
        } as unknown as NonNullable<Evidence['reconciliation']>,
      },
      ['ledger and databases agree: [{"kind":"missing_sale","order_id":"a"}]'],
    ],
  ])('is broken if %s', (_what, change, broken) => {
    expect(checkPromise({ ...well, ...change }, lenient)).toEqual(broken);
  });

  it('is broken if rejected rows or a receipt are missing', () => {
    const [receipt] = well.receipts as [Evidence['receipts'][number]];
    const lost = { ...well, receipts: [{ ...receipt, rejectedRows: [] }] };
    expect(checkPromise(lost, lenient)).toEqual([
      expect.stringContaining('every file has its receipt: expected'),
    ]);
    const missing = { ...receipt, status: undefined, rows: 0, sent: 0, rejected: 0, rejectedRows: [] };
    expect(checkPromise({ ...well, receipts: [missing] }, lenient)).toHaveLength(1);
  });

  it('allows repeated confirmations only in the documented cases', () => {
    const twice = {
      ...well,
      counts: { ...counts, confirmed: 101, repeated: 1 },
      confirmations: { ...complete(100), repeated: 1 },
    };
    expect(checkPromise(twice, lenient)).toEqual([]);
    expect(checkPromise(twice, strict)).toContain(
      'confirmations are repeated only in the documented cases: 0 allowed, 1 repeated',
    );
  });

  it('accepts a valid order in a dead-letter queue only if dead letters were not redriven', () => {
    const { counts: _, ...others } = well;
    const waiting = {
      ...others,
      confirmations: { ...complete(99), missing: ['a'] },
      messages: { received: 103, deadLettered: 2, vanished: [] },
      redrivable: { order: ['a'] },
    };
    expect(checkPromise(waiting, lenient)).toEqual([]);
    expect(checkPromise(waiting, strict)).toEqual([
      'every valid order is confirmed: 1 missing, a',
      'no dead letter is left that a redrive would process: 1 left, a',
    ]);
  });
});
