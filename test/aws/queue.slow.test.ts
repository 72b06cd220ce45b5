import { randomUUID } from 'node:crypto';
import {
  type BatchResultErrorEntry,
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  SendMessageBatchCommand,
  type SendMessageBatchCommandOutput,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createQueue, messagesIn, type Queue, sendOrders } from '../../lib/aws/queue.ts';
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
let queue: Queue;
beforeAll(async () => {
  services = await startAwsServices({ port: 0, mailboxQueueName: 'mailbox' });
  clients = connectClients(services.endpoint);
});
afterAll(() => services.stop());
beforeEach(async () => {
  queueUrl = await clients.createQueue(randomUUID(), { VisibilityTimeout: '300' });
  queue = createQueue(clients.sqs, queueUrl);
});

const readAll = (): Promise<Order[]> => clients.readAll(queueUrl);

/** Sends and receives messages; returns their receipt handles. */
async function receiveNew(count: number, visibilityTimeout?: number): Promise<string[]> {
  const handles: string[] = [];
  for (let sent = 0; sent < count; sent += 10) {
    const size = Math.min(10, count - sent);
    const Entries = Array.from({ length: size }, (_, index) => ({ Id: `${index}`, MessageBody: 'any' }));
    await clients.sqs.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
    const messages = await clients.receive(queueUrl, 0, visibilityTimeout);
    handles.push(...messages.map(({ ReceiptHandle = '' }) => ReceiptHandle));
  }
  return handles;
}

/** Withholds the entries at these positions from SQS and reports them as failed, in the first `requests` requests. */
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

describe('sendOrders', () => {
  test('sends orders as JSON, ten a request, and returns their message ids', async () => {
    const sent = orders(25);
    const requests = intercept(clients.sqs, SendMessageBatchCommand);
    const result = await sendOrders(queue, sent);

    expect(result.requests).toBe(3);
    expect(requests.map(({ Entries }) => Entries?.length)).toEqual([10, 10, 5]);
    const messageIds = result.outcomes.map((outcome) => outcome.ok && outcome.value.messageId);
    expect(new Set(messageIds).size).toBe(25);
    for (const id of messageIds) expect(id).toMatch(/^[0-9a-f-]{36}$/);
    const read = await readAll();
    expect(idsOf(read)).toEqual(idsOf(sent));
    expect(read.find(({ order_id }) => order_id === sent[7]?.order_id)).toEqual(sent[7]);
  });

  test('makes no request for no orders', async () => {
    const requests = intercept(clients.sqs, SendMessageBatchCommand);
    expect(await sendOrders(queue, [])).toEqual({ outcomes: [], requests: 0 });
    expect(requests).toEqual([]);
  });

  test('keeps requests within 1 MiB, and fails only an order that is larger by itself', async () => {
    const sent = orders(4).map((order, index) => ({
      ...order,
      // Three bytes a character: 600 kB, and once 1.2 MB.
      product_name: '€'.repeat(index === 1 ? 400_000 : 200_000),
    }));
    const requests = intercept(clients.sqs, SendMessageBatchCommand);
    const { outcomes } = await sendOrders(queue, sent);

    expect(requests.map(({ Entries }) => Entries?.length)).toEqual([1, 1, 1, 1]);
    expect(outcomes.map(({ ok }) => ok)).toEqual([true, false, true, true]);
    expect(outcomes[1]).toMatchObject({ error: { name: 'ServiceError' } });
    expect(idsOf(await readAll())).toEqual(idsOf(sent.filter((_order, index) => index !== 1)));
  });
});

describe('failed entries of a successful batch request', () => {
  test('are sent again, without the others, if the service failed', async () => {
    const sent = orders(10);
    const requests = failEntries([2, 5], { SenderFault: false });
    const result = await sendOrders(queue, sent);

    expect(result.outcomes.every(({ ok }) => ok)).toBe(true);
    expect(result.requests).toBe(2);
    const again = requests[1]?.Entries?.map(({ MessageBody }) => JSON.parse(MessageBody ?? ''));
    expect(again).toEqual([sent[2], sent[5]]);
    expect(idsOf(await readAll())).toEqual(idsOf(sent));
  });

  test('are sent again if the sender was throttled, although SenderFault is true', async () => {
    const requests = failEntries([0], { SenderFault: true, Code: 'RequestThrottled' });
    const { outcomes } = await sendOrders(queue, orders(3));
    expect(outcomes.every(({ ok }) => ok)).toBe(true);
    expect(requests.map(({ Entries }) => Entries?.length)).toEqual([3, 1]);
  });

  test('fail immediately with operation, code and message if the sender is at fault', async () => {
    const requests = failEntries([1], {
      SenderFault: true,
      Code: 'InvalidMessageContents',
      Message: 'no U+FFFF',
    });
    const { outcomes } = await sendOrders(queue, orders(3));
    expect(requests).toHaveLength(1);
    expect(outcomes.map(({ ok }) => ok)).toEqual([true, false, true]);
    expect(outcomes[1]).toEqual({
      ok: false,
      error: new ServiceError('SendMessageBatch', 'InvalidMessageContents', 'no U+FFFF'),
    });
  });

  test('fail after five attempts', async () => {
    const requests = failEntries([0], {}, Number.POSITIVE_INFINITY);
    const { outcomes } = await sendOrders(queue, orders(1));
    expect(outcomes).toMatchObject([{ ok: false, error: { code: 'InternalError' } }]);
    expect(requests).toHaveLength(5);
  });
});

test('entries that the response omits are sent again', async () => {
  let first = true;
  const requests = intercept(clients.sqs, SendMessageBatchCommand, async (input, pass) => {
    if (!first) return pass(input);
    first = false;
    return pass({ ...input, Entries: input.Entries?.slice(1) });
  });
  const sent = orders(4);
  const { outcomes } = await sendOrders(queue, sent);
  expect(outcomes.every(({ ok }) => ok)).toBe(true);
  expect(requests.map(({ Entries }) => Entries?.length)).toEqual([4, 1]);
  expect(idsOf(await readAll())).toEqual(idsOf(sent));
});

test('a failed request fails only its own orders, with the error of the SDK as cause', async () => {
  const sent = orders(30);
  const lost = sdkError('ServiceUnavailable', 'come back later');
  intercept(clients.sqs, SendMessageBatchCommand, async (input, pass) => {
    if (input.Entries?.some(({ MessageBody }) => MessageBody?.includes(sent[15]?.order_id ?? ''))) throw lost;
    return pass(input);
  });
  const { outcomes } = await sendOrders(queue, sent);
  expect(outcomes.map(({ ok }) => ok)).toEqual(sent.map((_order, index) => index < 10 || index >= 20));
  expect(outcomes[15]).toMatchObject({
    error: { name: 'ServiceError', code: 'ServiceUnavailable', cause: lost },
  });
  expect((await readAll()).length).toBe(20);
});

test('sending to a queue that does not exist fails with its error code', async () => {
  const { outcomes } = await sendOrders(createQueue(clients.sqs, `${queueUrl}-gone`), orders(1));
  expect(outcomes).toMatchObject([
    { ok: false, error: { code: expect.stringContaining('QueueDoesNotExist') } },
  ]);
});

test('sending to an unreachable endpoint fails every order and does not throw', async () => {
  const { outcomes } = await sendOrders(
    createQueue(connectClients('http://127.0.0.1:1').sqs, queueUrl),
    orders(12),
  );
  expect(outcomes).toHaveLength(12);
  for (const outcome of outcomes)
    expect(outcome).toMatchObject({ ok: false, error: { code: 'ECONNREFUSED' } });
});

describe('changeVisibility', () => {
  test('makes messages in flight visible again after the given seconds, ten a request', async () => {
    const handles = await receiveNew(12);
    const requests = intercept(clients.sqs, ChangeMessageVisibilityBatchCommand);
    const before = Date.now();
    const outcomes = await queue.changeVisibility(handles, 1);
    expect(outcomes).toEqual(handles.map(() => ({ ok: true, value: undefined })));
    expect(requests.map(({ Entries }) => Entries?.length)).toEqual([10, 2]);

    const first = await clients.receive(queueUrl, 10);
    expect(Date.now() - before).toBeGreaterThanOrEqual(950);
    const second = await clients.receive(queueUrl, 10);
    expect(first.length + second.length).toBe(12);
  });

  test('makes no request for no messages', async () => {
    const requests = intercept(clients.sqs, ChangeMessageVisibilityBatchCommand);
    expect(await queue.changeVisibility([], 1)).toEqual([]);
    expect(requests).toEqual([]);
  });

  test('fails only a handle that SQS rejects, without a retry', async () => {
    const [handle = ''] = await receiveNew(1);
    const requests = intercept(clients.sqs, ChangeMessageVisibilityBatchCommand);
    const outcomes = await queue.changeVisibility(['nonsense', handle], 0);
    expect(outcomes).toMatchObject([{ ok: false, error: { name: 'ServiceError' } }, { ok: true }]);
    expect(requests).toHaveLength(1);
    expect(await clients.receive(queueUrl)).toHaveLength(1);
  });

  test('repeats a change that failed with a transient error', async () => {
    const handles = await receiveNew(2);
    let first = true;
    const requests = intercept(clients.sqs, ChangeMessageVisibilityBatchCommand, async (input, pass) => {
      if (!first) return pass(input);
      first = false;
      const output = await pass({ ...input, Entries: input.Entries?.slice(1) });
      return { ...output, Failed: [{ Id: '0', Code: 'InternalError', SenderFault: false }] };
    });
    const outcomes = await queue.changeVisibility(handles, 0);
    expect(outcomes.map(({ ok }) => ok)).toEqual([true, true]);
    expect(requests.map(({ Entries }) => Entries?.length)).toEqual([2, 1]);
  });

  test('fails every message and does not throw if the endpoint is unreachable', async () => {
    const unreachable = createQueue(connectClients('http://127.0.0.1:1').sqs, queueUrl);
    expect(await unreachable.changeVisibility(['a', 'b'], 1)).toMatchObject([
      { ok: false, error: { code: 'ECONNREFUSED' } },
      { ok: false, error: { code: 'ECONNREFUSED' } },
    ]);
  });
});

describe('delete', () => {
  test('deletes ten messages a request', async () => {
    const handles = await receiveNew(12, 2);
    const requests = intercept(clients.sqs, DeleteMessageBatchCommand);
    expect(await queue.delete(handles)).toEqual(handles.map(() => ({ ok: true, value: undefined })));
    expect(requests.map(({ Entries }) => Entries?.length)).toEqual([10, 2]);
    expect(await clients.receive(queueUrl, 3)).toEqual([]);
  });

  test('makes no delete request for no messages', async () => {
    const requests = intercept(clients.sqs, DeleteMessageBatchCommand);
    expect(await queue.delete([])).toEqual([]);
    expect(requests).toEqual([]);
  });

  test('fails only a message that SQS does not delete', async () => {
    const handles = await receiveNew(2, 2);
    intercept(clients.sqs, DeleteMessageBatchCommand, async (input, pass) => {
      const output = await pass({ ...input, Entries: input.Entries?.slice(1) });
      return { ...output, Failed: [{ Id: '0', Code: 'ReceiptHandleIsInvalid', SenderFault: true }] };
    });
    expect(await queue.delete(handles)).toMatchObject([
      { ok: false, error: { name: 'ServiceError', code: 'ReceiptHandleIsInvalid' } },
      { ok: true },
    ]);
    expect(await clients.receive(queueUrl, 3)).toHaveLength(1);
  });

  test('fails every message and does not throw if the endpoint is unreachable', async () => {
    const unreachable = createQueue(connectClients('http://127.0.0.1:1').sqs, queueUrl);
    expect(await unreachable.delete(['a', 'b'])).toMatchObject([
      { ok: false, error: { code: 'ECONNREFUSED' } },
      { ok: false, error: { code: 'ECONNREFUSED' } },
    ]);
  });
});

describe('a queue', () => {
  test('returns its ARN and its visibility timeout', async () => {
    const name = randomUUID();
    const url = await clients.createQueue(name, { VisibilityTimeout: '1' });
    expect(await createQueue(clients.sqs, url).describe()).toEqual({
      arn: `arn:aws:sqs:us-east-1:000000000000:${name}`,
      visibilityTimeout: 1,
    });
  });

  test('throws a ServiceError if it does not exist', async () => {
    await expect(createQueue(clients.sqs, `${queueUrl}-other`).describe()).rejects.toMatchObject({
      name: 'ServiceError',
      message: expect.stringMatching(/^GetQueueAttributes: .*NonExistentQueue|QueueDoesNotExist/),
    });
  });

  test('receives messages with their attributes, and counts visible and in-flight messages', async () => {
    const attributes = { kind: { DataType: 'String', StringValue: 'odd' } };
    const before = Date.now();
    await queue.send([{ body: 'one', attributes }, { body: 'two' }]);
    const received = await queue.receive({ maxMessages: 1, visibilityTimeout: 60, waitSeconds: 0 });
    expect(received).toMatchObject([
      { id: expect.any(String), receiptHandle: expect.any(String), body: expect.stringMatching(/one|two/) },
    ]);
    expect(received[0]?.attributes).toMatchObject(received[0]?.body === 'one' ? attributes : {});
    expect(received[0]?.sentAt).toBeGreaterThanOrEqual(before - 1_000);
    const depth = await queue.depth();
    expect(depth).toEqual({ visible: 1, inFlight: 1, delayed: 0 });
    expect(messagesIn(depth)).toBe(2);
  });
});
