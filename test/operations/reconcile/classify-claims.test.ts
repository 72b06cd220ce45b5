import { BatchGetItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { reconcile } from '../../../operations/reconcile/reconcile.ts';
import { intercept, sdkError } from '../../aws/intercept.ts';
import { openScriptedPipeline } from '../../pipeline/open-scripted-pipeline.ts';
import {
  claimed,
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

describe('an order that was claimed and not marked as sent', () => {
  const at = (now: number) => {
    vi.useFakeTimers({ toFake: ['Date'], now });
    onTestFinished(() => void vi.useRealTimers());
  };

  test('is in progress while its lease lasts', async () => {
    at(NOON);
    expect(await compare({ records: [claimed('a', NOON + 1)] })).toMatchObject({
      orders: { ...ORDER_COUNTS, received: 1, in_progress: 1 },
      shipments: STORED_COUNTS,
      gaps: [],
      reconciled: true,
    });
  });

  test('is stuck if its lease has expired and all queues are empty', async () => {
    at(NOON);
    const found = await compare({
      records: [claimed('a'), sent('b')],
      shipments: [row('b')],
      sales: [row('b')],
    });
    expect(found.gaps).toEqual([{ kind: 'stuck_claim', order_id: 'a' }]);
    expect(found).toMatchObject({
      orders: { ...ORDER_COUNTS, received: 2, confirmed: 1, stuck: 1 },
      shipments: { ...STORED_COUNTS, stored: 1 },
      reconciled: false,
    });
  });

  test.each(['order', 'shipping', 'analytics'] as const)(
    'is in progress while the %s queue holds a message, which may be the order',
    async (queue) => {
      at(NOON);
      expect(await compare({ records: [claimed('a')], waiting: { [queue]: 1 } })).toMatchObject({
        orders: { ...ORDER_COUNTS, received: 1, in_progress: 1 },
        gaps: [],
      });
    },
  );

  test('is stuck even if the upload queue holds messages, which are files rather than orders', async () => {
    at(NOON);
    expect(await compare({ records: [claimed('a')], waiting: { upload: 1 } })).toMatchObject({
      orders: { stuck: 1, in_progress: 0 },
    });
  });

  test.each([
    ['sent', sent('a')],
    ['claimed anew', claimed('a', NOON + 60_000)],
    ['gone', undefined],
  ])('is in progress if its record is %s when it is read again', async (_name, latest) => {
    at(NOON);
    const { pipeline } = openScriptedPipeline({
      otherRecords: latest ? [latest] : [],
      shipments: [],
      sales: [],
    });
    const { pipeline: before } = openScriptedPipeline({ records: [claimed('a')] });
    intercept(pipeline.clients.dynamoDb, ScanCommand, (input) =>
      before.clients.dynamoDb.send(new ScanCommand(input)),
    );
    expect(await reconcile(pipeline, RANGE, silent)).toMatchObject({
      orders: { ...ORDER_COUNTS, received: 1, in_progress: 1 },
      gaps: [],
    });
  });

  test('counts as confirmed if it was shipped or sold, and as missing at the other consumer', async () => {
    at(NOON);
    const found = await compare({
      records: [claimed('a'), claimed('b')],
      shipments: [row('a')],
      sales: [row('b')],
    });
    expect(found).toMatchObject({
      orders: { ...ORDER_COUNTS, received: 2, confirmed: 2, unmarked: 2 },
      shipments: { ...STORED_COUNTS, stored: 1, missing: 1 },
      sales: { ...STORED_COUNTS, stored: 1, missing: 1 },
    });
    expect(found.gaps).toEqual([
      { kind: 'missing_shipment', order_id: 'b' },
      { kind: 'missing_sale', order_id: 'a' },
    ]);
  });

  test('counts as confirmed if its event is dead-lettered', async () => {
    at(NOON);
    expect(
      await compare({
        records: [claimed('a')],
        deadLetters: { shipping: [event('a')], analytics: [event('a')] },
      }),
    ).toMatchObject({
      orders: { ...ORDER_COUNTS, received: 1, confirmed: 1, unmarked: 1 },
      shipments: { ...STORED_COUNTS, dead_lettered: 1 },
      sales: { ...STORED_COUNTS, dead_lettered: 1 },
      gaps: [],
      reconciled: false,
    });
  });

  test('counts only as dead-lettered if its message is in the order DLQ', async () => {
    at(NOON);
    expect(
      await compare({ records: [claimed('a')], deadLetters: { order: [JSON.stringify(order('a'))] } }),
    ).toMatchObject({
      orders: { ...ORDER_COUNTS, received: 1, dead_lettered: 1 },
      shipments: STORED_COUNTS,
      gaps: [],
      dead_letters: [{ queue: 'order', id: 'order-dlq-0', order_id: 'a', reason: 'passing' }],
      reconciled: true,
    });
  });

  test('cannot be classified while the ledger is unreachable', async () => {
    at(NOON);
    const { pipeline } = openScriptedPipeline({ records: [claimed('a')] });
    intercept(pipeline.clients.dynamoDb, BatchGetItemCommand, async () => {
      throw sdkError('AccessDenied');
    });
    await expect(reconcile(pipeline, RANGE, silent)).rejects.toMatchObject({ code: 'AccessDenied' });
  });
});
