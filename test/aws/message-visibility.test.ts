import { randomUUID } from 'node:crypto';
import { ChangeMessageVisibilityBatchCommand, SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createMessageVisibility, type MessageVisibility } from '../../lib/aws/message-visibility.ts';
import { type AwsServices, startAwsServices } from '../../local/aws-services/start-aws-services.ts';
import { connectClients } from '../local/start-test-services.ts';
import { intercept } from './intercept.ts';

let services: AwsServices;
let clients: ReturnType<typeof connectClients>;
let queueUrl: string;
let visibility: MessageVisibility;
beforeAll(async () => {
  services = await startAwsServices({ port: 0, mailboxQueueName: 'mailbox' });
  clients = connectClients(services.endpoint);
});
afterAll(() => services.stop());
beforeEach(async () => {
  queueUrl = await clients.createQueue(randomUUID(), { VisibilityTimeout: '300' });
  visibility = createMessageVisibility(clients.sqs, queueUrl);
});

/** Puts messages into the queue and takes them in hand. */
async function takeInHand(count: number): Promise<string[]> {
  const handles: string[] = [];
  for (let sent = 0; sent < count; sent += 10) {
    const size = Math.min(10, count - sent);
    const Entries = Array.from({ length: size }, (_, index) => ({ Id: `${index}`, MessageBody: 'any' }));
    await clients.sqs.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
    handles.push(...(await clients.receive(queueUrl)).map(({ ReceiptHandle = '' }) => ReceiptHandle));
  }
  return handles;
}

test('messages in hand come back after the seconds given, ten to a request', async () => {
  const handles = await takeInHand(12);
  const requests = intercept(clients.sqs, ChangeMessageVisibilityBatchCommand);
  const before = Date.now();
  const outcomes = await visibility.comeBackIn(handles, 1);
  expect(outcomes).toEqual(handles.map(() => ({ ok: true, value: undefined })));
  expect(requests.map(({ Entries }) => Entries?.length)).toEqual([10, 2]);

  const first = await clients.receive(queueUrl, 10);
  expect(Date.now() - before).toBeGreaterThanOrEqual(950);
  const second = await clients.receive(queueUrl, 10);
  expect(first.length + second.length).toBe(12);
});

test('no messages need no request', async () => {
  const requests = intercept(clients.sqs, ChangeMessageVisibilityBatchCommand);
  expect(await visibility.comeBackIn([], 1)).toEqual([]);
  expect(requests).toEqual([]);
});

test('a handle that SQS refuses fails alone and is not tried again', async () => {
  const [handle = ''] = await takeInHand(1);
  const requests = intercept(clients.sqs, ChangeMessageVisibilityBatchCommand);
  const outcomes = await visibility.comeBackIn(['nonsense', handle], 0);
  expect(outcomes).toMatchObject([{ ok: false, error: { name: 'ServiceError' } }, { ok: true }]);
  expect(requests).toHaveLength(1);
  expect(await clients.receive(queueUrl)).toHaveLength(1);
});

test('a change that failed for a passing reason is tried again', async () => {
  const handles = await takeInHand(2);
  let first = true;
  const requests = intercept(clients.sqs, ChangeMessageVisibilityBatchCommand, async (input, pass) => {
    if (!first) return pass(input);
    first = false;
    const output = await pass({ ...input, Entries: input.Entries?.slice(1) });
    return { ...output, Failed: [{ Id: '0', Code: 'InternalError', SenderFault: false }] };
  });
  const outcomes = await visibility.comeBackIn(handles, 0);
  expect(outcomes.map(({ ok }) => ok)).toEqual([true, true]);
  expect(requests.map(({ Entries }) => Entries?.length)).toEqual([2, 1]);
});

test('a dead endpoint fails each message and throws nothing', async () => {
  const dead = createMessageVisibility(connectClients('http://127.0.0.1:1').sqs, queueUrl);
  expect(await dead.comeBackIn(['a', 'b'], 1)).toMatchObject([
    { ok: false, error: { code: 'ECONNREFUSED' } },
    { ok: false, error: { code: 'ECONNREFUSED' } },
  ]);
});
