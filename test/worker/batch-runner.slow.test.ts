import { setTimeout as sleep } from 'node:timers/promises';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  SendMessageBatchCommand,
} from '@aws-sdk/client-sqs';
import middy from '@middy/core';
import type { Context, SQSEvent, SQSRecord } from 'aws-lambda';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { createQueue, type Queue } from '../../lib/aws/queue.ts';
import { logger } from '../../lib/observability/logger.ts';
import { toSqsRecord } from '../../runtime/sqs-record.ts';
import { type BatchRunnerOptions, createBatchRunner, OverdueError } from '../../worker/batch-runner.ts';
import type { BatchHandler } from '../../worker/functions.ts';
import { intercept } from '../aws/intercept.ts';
import { captureLog } from '../handlers/capture-log.ts';
import { startTestServices } from '../local/start-test-services.ts';

const ARN = 'arn:aws:sqs:us-east-1:000000000000:work';

let log: ReturnType<typeof captureLog>;
beforeEach(() => {
  log = captureLog();
  return () => vi.restoreAllMocks();
});

/** Starts a queue with a visibility timeout of 300 s and creates a batch runner for it. */
async function start(handler: BatchHandler, options: Partial<BatchRunnerOptions> = {}) {
  const { sqs, receive, ...services } = await startTestServices();
  const queueUrl = await services.createQueue('work', { VisibilityTimeout: '300' });
  const queue = createQueue(sqs, queueUrl);
  const runBatch = createBatchRunner({
    functionName: 'test',
    handler,
    queue,
    visibilityTimeout: 300,
    timeout: 20,
    ...options,
  });
  return {
    sqs,
    queue,
    runBatch,
    receive: (waitSeconds = 0) => receive(queueUrl, waitSeconds),
    /** Sends messages to the queue and receives them. */
    async sendAndReceive(bodies: readonly string[], visibilityTimeout = 300): Promise<SQSRecord[]> {
      const Entries = bodies.map((MessageBody, index) => ({ Id: String(index), MessageBody }));
      await sqs.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
      const messages = await receive(queueUrl, 5, visibilityTimeout);
      return messages.map((message) => toSqsRecord(message, ARN));
    },
    /** Makes the messages that are left visible again and receives them. */
    async left(records: readonly SQSRecord[]): Promise<string[]> {
      await queue.changeVisibility(
        records.map(({ receiptHandle }) => receiptHandle),
        0,
      );
      return (await receive(queueUrl)).map(({ Body = '' }) => Body).sort();
    },
  };
}

const idOf = (records: readonly SQSRecord[], body: string) =>
  records.find((record) => record.body === body)?.messageId;

describe('a batch', () => {
  test('is deleted except for the messages that the answer reports as failed', async () => {
    const answer = ({ Records }: SQSEvent) => ({
      batchItemFailures: [{ itemIdentifier: idOf(Records, 'bad') }],
    });
    const { runBatch, sendAndReceive, left } = await start(async (event) => answer(event));
    const records = await sendAndReceive(['good', 'bad', 'fine']);
    expect(await runBatch(records)).toEqual({ handled: 2, failed: 1 });
    expect(await left(records)).toEqual(['bad']);
    expect(log.text()).toBe('');
  });

  test('is deleted as a whole if the function returns nothing', async () => {
    const { runBatch, sendAndReceive, left } = await start(async () => undefined);
    const records = await sendAndReceive(['a', 'b']);
    expect(await runBatch(records)).toEqual({ handled: 2, failed: 0 });
    expect(await left(records)).toEqual([]);
  });

  test('stays in the queue as a whole if the function throws, and the log says why', async () => {
    const { runBatch, sendAndReceive, left } = await start(() => {
      throw new Error('no reason');
    });
    const records = await sendAndReceive(['a', 'b']);
    expect(await runBatch(records)).toEqual({ handled: 0, failed: 2 });
    expect(await left(records)).toEqual(['a', 'b']);
    expect(log.lines('batch failed')).toMatchObject([
      {
        level: 'ERROR',
        messages: 2,
        error: { message: 'no reason' },
        function_request_id: expect.any(String),
      },
    ]);
  });

  test.for([
    ['names a message that is not in the batch', { batchItemFailures: [{ itemIdentifier: 'other' }] }],
    ['is not an object', []],
  ] as const)('stays in the queue as a whole if the answer %s', async ([, answer]) => {
    const { runBatch, sendAndReceive, left } = await start(async () => answer);
    const records = await sendAndReceive(['a', 'b']);
    expect(await runBatch(records)).toEqual({ handled: 0, failed: 2 });
    expect(await left(records)).toEqual(['a', 'b']);
    expect(log.lines('batch failed')).toMatchObject([{ messages: 2, reason: expect.any(String) }]);
  });

  test('counts messages that cannot be deleted as failed and logs a warning', async () => {
    const { sqs, runBatch, sendAndReceive, left } = await start(async () => undefined);
    const records = await sendAndReceive(['a', 'b']);
    intercept(sqs, DeleteMessageBatchCommand, async (input, pass) => {
      const output = await pass({ ...input, Entries: input.Entries?.slice(1) });
      return { ...output, Failed: [{ Id: '0', Code: 'ReceiptHandleIsInvalid', SenderFault: true }] };
    });
    expect(await runBatch(records)).toEqual({ handled: 1, failed: 1 });
    expect(await left(records)).toEqual([records[0]?.body]);
    expect(log.lines('messages not deleted, they will be redelivered')).toMatchObject([
      { level: 'WARN', messages: 1, error: { name: 'ServiceError' } },
    ]);
  });
});

test('passes the records, a request id and the remaining time to the function', async () => {
  const calls: { event: SQSEvent; context: Context; left: number }[] = [];
  const { runBatch, sendAndReceive } = await start(async (event, context) => {
    calls.push({ event, context, left: context.getRemainingTimeInMillis() });
    await sleep(20);
  });
  const records = await sendAndReceive(['a']);
  await runBatch(records);
  const [call] = calls;
  expect(call?.event).toEqual({ Records: records });
  expect(call?.context).toMatchObject({
    functionName: 'test',
    awsRequestId: expect.stringMatching(/^[\da-f-]{36}$/),
  });
  expect(call?.left).toBeLessThanOrEqual(20_000);
  expect(call?.left).toBeGreaterThan(10_000);
  expect(call?.context.getRemainingTimeInMillis()).toBeLessThan(call?.left ?? 0);
});

describe('a batch that runs out of time', () => {
  test.for([
    ['without middleware', () => sleep(60_000, undefined, { ref: false })],
    // middy answers shortly before the time limit.
    [
      'wrapped by middy',
      middy(() => sleep(60_000, undefined, { ref: false })).onError(() => ({ ok: true }) as never),
    ],
  ] as [string, BatchHandler][])(
    'throws an OverdueError and stays in the queue, with a handler %s',
    async ([, handler]) => {
      const { runBatch, sendAndReceive, left } = await start(handler, { timeout: 1 });
      const records = await sendAndReceive(['a']);
      await expect(runBatch(records)).rejects.toThrow(new OverdueError('batch: did not finish within 1 s'));
      expect(await left(records)).toEqual(['a']);
    },
  );
});

describe('messages in flight', () => {
  test('stay hidden beyond their visibility timeout while the function processes them', async () => {
    const { runBatch, sendAndReceive, receive } = await start(() => sleep(5_000), { visibilityTimeout: 2 });
    const records = await sendAndReceive(['a', 'b'], 2);
    const running = runBatch(records);
    expect(await receive(4)).toEqual([]);
    expect(await running).toEqual({ handled: 2, failed: 0 });
    expect(log.text()).toBe('');
  });

  test('are redelivered after the delay that the function sets', async () => {
    let queue: Queue | undefined;
    const part = await start(
      async ({ Records }) => {
        await queue?.changeVisibility([Records[0]?.receiptHandle ?? ''], 1);
        return { batchItemFailures: [{ itemIdentifier: Records[0]?.messageId }] };
      },
      // The heartbeat would renew every 0.2 s if it continued.
      { visibilityTimeout: 0.6 },
    );
    queue = part.queue;
    const changes = intercept(part.sqs, ChangeMessageVisibilityBatchCommand);
    const records = await part.sendAndReceive(['hopeless', 'fine']);
    await part.runBatch(records);
    expect(await part.receive(10)).toMatchObject([{ Body: records[0]?.body }]);
    expect(changes.flatMap(({ Entries }) => Entries)).toMatchObject([{ VisibilityTimeout: 1 }]);
  });

  test('cause a warning if their visibility timeout cannot be renewed', async () => {
    const { runBatch, sendAndReceive } = await start(() => sleep(1_000), { visibilityTimeout: 2 });
    const [record] = await sendAndReceive(['a']);
    await runBatch([{ ...(record as SQSRecord), receiptHandle: 'forged' }]);
    const [line] = log.lines('visibility timeout not renewed, messages may be redelivered early');
    expect(line).toMatchObject({ level: 'WARN', messages: 1, error: { name: 'ServiceError' } });
  });
});

test('logs concurrent batches with the request id of their own batch', async () => {
  const handler = middy(async ({ Records }: SQSEvent, { awsRequestId }: Context) => {
    const [{ body = '' } = {}] = Records;
    logger.info('begun', { body, expected: awsRequestId });
    await sleep(body === 'slow' ? 300 : 100);
    logger.info('ended', { body, expected: awsRequestId });
  }).use(injectLambdaContext(logger));
  const { runBatch, sendAndReceive } = await start(handler as BatchHandler);
  const records = await sendAndReceive(['slow', 'quick']);
  await Promise.all(records.map((record) => runBatch([record])));

  const lines = [...log.lines('begun'), ...log.lines('ended')];
  expect(lines.map(({ body }) => body).sort()).toEqual(['quick', 'quick', 'slow', 'slow']);
  for (const line of lines) expect(line.function_request_id).toBe(line.expected);
  expect(new Set(lines.map(({ expected }) => expected)).size).toBe(2);
});
