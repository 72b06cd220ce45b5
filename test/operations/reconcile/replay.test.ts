import { BatchGetItemCommand } from '@aws-sdk/client-dynamodb';
import { SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { SentRecord } from '../../../lib/aws/ledger-record.ts';
import type { Database } from '../../../lib/database/database.ts';
import { awaitReplay, type Replay, replay } from '../../../operations/reconcile/replay.ts';
import { intercept, sdkError } from '../../aws/intercept.ts';
import { seedOrder } from '../../order/seed-order.ts';
import { openScriptedPipeline } from '../../pipeline/open-scripted-pipeline.ts';
import type { TableRow } from '../../pipeline/table-stub.ts';
import { skipPauses } from '../../skip-pauses.ts';

const NOON = Date.UTC(2026, 10, 27, 12);
const order = (order_id: string) => ({ ...seedOrder, order_id });
const sent = (orderId: string, text: string | undefined = JSON.stringify(order(orderId))): SentRecord => ({
  orderId,
  owner: 'm',
  status: 'SENT',
  snsMessageId: 's',
  claimedAt: NOON - 500,
  sentAt: NOON,
  order: text,
});
const { snsMessageId: _id, sentAt: _at, ...owned } = sent('stuck');
const stuck = { ...owned, status: 'CLAIMED' as const, claimedAt: NOON - 500, leaseUntil: NOON };

test('sends each missing order from the ledger to the queue of the consumer that missed it, and to no other', async () => {
  const { pipeline, sentTo, reads } = openScriptedPipeline({
    otherRecords: [sent('a'), sent('b'), stuck],
    shipments: [],
    sales: [],
  });
  const { sent: replayed, unsent } = await replay(pipeline, {
    gaps: [
      { kind: 'missing_shipment', order_id: 'a' },
      { kind: 'missing_sale', order_id: 'a' },
      { kind: 'missing_sale', order_id: 'b' },
      { kind: 'stuck_claim', order_id: 'stuck' },
    ],
  });
  expect(unsent).toEqual([]);
  expect(replayed).toEqual([
    { order_id: 'stuck', queue: 'order' },
    { order_id: 'a', queue: 'shipping' },
    { order_id: 'a', queue: 'analytics' },
    { order_id: 'b', queue: 'analytics' },
  ]);
  const event = (order_id: string) => ({
    event: 'OrderConfirmed',
    order: order(order_id),
    confirmed_at: NOON,
  });
  expect(sentTo('shipping')).toEqual([event('a')]);
  expect(sentTo('analytics')).toEqual([event('a'), event('b')]);
  expect(sentTo('order')).toEqual([order('stuck')]);
  expect(sentTo('upload')).toEqual([]);
  const asked = reads.flatMap(({ RequestItems = {} }) => RequestItems.ledger?.Keys ?? []);
  expect(asked.map(({ order_id }) => order_id?.S)).toEqual(['a', 'b', 'stuck']);
});

test('uses the time of the claim as `confirmed_at` if the ledger lacks the mark', async () => {
  const { pipeline, sentTo } = openScriptedPipeline({ otherRecords: [stuck], sales: [] });
  await replay(pipeline, { gaps: [{ kind: 'missing_sale', order_id: 'stuck' }] });
  expect(sentTo('analytics')).toEqual([
    { event: 'OrderConfirmed', order: order('stuck'), confirmed_at: NOON - 500 },
  ]);
});

test('reports gaps that it cannot close, with the reason', async () => {
  const { pipeline, reads } = openScriptedPipeline({
    otherRecords: [
      { orderId: 'old', owner: 'm', status: 'SENT', snsMessageId: 's', sentAt: NOON },
      sent('torn', '{"price":-1}'),
    ],
    shipments: [],
    sales: [],
  });
  const gaps = [
    { kind: 'unknown_sale', order_id: 'planted' },
    { kind: 'unknown_shipment', order_id: 'planted' },
    { kind: 'damaged_record', order_id: 'lost' },
    { kind: 'missing_sale', order_id: 'gone' },
    { kind: 'missing_sale', order_id: 'old' },
    { kind: 'missing_shipment', order_id: 'torn' },
  ] as const;
  const { sent: replayed, unsent } = await replay(pipeline, { gaps: [...gaps] });
  expect(replayed).toEqual([]);
  const byHand = 'a replay cannot fix this: examine the order by hand';
  const noOrder =
    'the ledger does not have the order itself: it was confirmed before the ledger kept orders, or was removed';
  expect(unsent).toEqual([
    { ...gaps[0], reason: byHand },
    { ...gaps[1], reason: byHand },
    { ...gaps[2], reason: byHand },
    { ...gaps[3], reason: noOrder },
    { ...gaps[4], reason: noOrder },
    {
      ...gaps[5],
      reason: expect.stringMatching(/^the ledger's order is invalid: .*; price must be .* received -1/),
    },
  ]);
  expect(reads[0]?.RequestItems?.ledger?.Keys).toHaveLength(3);
});

test.each([
  ['without shipping and sales', {}, false],
  ['with shipping', { shipments: [] }, true],
  ['with sales', { sales: [] }, true],
])(
  'replays a stuck claim only if a consumer stores orders, which shows whether it was confirmed: %s',
  async (_name, parts, isSent) => {
    const { pipeline, sentTo } = openScriptedPipeline({ otherRecords: [stuck], ...parts });
    // The other queues are not used, since their parts may be disabled.
    const queues = pipeline.queues.filter(({ name }) => name === 'order');
    const gap = { kind: 'stuck_claim', order_id: 'stuck' } as const;
    const reason =
      'no consumer stores orders, so it is unknown whether it was confirmed: a replay might confirm it twice';
    expect(await replay({ ...pipeline, queues }, { gaps: [gap] })).toEqual(
      isSent
        ? { sent: [{ order_id: 'stuck', queue: 'order' }], unsent: [] }
        : { sent: [], unsent: [{ ...gap, reason }] },
    );
    expect(sentTo('order')).toHaveLength(isSent ? 1 : 0);
  },
);

test('reports orders that a queue rejects, and sends the others', async () => {
  const { pipeline } = openScriptedPipeline({
    otherRecords: [sent('a'), sent('b')],
    shipments: [],
    sales: [],
  });
  intercept(pipeline.clients.sqs, SendMessageBatchCommand, async (input, pass) => {
    if (input.QueueUrl?.endsWith('shipping')) throw sdkError('AccessDenied');
    return pass(input);
  });
  const { sent: replayed, unsent } = await replay(pipeline, {
    gaps: [
      { kind: 'missing_shipment', order_id: 'a' },
      { kind: 'missing_sale', order_id: 'b' },
    ],
  });
  expect(replayed).toEqual([{ order_id: 'b', queue: 'analytics' }]);
  expect(unsent).toEqual([
    { kind: 'missing_shipment', order_id: 'a', reason: expect.stringContaining('AccessDenied') },
  ]);
});

test('sends nothing while the ledger is unreachable', async () => {
  const { pipeline, sentTo } = openScriptedPipeline({ shipments: [], sales: [] });
  intercept(pipeline.clients.dynamoDb, BatchGetItemCommand, async () => {
    throw sdkError('AccessDenied');
  });
  const gaps = [{ kind: 'missing_sale', order_id: 'a' } as const];
  await expect(replay(pipeline, { gaps })).rejects.toMatchObject({
    name: 'ServiceError',
    code: 'AccessDenied',
  });
  expect(sentTo('analytics')).toEqual([]);
});

let pauses: number[];
let shown: string[];
beforeEach(() => {
  shown = [];
  vi.useFakeTimers({ toFake: ['Date'] });
  pauses = skipPauses((ms) => vi.setSystemTime(Date.now() + ms));
});
afterEach(() => {
  vi.useRealTimers();
});
const show = (label: string) => ({
  update: (done: number, total?: number) => shown.push(`${label}: ${done} of ${total}`),
  done: () => shown.push(`${label}: done`),
});

const row = (order_id: string): TableRow => ({ order_id });
const sentTo = (queue: Replay['sent'][number]['queue'], ...ids: string[]): Replay => ({
  sent: ids.map((order_id) => ({ order_id, queue })),
  unsent: [],
});
const soon = () => Date.now() + 60_000;

test('does not wait if nothing was sent or the consumers are disabled', async () => {
  const { pipeline } = openScriptedPipeline({});
  expect(await awaitReplay(pipeline, sentTo('order', 'a'), soon(), show)).toBe(true);
  const on = openScriptedPipeline({ shipments: [], sales: [] }).pipeline;
  expect(await awaitReplay(on, sentTo('order'), soon(), show)).toBe(true);
  expect(shown).toEqual([]);
});

test('waits only for the consumer to which an order was sent', async () => {
  const { pipeline } = openScriptedPipeline({ shipments: [row('a')], sales: [row('b')] });
  expect(await awaitReplay(pipeline, sentTo('shipping', 'a'), soon(), show)).toBe(true);
  expect(await awaitReplay(pipeline, sentTo('analytics', 'b'), soon(), show)).toBe(true);
  expect(shown).toEqual([
    'waiting for shipments: 1 of 1',
    'waiting for shipments: done',
    'waiting for sales: 1 of 1',
    'waiting for sales: done',
  ]);
});

test('waits for both consumers after sending an order to the order queue', async () => {
  const both = openScriptedPipeline({ shipments: [row('a')], sales: [row('a')] }).pipeline;
  expect(await awaitReplay(both, sentTo('order', 'a'), soon(), show)).toBe(true);
  const unsold = openScriptedPipeline({ shipments: [row('a')], sales: [] }).pipeline;
  expect(await awaitReplay(unsold, sentTo('order', 'a'), Date.now(), show)).toBe(false);
  const unshipped = openScriptedPipeline({ shipments: [], sales: [row('a')] }).pipeline;
  expect(await awaitReplay(unshipped, sentTo('order', 'a'), Date.now(), show)).toBe(false);
});

test('looks orders up after pauses that grow from 0.2 s to 5 s', async () => {
  const { pipeline } = openScriptedPipeline({ sales: [] });
  const deadline = Date.now() + 30_000;
  expect(await awaitReplay(pipeline, sentTo('analytics', 'a'), deadline, show)).toBe(false);
  expect(pauses.slice(0, 3)).toEqual([200, 300, 450]);
  expect(pauses.slice(-2)).toEqual([5_000, 5_000]);
  // Another pause would exceed the deadline.
  expect(deadline - Date.now()).toBeLessThan(5_000);
  expect(deadline - Date.now()).toBeGreaterThanOrEqual(0);
});

test('makes a last pause that ends exactly at the deadline', async () => {
  const { pipeline } = openScriptedPipeline({ sales: [] });
  expect(await awaitReplay(pipeline, sentTo('analytics', 'a'), Date.now() + 200, show)).toBe(false);
  expect(pauses).toEqual([200]);
});

test('looks up five hundred orders at a time, and continues without a pause after it found some', async () => {
  const ids = Array.from({ length: 501 }, (_, n) => `o-${n}`);
  const sales = ids.slice(0, 2).map(row);
  const { pipeline } = openScriptedPipeline({ sales });
  const database = pipeline.salesDatabase as Database;
  const asked: number[] = [];
  const salesDatabase: Database = {
    ...database,
    async query(sql, parameters = {}) {
      asked.push(Object.keys(parameters).length);
      if (pauses.length > 0) sales.push(...ids.slice(2).map(row));
      return database.query(sql, parameters);
    },
  };
  expect(await awaitReplay({ ...pipeline, salesDatabase }, sentTo('analytics', ...ids), soon(), show)).toBe(
    true,
  );
  // The first lookup finds two orders, the second none of the other 499, the third, after a pause, all of them.
  expect(asked).toEqual([500, 499, 499]);
  expect(pauses).toEqual([200]);
  expect(shown).toEqual([
    'waiting for sales: 2 of 501',
    'waiting for sales: 2 of 501',
    'waiting for sales: 501 of 501',
    'waiting for sales: done',
  ]);
});

test('ends its progress even if the database fails', async () => {
  const { pipeline } = openScriptedPipeline({});
  const refuse = async () => {
    throw new Error('down');
  };
  const salesDatabase = { query: refuse, transaction: refuse };
  await expect(
    awaitReplay({ ...pipeline, salesDatabase }, sentTo('order', 'a'), soon(), show),
  ).rejects.toThrow('down');
  expect(shown).toEqual(['waiting for sales: done']);
});
