import { describe, expect, test } from 'vitest';
import { findDiscrepancies, type RunResult } from '../../local/start/discrepancies.ts';
import type { EventCounts, PipelineCounts } from '../../local/start/pipeline-counts.ts';
import { eventCounts, pipelineCounts, storedRows } from './pipeline-counts.ts';

const COUNTS = { received: 10_000, confirmed: 9_990, duplicates: 7, deadLettered: 3 };
const RUN = { sent: 10_000, unsent: 0, produceMs: 2_000, seeds: [1], confirmMs: 4_000, totalMs: 5_000 };

/** Creates the result of a run of 10,000 orders without shipping and sales. */
const run = (counts: Partial<PipelineCounts> = {}, result: Partial<RunResult> = {}): RunResult => ({
  counts: pipelineCounts({ ...COUNTS, ...counts }),
  ...RUN,
  ...result,
});

const STORED = { scheduled: 8_000, backordered: 1_990, stockTaken: 8_000, sales: 9_990 };

/** Creates the result of the same run with shipping and sales. */
const fullRun = (
  stored: Partial<typeof STORED> = {},
  shipping: Partial<EventCounts> = {},
  sales: Partial<EventCounts> = {},
): RunResult =>
  run({
    stores: {
      shipments: eventCounts({ received: 9_990, ...shipping }),
      sales: eventCounts({ received: 9_990, ...sales }),
    },
    stored: storedRows({ ...STORED, ...stored }),
  });

describe('findDiscrepancies finds nothing', () => {
  test.for([
    ['when every received order was confirmed, a duplicate or dead-lettered', run()],
    ['when other programs sent orders as well', run({ received: 10_005, confirmed: 9_995 })],
    ['when an order of an earlier run was redelivered', run({ received: 10_001, redelivered: 1 })],
    [
      'when orders that were in flight when an earlier run crashed are confirmed twice',
      run({ received: 10_050, confirmed: 10_040, carriedOver: 50, repeated: 50 }),
    ],
    ['when nothing was sent', run(pipelineCounts(), { sent: 0 })],
    ['when every confirmed order is shipped and sold', fullRun()],
    [
      'when events of an earlier run are stored as well',
      fullRun({ sales: 10_020 }, {}, { received: 10_020, carriedOver: 30 }),
    ],
    [
      'when an event was delivered twice',
      fullRun({}, { received: 9_991, repeated: 1 }, { received: 9_991, repeated: 1 }),
    ],
    ['when an event was redelivered after it was stored', fullRun({}, { repeated: 100 }, { repeated: 500 })],
    [
      'when every confirmed order reaches a consumer that stores nothing',
      run({ others: { shipping: { ...eventCounts({ received: 9_990 }), deadLettered: 2 } } }),
    ],
    [
      'when events that could not be stored are dead-lettered',
      fullRun({ backordered: 1_989, sales: 9_989 }, { deadLettered: 1 }, { deadLettered: 1 }),
    ],
  ] as const)('%s', ([, result]) => {
    expect(findDiscrepancies(result)).toEqual([]);
  });
});

describe('findDiscrepancies names the numbers that do not add up', () => {
  test.for([
    [
      'when orders are not shipped, although as many events were redelivered after they were stored',
      'shipments',
      fullRun({ backordered: 1_890 }, { repeated: 100 }),
    ],
    [
      'when orders are not sold, although as many events were redelivered after they were stored',
      'sales',
      fullRun({ sales: 9_890 }, {}, { repeated: 100 }),
    ],
    ['when an order is missing', 'orders', run({ confirmed: 9_989 })],
    ['when an order is accounted for twice', 'orders', run({ confirmed: 9_991 })],
    ['when a duplicate is not counted', 'orders', run({ duplicates: 6 })],
    ['when a dead letter is not counted', 'orders', run({ deadLettered: 2 })],
    ['when a redelivery is counted in addition', 'orders', run({ redelivered: 1 })],
    ['when the queue received fewer orders than were sent', 'orders', run({}, { sent: 10_001 })],
    ['when orders of an earlier run hide lost ones', 'orders', run({ carriedOver: 100 })],
    ['when an order could not be sent', 'orders', run({}, { unsent: 1 })],
    ['when an order was confirmed twice', 'orders', run({ repeated: 1 })],
    [
      'when more orders were confirmed twice than were in flight at a crash',
      'orders',
      run({ carriedOver: 50, repeated: 51 }),
    ],
    ['when a file was dead-lettered', 'orders', run({ deadLetteredFiles: 1 })],
    ['when a shipment is missing', 'shipments', fullRun({ backordered: 1_989 })],
    ['when there is a shipment too many', 'shipments', fullRun({ backordered: 1_991 })],
    [
      'when more shipments are missing than repeated events explain',
      'shipments',
      fullRun({ backordered: 1_988 }, { repeated: 1 }),
    ],
    [
      'when a confirmed order did not reach shipping',
      'shipments',
      fullRun({ backordered: 1_989 }, { received: 9_989 }),
    ],
    [
      'when a confirmed order did not reach a consumer that stores nothing',
      'shipping queue',
      run({ others: { shipping: eventCounts({ received: 9_999, carriedOver: 10 }) } }),
    ],
    ['when stock was taken without a shipment', 'stock', fullRun({ stockTaken: 8_001 })],
    ['when a shipment was scheduled without stock', 'stock', fullRun({ stockTaken: 7_999 })],
    ['when a sale is missing', 'sales', fullRun({ sales: 9_989 })],
    ['when there is a sale too many', 'sales', fullRun({ sales: 9_991 })],
    ['when a dead letter of sales is not counted', 'sales', fullRun({ sales: 9_989 }, { deadLettered: 0 })],
    [
      'when events of an earlier run hide that one did not reach sales',
      'sales',
      fullRun({ sales: 9_999 }, {}, { received: 9_999, carriedOver: 10 }),
    ],
  ] as const)('%s', ([, what, result]) => {
    expect(findDiscrepancies(result)).toEqual([what]);
  });

  test('when shipping and sales are enabled, but the rows that they stored are unknown', () => {
    const { counts, ...result } = fullRun();
    expect(findDiscrepancies({ ...result, counts: { ...counts, stored: undefined } })).toEqual([
      'shipments',
      'sales',
    ]);
  });
});
