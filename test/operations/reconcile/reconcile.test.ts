import { BatchGetItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Database } from '../../../lib/database/database.ts';
import { reconcile } from '../../../operations/reconcile/reconcile.ts';
import type { Progress } from '../../../operations/reconcile/reconciliation.ts';
import { QUEUE_NAMES, STORING_QUEUES } from '../../../topology.ts';
import { intercept, sdkError } from '../../aws/intercept.ts';
import { openScriptedPipeline } from '../../pipeline/open-scripted-pipeline.ts';
import {
  compare,
  event,
  NOON,
  ORDER_COUNTS,
  order,
  RANGE,
  row,
  STORED_COUNTS,
  sent,
  silent,
} from './compare-stage.ts';

test('finds no gap if all confirmed orders were shipped and sold', async () => {
  const rows = [row('a'), row('b')];
  expect(await compare({ records: [sent('a'), sent('b')], shipments: rows, sales: rows })).toEqual({
    // Other stores are disabled.
    ...Object.fromEntries(STORING_QUEUES.map(({ stores }) => [stores.all, null])),
    from: '2026-11-27T11:00:00.000Z',
    to: '2026-11-27T13:00:00.000Z',
    orders: { ...ORDER_COUNTS, received: 2, confirmed: 2 },
    queued: Object.fromEntries(QUEUE_NAMES.map((name) => [name, 0])),
    shipments: { ...STORED_COUNTS, stored: 2 },
    sales: { ...STORED_COUNTS, stored: 2 },
    gaps: [],
    dead_letters: [],
    reconciled: true,
  });
});

test('reports a confirmed order as missing at each consumer that has not stored it', async () => {
  const found = await compare({
    records: [sent('both'), sent('shipped'), sent('sold'), sent('neither')],
    shipments: [row('both'), row('shipped')],
    sales: [row('both'), row('sold')],
  });
  expect(found).toMatchObject({
    orders: { received: 4, confirmed: 4 },
    shipments: { ...STORED_COUNTS, stored: 2, missing: 2 },
    sales: { ...STORED_COUNTS, stored: 2, missing: 2 },
    reconciled: false,
  });
  expect(found.gaps).toEqual([
    { kind: 'missing_shipment', order_id: 'sold' },
    { kind: 'missing_shipment', order_id: 'neither' },
    { kind: 'missing_sale', order_id: 'shipped' },
    { kind: 'missing_sale', order_id: 'neither' },
  ]);
});

test('counts an order as on the way, not as a gap, while the queue of its consumer holds messages', async () => {
  expect(
    await compare({ records: [sent('a')], sales: [row('a')], waiting: { shipping: 3, upload: 2, order: 1 } }),
  ).toMatchObject({
    queued: { upload: 2, order: 1, shipping: 3, analytics: 0 },
    shipments: { ...STORED_COUNTS, on_the_way: 1 },
    sales: { ...STORED_COUNTS, stored: 1 },
    gaps: [],
    reconciled: true,
  });
});

test('counts an order in a consumer’s dead-letter queue as dead-lettered: no gap, but not reconciled', async () => {
  const shipping = await compare({
    records: [sent('a'), sent('b')],
    shipments: [row('b')],
    sales: [row('a'), row('b')],
    deadLetters: { shipping: [event('a')] },
  });
  expect(shipping).toMatchObject({
    orders: { ...ORDER_COUNTS, received: 2, confirmed: 2 },
    shipments: { ...STORED_COUNTS, stored: 1, dead_lettered: 1 },
    sales: { ...STORED_COUNTS, stored: 2 },
    gaps: [],
    dead_letters: [{ queue: 'shipping', id: 'shipping-dlq-0', order_id: 'a', reason: 'passing' }],
    reconciled: false,
  });
  const analytics = await compare({
    records: [sent('a')],
    shipments: [row('a')],
    deadLetters: { analytics: [event('a')] },
  });
  expect(analytics).toMatchObject({
    shipments: { ...STORED_COUNTS, stored: 1 },
    sales: { ...STORED_COUNTS, dead_lettered: 1 },
    gaps: [],
    reconciled: false,
  });
  // A dead letter of one consumer does not explain a gap at the other.
  const other = await compare({
    records: [sent('a')],
    sales: [row('a')],
    deadLetters: { analytics: [event('a')] },
  });
  expect(other.gaps).toEqual([{ kind: 'missing_shipment', order_id: 'a' }]);
});

test('reports stored orders that the ledger does not know, but not those that it knows from another time', async () => {
  const found = await compare({
    otherRecords: [sent('earlier')],
    shipments: [row('earlier'), row('by-hand')],
    sales: [row('earlier'), row('planted')],
  });
  expect(found.gaps).toEqual([
    { kind: 'unknown_shipment', order_id: 'by-hand' },
    { kind: 'unknown_sale', order_id: 'planted' },
  ]);
  expect(found).toMatchObject({
    orders: ORDER_COUNTS,
    shipments: { ...STORED_COUNTS, unknown: 1 },
    sales: { ...STORED_COUNTS, unknown: 1 },
    reconciled: false,
  });
});

test('finds a stored order whose row is outside the range', async () => {
  const late = { order_id: 'a', confirmed_at: '2026-11-27 14:00:00' };
  expect(await compare({ records: [sent('a')], shipments: [late], sales: [late] })).toMatchObject({
    shipments: { ...STORED_COUNTS, stored: 1 },
    sales: { ...STORED_COUNTS, stored: 1 },
    gaps: [],
  });
});

test('looks up by id only the orders that were not found in the range', async () => {
  const { pipeline } = openScriptedPipeline({ records: [sent('a'), sent('b')], shipments: [row('a')] });
  const { shippingDatabase } = pipeline;
  const lookedUp: string[] = [];
  const counted: Database = {
    transaction: async () => undefined,
    async query(sql, parameters = {}) {
      for (const [name, id] of Object.entries(parameters)) if (name.startsWith('id_')) lookedUp.push(id);
      return (await shippingDatabase?.query(sql, parameters)) ?? [];
    },
  };
  await reconcile({ ...pipeline, shippingDatabase: counted }, RANGE, silent);
  expect(lookedUp).toEqual(['b']);
});

test('reports a ledger record that cannot be read as a gap', async () => {
  const found = await compare({
    records: [sent('a')],
    damaged: ['torn'],
    shipments: [row('a'), row('torn')],
    sales: [row('a')],
  });
  expect(found.gaps).toEqual([{ kind: 'damaged_record', order_id: 'torn' }]);
  expect(found).toMatchObject({
    orders: { received: 1, confirmed: 1 },
    shipments: { unknown: 0 },
    reconciled: false,
  });
});

test('returns null for a disabled part and reports no gaps there', async () => {
  const { pipeline } = openScriptedPipeline({ records: [sent('a')], sales: [row('a')] });
  expect(await reconcile(pipeline, RANGE, silent)).toMatchObject({
    shipments: null,
    sales: { stored: 1 },
    gaps: [],
    reconciled: true,
  });
});

test('fails, rather than report orders as unknown, if the ledger is unreachable when it looks them up', async () => {
  const { pipeline } = openScriptedPipeline({ shipments: [row('unknown')] });
  intercept(pipeline.clients.dynamoDb, BatchGetItemCommand, async () => {
    throw sdkError('ECONNREFUSED');
  });
  vi.useFakeTimers({ toFake: ['setTimeout'], shouldAdvanceTime: true, advanceTimeDelta: 1_000 });
  onTestFinished(() => void vi.useRealTimers());
  await expect(reconcile(pipeline, RANGE, silent)).rejects.toMatchObject({
    name: 'ServiceError',
    code: 'ECONNREFUSED',
  });
});

test('reports progress for each source, and ends it even if the source fails', async () => {
  const shown: unknown[] = [];
  const start = (label: string): Progress => ({
    update: (done, total) => shown.push([label, done, total]),
    done: () => shown.push([label, 'done']),
  });
  const records = Array.from({ length: 1_001 }, (_, n) => sent(`o-${n}`));
  const rows = records.map(({ orderId }) => row(orderId));
  const { pipeline } = openScriptedPipeline({ records, shipments: rows, sales: rows.slice(1) });
  await reconcile(pipeline, RANGE, start);
  expect(shown).toEqual([
    ['reading the ledger', 1_000, undefined],
    ['reading the ledger', 1_001, undefined],
    ['reading the ledger', 'done'],
    ['reading shipments', 1_001, undefined],
    ['reading shipments', 'done'],
    ['reading sales', 1_000, undefined],
    ['reading sales', 'done'],
  ]);
  shown.length = 0;
  const refuse = async () => {
    throw sdkError('AccessDenied');
  };
  const shippingDatabase = { query: refuse, transaction: refuse };
  await expect(reconcile({ ...pipeline, shippingDatabase }, RANGE, start)).rejects.toThrow('injected');
  expect(shown.at(-1)).toEqual(['reading shipments', 'done']);
  intercept(pipeline.clients.dynamoDb, ScanCommand, refuse);
  shown.length = 0;
  await expect(reconcile(pipeline, RANGE, start)).rejects.toThrow('AccessDenied');
  expect(shown).toEqual([['reading the ledger', 'done']]);
});

describe('dead letters', () => {
  test('of the order queue count as received orders, unless another message was confirmed', async () => {
    const deadLetters = {
      order: ['junk', JSON.stringify(order('bad', { price: -1 })), JSON.stringify(order('sent'))],
    };
    expect(
      await compare({ records: [sent('sent')], shipments: [row('sent')], sales: [row('sent')], deadLetters }),
    ).toMatchObject({
      orders: { ...ORDER_COUNTS, received: 3, confirmed: 1, dead_lettered: 2 },
      dead_letters: [
        { queue: 'order', id: 'order-dlq-0', order_id: null, reason: 'not_json' },
        { queue: 'order', id: 'order-dlq-1', order_id: 'bad', reason: 'price:too_small' },
        { queue: 'order', id: 'order-dlq-2', order_id: 'sent', reason: 'passing' },
      ],
      reconciled: true,
    });
  });

  test('of the upload queue are files, not orders', async () => {
    const { pipeline, receives } = openScriptedPipeline({
      deadLetters: { upload: ['junk'] },
      shipments: [],
      sales: [],
    });
    expect(await reconcile(pipeline, RANGE, silent)).toMatchObject({
      orders: ORDER_COUNTS,
      dead_letters: [],
    });
    expect(receives.filter(({ QueueUrl }) => QueueUrl?.includes('upload'))).toEqual([]);
  });

  test.each([
    ['at its beginning', { from: Date.UTC(2026, 10, 27, 11), to: NOON }, 2],
    ['after its end', { from: Date.UTC(2026, 10, 27, 10), to: Date.UTC(2026, 10, 27, 11) }, 0],
    ['before its beginning', { from: Date.UTC(2026, 10, 27, 11) + 1, to: NOON }, 0],
  ])('belong to a range by the time they were sent: %s', async (_when, range, count) => {
    const { pipeline } = openScriptedPipeline({
      deadLetters: { order: ['junk', JSON.stringify(order('a'))] },
    });
    const { orders, dead_letters } = await reconcile(pipeline, range, silent);
    expect([orders.dead_lettered, dead_letters.length]).toEqual([count, count]);
  });

  test('belong to the range of their order, whenever they were sent', async () => {
    const { pipeline } = openScriptedPipeline({
      records: [sent('a')],
      deadLetters: { shipping: [event('a'), event('other'), 'junk'] },
    });
    const { dead_letters } = await reconcile(pipeline, { from: NOON, to: NOON + 1 }, silent);
    expect(dead_letters.map(({ id }) => id)).toEqual(['shipping-dlq-0']);
  });
});
