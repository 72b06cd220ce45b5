import { randomUUID } from 'node:crypto';
import {
  type BatchResultErrorEntry,
  SendMessageBatchCommand,
  type SendMessageBatchCommandOutput,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createOrderQueue, type OrderQueue } from '../../lib/aws/order-queue.ts';
import { ServiceError } from '../../lib/errors.ts';
import type { Order } from '../../lib/order/order.ts';
import { generateOrders } from '../../lib/produce/generator.ts';
import { type AwsServices, startAwsServices } from '../../local/aws-services/start-aws-services.ts';
import { connectClients } from '../local/start-test-services.ts';
import { intercept, sdkError } from './intercept.ts';

const orders = (count: number): Order[] => [...generateOrders({ count, seed: 1 })];
const idsOf = (sent: readonly Order[]): string[] => sent.map(({ order_id }) => order_id).sort();

let services: AwsServices;
let clients: ReturnType<typeof connectClients>;
let queueUrl: string;
let orderQueue: OrderQueue;
beforeAll(async () => {
  services = await startAwsServices({ port: 0, mailboxQueueName: 'mailbox' });
  clients = connectClients(services.endpoint);
});
afterAll(() => services.stop());
beforeEach(async () => {
  queueUrl = await clients.createQueue(randomUUID());
  orderQueue = createOrderQueue(clients.sqs, queueUrl);
});

const readAll = (): Promise<Order[]> => clients.readAll(queueUrl);

/** Keeps entries at these positions from SQS and has them answered as failed, in the first `requests` requests. */
function failEntries(positions: number[], failure: Partial<BatchResultErrorEntry>, requests = 1) {
  let left = requests;
  return intercept(clients.sqs, SendMessageBatchCommand, async (input, pass) => {
    if (left-- <= 0) return pass(input);
    const entries = input.Entries ?? [];
    const good = entries.filter((_entry, position) => !positions.includes(position));
    const nothing: SendMessageBatchCommandOutput = { Successful: [], Failed: [], $metadata: {} };
    const output = good.length > 0 ? await pass({ ...input, Entries: good }) : nothing;
    const failed = positions.flatMap((position) => entries[position]?.Id ?? []);
    const Failed = failed.map((Id) => ({ Id, Code: 'InternalError', SenderFault: false, ...failure }));
    return { ...output, Failed };
  });
}

describe('sending orders', () => {
  test('puts each into the queue as JSON, ten to a request, and tells its message id', async () => {
    const sent = orders(25);
    const requests = intercept(clients.sqs, SendMessageBatchCommand);
    const result = await orderQueue.send(sent);

    expect(result.requests).toBe(3);
    expect(requests.map(({ Entries }) => Entries?.length)).toEqual([10, 10, 5]);
    const messageIds = result.outcomes.map((outcome) => outcome.ok && outcome.value.messageId);
    expect(new Set(messageIds).size).toBe(25);
    for (const id of messageIds) expect(id).toMatch(/^[0-9a-f-]{36}$/);
    const read = await readAll();
    expect(idsOf(read)).toEqual(idsOf(sent));
    expect(read.find(({ order_id }) => order_id === sent[7]?.order_id)).toEqual(sent[7]);
  });

  test('of none makes no request', async () => {
    const requests = intercept(clients.sqs, SendMessageBatchCommand);
    expect(await orderQueue.send([])).toEqual({ outcomes: [], requests: 0 });
    expect(requests).toEqual([]);
  });

  test('keeps requests within 1 MiB, and refuses an order that is larger by itself without its neighbours', async () => {
    const sent = orders(4).map((order, index) => ({
      ...order,
      // Three bytes a letter: 600 kB, and once 1.2 MB.
      product_name: '€'.repeat(index === 1 ? 400_000 : 200_000),
    }));
    const requests = intercept(clients.sqs, SendMessageBatchCommand);
    const { outcomes } = await orderQueue.send(sent);

    expect(requests.map(({ Entries }) => Entries?.length)).toEqual([1, 1, 1, 1]);
    expect(outcomes.map(({ ok }) => ok)).toEqual([true, false, true, true]);
    expect(outcomes[1]).toMatchObject({ error: { name: 'ServiceError' } });
    expect(idsOf(await readAll())).toEqual(idsOf(sent.filter((_order, index) => index !== 1)));
  });
});

describe('entries that a 200 names as failed', () => {
  test('are sent again, and only those, where the service is to blame', async () => {
    const sent = orders(10);
    const requests = failEntries([2, 5], { SenderFault: false });
    const result = await orderQueue.send(sent);

    expect(result.outcomes.every(({ ok }) => ok)).toBe(true);
    expect(result.requests).toBe(2);
    const again = requests[1]?.Entries?.map(({ MessageBody }) => JSON.parse(MessageBody ?? ''));
    expect(again).toEqual([sent[2], sent[5]]);
    expect(idsOf(await readAll())).toEqual(idsOf(sent));
  });

  test('are sent again where the sender is throttled, though it counts as the sender’s fault', async () => {
    const requests = failEntries([0], { SenderFault: true, Code: 'RequestThrottled' });
    const { outcomes } = await orderQueue.send(orders(3));
    expect(outcomes.every(({ ok }) => ok)).toBe(true);
    expect(requests.map(({ Entries }) => Entries?.length)).toEqual([3, 1]);
  });

  test('stand as failed at once where the sender is to blame, with place, code and message', async () => {
    const requests = failEntries([1], {
      SenderFault: true,
      Code: 'InvalidMessageContents',
      Message: 'no U+FFFF',
    });
    const { outcomes } = await orderQueue.send(orders(3));
    expect(requests).toHaveLength(1);
    expect(outcomes.map(({ ok }) => ok)).toEqual([true, false, true]);
    expect(outcomes[1]).toEqual({
      ok: false,
      error: new ServiceError('SendMessageBatch', 'InvalidMessageContents', 'no U+FFFF'),
    });
  });

  test('stand as failed after five attempts', async () => {
    const requests = failEntries([0], {}, Number.POSITIVE_INFINITY);
    const { outcomes } = await orderQueue.send(orders(1));
    expect(outcomes).toMatchObject([{ ok: false, error: { code: 'InternalError' } }]);
    expect(requests).toHaveLength(5);
  });
});

test('entries that the answer leaves out are sent again: nobody knows that they were taken', async () => {
  let first = true;
  const requests = intercept(clients.sqs, SendMessageBatchCommand, async (input, pass) => {
    if (!first) return pass(input);
    first = false;
    return pass({ ...input, Entries: input.Entries?.slice(1) });
  });
  const sent = orders(4);
  const { outcomes } = await orderQueue.send(sent);
  expect(outcomes.every(({ ok }) => ok)).toBe(true);
  expect(requests.map(({ Entries }) => Entries?.length)).toEqual([4, 1]);
  expect(idsOf(await readAll())).toEqual(idsOf(sent));
});

test('a request that fails as a whole fails its own orders only, with the SDK’s error as cause', async () => {
  const sent = orders(30);
  const lost = sdkError('ServiceUnavailable', 'come back later');
  intercept(clients.sqs, SendMessageBatchCommand, async (input, pass) => {
    if (input.Entries?.some(({ MessageBody }) => MessageBody?.includes(sent[15]?.order_id ?? ''))) throw lost;
    return pass(input);
  });
  const { outcomes } = await orderQueue.send(sent);
  expect(outcomes.map(({ ok }) => ok)).toEqual(sent.map((_order, index) => index < 10 || index >= 20));
  expect(outcomes[15]).toMatchObject({
    error: { name: 'ServiceError', code: 'ServiceUnavailable', cause: lost },
  });
  expect((await readAll()).length).toBe(20);
});

test('a queue that does not exist is told by its code', async () => {
  const { outcomes } = await createOrderQueue(clients.sqs, `${queueUrl}-gone`).send(orders(1));
  expect(outcomes).toMatchObject([
    { ok: false, error: { code: expect.stringContaining('QueueDoesNotExist') } },
  ]);
});

test('a dead endpoint fails each order and throws nothing', async () => {
  const { outcomes } = await createOrderQueue(connectClients('http://127.0.0.1:1').sqs, queueUrl).send(
    orders(12),
  );
  expect(outcomes).toHaveLength(12);
  for (const outcome of outcomes)
    expect(outcome).toMatchObject({ ok: false, error: { code: 'ECONNREFUSED' } });
});
