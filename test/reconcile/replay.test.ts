import { BatchGetItemCommand } from '@aws-sdk/client-dynamodb';
import { SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import { expect, test } from 'vitest';
import type { SentRecord } from '../../lib/aws/ledger-record.ts';
import { replay } from '../../lib/reconcile/replay.ts';
import { intercept, sdkError } from '../aws/intercept.ts';
import { seedOrder } from '../order/seed-order.ts';
import { openScriptedPipeline } from '../pipeline/open-scripted-pipeline.ts';

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

test('each gap goes to the queue of the consumer that missed it, as the ledger has it, and to no other', async () => {
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

test('an event of an order that was claimed and never marked was confirmed, it says, when it was claimed', async () => {
  const { pipeline, sentTo } = openScriptedPipeline({ otherRecords: [stuck], sales: [] });
  await replay(pipeline, { gaps: [{ kind: 'missing_sale', order_id: 'stuck' }] });
  expect(sentTo('analytics')).toEqual([
    { event: 'OrderConfirmed', order: order('stuck'), confirmed_at: NOON - 500 },
  ]);
});

test('what cannot be replayed stays, with the reason', async () => {
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
  const byHand = 'nothing to replay: it is to be looked into by hand';
  const noOrder =
    'the ledger has no order with it: it was confirmed before the ledger kept orders, or the order was removed';
  expect(unsent).toEqual([
    { ...gaps[0], reason: byHand },
    { ...gaps[1], reason: byHand },
    { ...gaps[2], reason: byHand },
    { ...gaps[3], reason: noOrder },
    { ...gaps[4], reason: noOrder },
    {
      ...gaps[5],
      reason: expect.stringMatching(/^what the ledger has is no order: .*; price must be .* received -1/),
    },
  ]);
  expect(reads[0]?.RequestItems?.ledger?.Keys).toHaveLength(3);
});

test.each([
  ['without shipping and sales', {}, false],
  ['with shipping', { shipments: [] }, true],
  ['with sales', { sales: [] }, true],
])(
  'a stuck claim is replayed only where somebody could tell that it was confirmed: %s',
  async (_name, parts, isSent) => {
    const { pipeline, sentTo } = openScriptedPipeline({ otherRecords: [stuck], ...parts });
    // Nothing goes to the other queues, which may be off.
    const queues = pipeline.queues.filter(({ name }) => name === 'order');
    const gap = { kind: 'stuck_claim', order_id: 'stuck' } as const;
    const reason =
      'without shipping and sales nobody can tell whether it was confirmed: sent again, it might be confirmed twice';
    expect(await replay({ ...pipeline, queues }, { gaps: [gap] })).toEqual(
      isSent
        ? { sent: [{ order_id: 'stuck', queue: 'order' }], unsent: [] }
        : { sent: [], unsent: [{ ...gap, reason }] },
    );
    expect(sentTo('order')).toHaveLength(isSent ? 1 : 0);
  },
);

test('what a queue refuses is told with its reason, and the others are sent', async () => {
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

test('nothing is sent while the ledger is out of reach', async () => {
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
