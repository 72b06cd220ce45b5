import { expect, test } from 'vitest';
import type { SalesReport } from '../../lib/report/report-sales.ts';
import type { RunResult } from '../../local/start/discrepancies.ts';
import type { PipelineCounts } from '../../local/start/pipeline-counts.ts';
import { summarize } from '../../local/start/summary.ts';
import { eventCounts, pipelineCounts, storedRows } from './pipeline-counts.ts';

const COUNTS = { received: 10_000, confirmed: 9_990, duplicates: 7, deadLettered: 3 };
const run = (counts: Partial<PipelineCounts> = {}, result: Partial<RunResult> = {}): RunResult => ({
  counts: pipelineCounts({ ...COUNTS, ...counts }),
  sent: 10_000,
  unsent: 0,
  produceMs: 2_000,
  seeds: [7],
  confirmMs: 4_000,
  totalMs: 5_000,
  ...result,
});
const ON = {
  stores: { shipments: eventCounts({ received: 9_990 }), sales: eventCounts({ received: 9_990 }) },
  stored: storedRows({ scheduled: 8_000, backordered: 1_990, stockTaken: 8_000, sales: 9_990 }),
};

const report = (...products: [name: string, orders: number, revenue: number][]): SalesReport => ({
  from: '1970-01-01T00:00:00.000Z',
  to: '9999-12-31T00:00:00.000Z',
  by: 'product',
  totals: { orders: 9_990, revenue: 548_754.5, average_order: 54.93 },
  rows: products.map(([product_name, orders, revenue], index) => ({
    product_id: `P-${index}`,
    product_name,
    orders,
    revenue,
    average_order: 0,
    share: 0,
  })),
});

test('without shipping and sales, the table shows sent, received and confirmed orders with rates', () => {
  expect(summarize(run())).toBe(
    [
      '  sent                            10,000  5,000/s over 2.0 s, seed 7',
      '  in the order queue              10,000',
      '  = confirmed                      9,990  2,498/s over 4.0 s',
      '  + duplicates                         7',
      '  + dead-lettered                      3',
      '',
      '  Reconciled: every order is accounted for, none twice.',
      '',
    ].join('\n'),
  );
});

test('with shipping and sales, their tables and the best sellers follow', () => {
  const bestSellers = report(['Kettle', 2_099, 125_919.01], ['Standing Desk', 79, 41_862.1]);
  expect(summarize(run(ON), bestSellers).split('\n').slice(6)).toEqual([
    '  in the shipping queue            9,990  1,998/s over 5.0 s',
    '  = scheduled                      8,000  8,000 taken from stock',
    '  + backordered                    1,990',
    '',
    '  in the analytics queue           9,990  1,998/s over 5.0 s',
    '  = sales                          9,990',
    '',
    '  best sellers                    orders         revenue',
    '  Kettle                           2,099      125,919.01',
    '  Standing Desk                       79       41,862.10',
    '  all products                     9,990      548,754.50',
    '',
    '  Reconciled: every order is accounted for, none twice.',
    '',
  ]);
});

test('a product’s name is escaped and cut to one line of the table', () => {
  const table = summarize(run(ON), report([`Desk\u202e ${'x'.repeat(250)}`, 1, 5]));
  expect(table).toContain('\n  Desk\\u{202e} xxxxxxxxxxxxx…          1            5.00\n');
});

test('the summary has no table of best sellers without sales', () => {
  expect(summarize(run(ON), report())).not.toContain('best sellers');
});

test('the queue of a consumer without a store has a table of processed messages', () => {
  const order = eventCounts({ received: 9_990, deadLettered: 2 });
  expect(
    summarize(run({ others: { order } }))
      .split('\n')
      .slice(6, 9),
  ).toEqual([
    '  in the order queue               9,990  1,998/s over 5.0 s',
    '  = processed                      9,988',
    '  + dead-lettered                      2',
  ]);
  expect(summarize(run({ others: { order: eventCounts() } }))).not.toMatch(/processed.*\n.*dead-lettered/);
});

test('exceptional numbers are shown only if they are not 0', () => {
  const rare = /redelivered|not sent|twice|files|repeated|from an earlier run/;
  expect(summarize(run(ON)).replace('none twice', '')).not.toMatch(rare);
  const shipping = eventCounts({ received: 9_990, repeated: 4, deadLettered: 9, carriedOver: 5 });
  const unusual = { carriedOver: 3, redelivered: 4, repeated: 5, deadLetteredFiles: 6 };
  const table = summarize(
    run({ ...ON, ...unusual, stores: { ...ON.stores, shipments: shipping } }, { unsent: 8 }),
  );
  expect(table).toMatch(/in the order queue +10,000 {2}3 from an earlier run\n/);
  expect(table).toMatch(/\+ redelivered +4 /);
  expect(table).toMatch(/not sent +8\n/);
  expect(table).toMatch(/confirmed twice +5\n/);
  expect(table).toMatch(/files dead-lettered +6\n/);
  expect(table).toMatch(/in the shipping queue +9,990 .*, 5 from an earlier run\n/);
  expect(table).toMatch(/\+ repeated +4 {2}stored before\n {2}\+ dead-lettered +9\n/);
});

test('the verdict names the numbers that do not add up', () => {
  const stored = storedRows({ scheduled: 8_000, backordered: 1_989, stockTaken: 8_000, sales: 9_991 });
  expect(summarize(run({ ...ON, stored }))).toMatch(
    /\n\n {2}NOT reconciled: the numbers of shipments, sales do not add up\.\n$/,
  );
});

test('the verdict allows orders that were in flight when an earlier run crashed to be confirmed twice', () => {
  const verdict =
    'Reconciled: every order is accounted for. Orders in flight when an earlier run crashed were confirmed twice.';
  expect(summarize(run({ carriedOver: 5, repeated: 5 }, { sent: 9_995 }))).toContain(verdict);
});

test('the table lists the seed of each producer invocation, and none without an invocation', () => {
  expect(summarize(run({}, { seeds: [7, 8] }))).toContain(', seed 7, 8\n');
  expect(summarize(run({}, { seeds: [] }))).not.toContain('seed');
});

test('rates of a run of 0 ms are finite', () => {
  const table = summarize(run(ON, { produceMs: 0, confirmMs: 0, totalMs: 0 }));
  expect(table).not.toMatch(/NaN|Infinity|∞/);
});
