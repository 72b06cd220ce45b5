import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import type { SQSRecord } from 'aws-lambda';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { type PollOptions, pollQueue } from '../../worker/poll-queue.ts';
import { startTestServices } from '../local/start-test-services.ts';

const ARN = 'arn:aws:sqs:us-east-1:000000000000:work';
const patient = { timeout: 20_000, interval: 20 };

beforeEach(() => {
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'any');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'any');
  return () => vi.unstubAllEnvs();
});

function poll(queueUrl: string, options: Partial<PollOptions> = {}) {
  const batches: SQSRecord[][] = [];
  const failures: Error[] = [];
  let answers = 0;
  const stopPolling = pollQueue({
    queueUrl,
    queueArn: ARN,
    batchSize: 10,
    visibilityTimeout: 300,
    concurrency: 2,
    onAnswer: () => answers++,
    onFailure: (error) => failures.push(error),
    ...options,
    async onBatch(records) {
      batches.push(records);
      await options.onBatch?.(records);
    },
  });
  let stopped: Promise<void> | undefined;
  const stop = () => {
    stopped ??= stopPolling();
    return stopped;
  };
  onTestFinished(stop);
  return { stop, batches, failures, answers: () => answers };
}

async function startQueue() {
  const { sqs, createQueue, services, receive } = await startTestServices();
  const queueUrl = await createQueue('work', { VisibilityTimeout: '300' });
  vi.stubEnv('AWS_ENDPOINT_URL', services.endpoint);
  return {
    queueUrl,
    receive: () => receive(queueUrl),
    async send(count: number): Promise<void> {
      for (let sent = 0; sent < count; sent += 10) {
        const size = Math.min(10, count - sent);
        const Entries = Array.from({ length: size }, (_, index) => ({
          Id: String(index),
          MessageBody: String(sent + index),
          MessageAttributes: { event: { DataType: 'String', StringValue: 'Test' } },
        }));
        await sqs.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
      }
    },
  };
}

test('passes messages in batches of Lambda records, one batch per poller at a time', async () => {
  const { queueUrl, send } = await startQueue();
  await send(35);
  let together = 0;
  let most = 0;
  const { batches } = poll(queueUrl, {
    async onBatch() {
      most = Math.max(most, ++together);
      await sleep(50);
      together--;
    },
  });
  await vi.waitFor(() => expect(batches.flat()).toHaveLength(35), patient);
  expect(Math.max(...batches.map(({ length }) => length))).toBe(10);
  expect(most).toBe(2);
  const bodies = batches.flat().map(({ body }) => Number(body));
  expect(bodies.sort((one, other) => one - other)).toEqual(Array.from({ length: 35 }, (_, index) => index));
  expect(batches[0]?.[0]).toMatchObject({
    eventSourceARN: ARN,
    attributes: { ApproximateReceiveCount: '1', SentTimestamp: expect.any(String) },
    messageAttributes: { event: { dataType: 'String', stringValue: 'Test' } },
  });
});

test('limits a batch to the batch size', async () => {
  const { queueUrl, send } = await startQueue();
  await send(5);
  const { batches } = poll(queueUrl, { batchSize: 1 });
  await vi.waitFor(() => expect(batches).toHaveLength(5), patient);
  expect(batches.map(({ length }) => length)).toEqual([1, 1, 1, 1, 1]);
});

test('hides received messages for the visibility timeout and does not delete them', async () => {
  const { queueUrl, send, receive } = await startQueue();
  await send(1);
  const { batches, stop } = poll(queueUrl, { visibilityTimeout: 2 });
  await vi.waitFor(() => expect(batches).toHaveLength(1), patient);
  await stop();
  await vi.waitFor(async () => expect(await receive()).toHaveLength(1), patient);
});

test('long-polls an empty queue, and stops without waiting for open polls', async () => {
  const { queueUrl } = await startQueue();
  const { stop, failures } = poll(queueUrl, { concurrency: 3 });
  // Other requests to SQS time out after 3 s.
  await sleep(4_000);
  expect(failures).toEqual([]);
  const asked = Date.now();
  await stop();
  // A long poll would take 20 s.
  expect(Date.now() - asked).toBeLessThan(10_000);
  expect(failures).toEqual([]);
});

test('waits for the batch in flight when it is stopped, and does not poll again', async () => {
  const { queueUrl, send, receive } = await startQueue();
  await send(1);
  const batch = Promise.withResolvers<void>();
  const { batches, stop } = poll(queueUrl, { concurrency: 1, onBatch: () => batch.promise });
  await vi.waitFor(() => expect(batches).toHaveLength(1), patient);
  let stopped = false;
  const stopping = stop().then(() => {
    stopped = true;
  });
  await send(1);
  await sleep(1_500);
  expect(stopped).toBe(false);
  batch.resolve();
  await stopping;
  expect(batches).toHaveLength(1);
  expect(await receive()).toHaveLength(1);
});

test('polls an unreachable queue at a slower pace until it answers', async () => {
  const { queueUrl, send } = await startQueue();
  let broken = true;
  const proxy = createServer((socket) => {
    if (broken) return socket.destroy();
    const target = connect(Number(new URL(queueUrl).port), '127.0.0.1');
    return socket
      .on('error', () => undefined)
      .pipe(target.on('error', () => undefined))
      .pipe(socket);
  });
  await once(proxy.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => void proxy.close());
  const { port } = proxy.address() as AddressInfo;
  vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${port}`);
  const { batches, failures, answers } = poll(queueUrl.replace(/:\d+/, `:${port}`), { concurrency: 1 });

  await sleep(3_000);
  // Without a pause there would be hundreds.
  expect(failures.length).toBeGreaterThan(2);
  expect(failures.length).toBeLessThan(40);
  expect(answers()).toBe(0);
  expect(failures[0]?.message).toMatch(/^SQS receive message failed: /);

  broken = false;
  await send(1);
  await vi.waitFor(() => expect(batches).toHaveLength(1), patient);
  expect(answers()).toBe(1);
});
