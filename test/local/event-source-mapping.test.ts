import { setTimeout as sleep } from 'node:timers/promises';
import { GetQueueAttributesCommand, SendMessageBatchCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import type { SQSRecord } from 'aws-lambda';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { startAwsServices } from '../../local/aws-services/start-aws-services.ts';
import { EventSourceMapping, type MappingOptions } from '../../local/lambda/event-source-mapping.ts';
import type { InvokeResult } from '../../local/lambda/execution-environment.ts';
import { guardThreads } from './guard-threads.ts';
import { connectClients, startTestServices } from './start-test-services.ts';

guardThreads();

const QUEUE_ARN = 'arn:aws:sqs:us-east-1:000000000000:orders';
const succeed = async (): Promise<InvokeResult> => ({ payload: 'null' });

async function startQueue(attributes: Record<string, string> = { VisibilityTimeout: '60' }) {
  const cloud = await startTestServices();
  const queueUrl = await cloud.createQueue('orders', attributes);
  return { ...cloud, queueUrl };
}
type Queue = Pick<Awaited<ReturnType<typeof startQueue>>, 'sqs' | 'queueUrl'>;

/** A mapping that keeps what it invoked its function with, and what troubled it. */
function startMapping(
  { sqs, queueUrl }: Queue,
  options: Partial<Omit<MappingOptions, 'invoke'>> = {},
  handle: (records: SQSRecord[]) => Promise<InvokeResult> = succeed,
) {
  const batches: SQSRecord[][] = [];
  const payloads: string[] = [];
  const troubles: string[] = [];
  const mapping = new EventSourceMapping(sqs, {
    queueUrl,
    queueArn: QUEUE_ARN,
    batchSize: 10,
    batchingWindow: 0,
    maximumConcurrency: 2,
    reportsItemFailures: true,
    onTrouble: (trouble) => troubles.push(trouble),
    ...options,
    invoke(payload) {
      const { Records } = JSON.parse(payload) as { Records: SQSRecord[] };
      payloads.push(payload);
      batches.push(Records);
      return handle(Records);
    },
  });
  onTestFinished(() => mapping.stop());
  return { mapping, batches, payloads, troubles, bodies: () => batches.flat().map(({ body }) => body) };
}

async function send({ sqs, queueUrl }: Queue, bodies: readonly string[]): Promise<void> {
  for (let start = 0; start < bodies.length; start += 10) {
    const Entries = bodies.slice(start, start + 10).map((MessageBody, index) => ({
      Id: String(index),
      MessageBody,
    }));
    await sqs.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
  }
}

const numbered = (count: number) => Array.from({ length: count }, (_, index) => `order ${index}`);
const patient = { timeout: 15_000, interval: 20 };

describe('batches', () => {
  test('hold at most batchSize records, and every message comes once', async () => {
    const queue = await startQueue();
    await send(queue, numbered(25));
    const { batches, bodies } = startMapping(queue, { batchSize: 4 });
    await vi.waitFor(() => expect(bodies().toSorted()).toEqual(numbered(25).toSorted()), patient);
    expect(Math.max(...batches.map((batch) => batch.length))).toBe(4);
  });

  test('of more than ten records are filled over several receives', async () => {
    const queue = await startQueue();
    await send(queue, numbered(60));
    const { batches } = startMapping(queue, { batchSize: 25, batchingWindow: 1, maximumConcurrency: 1 });
    await vi.waitFor(() => expect(batches.map((batch) => batch.length)).toEqual([25, 25, 10]), patient);
  });

  test('wait for their window for messages that come later, unless they are full before', async () => {
    const queue = await startQueue();
    const { batches } = startMapping(queue, { batchSize: 20, batchingWindow: 60, maximumConcurrency: 1 });
    await send(queue, numbered(5));
    await sleep(200);
    expect(batches).toEqual([]);
    await send(queue, numbered(15));
    await vi.waitFor(() => expect(batches.map((batch) => batch.length)).toEqual([20]), patient);
  });

  test('go out when their window is over, full or not', async () => {
    const queue = await startQueue();
    const { batches } = startMapping(queue, { batchSize: 100, batchingWindow: 1 });
    await send(queue, numbered(3));
    await vi.waitFor(() => expect(batches.map((batch) => batch.length)).toEqual([3]), patient);
  });

  test('are split where they exceed 6 MB, with everything that is in the payload', async () => {
    const queue = await startQueue();
    // Each quotation mark takes two bytes in the payload, and seven messages of 0.8 MB fit in it.
    for (let count = 0; count < 12; count += 1) await send(queue, ['"'.repeat(400_000)]);
    const { payloads, batches } = startMapping(queue, { batchSize: 12, maximumConcurrency: 1 });
    await vi.waitFor(() => expect(batches.map((batch) => batch.length)).toEqual([7, 5]), patient);
    for (const payload of payloads) expect(Buffer.byteLength(payload)).toBeLessThanOrEqual(6 * 1_048_576);
  });

  test('are never more at once than maximumConcurrency', async () => {
    const queue = await startQueue();
    await send(queue, numbered(30));
    let running = 0;
    let most = 0;
    const { batches } = startMapping(queue, { batchSize: 1, maximumConcurrency: 3 }, async () => {
      running += 1;
      most = Math.max(most, running);
      await sleep(20);
      running -= 1;
      return succeed();
    });
    await vi.waitFor(() => expect(batches).toHaveLength(30), patient);
    expect(most).toBe(3);
  });
});

test('a record has the shape of Lambda, with system and message attributes', async () => {
  const queue = await startQueue();
  const { MessageId, MD5OfMessageBody } = await queue.sqs.send(
    new SendMessageCommand({
      QueueUrl: queue.queueUrl,
      MessageBody: '{"price":39.9}',
      MessageAttributes: {
        event: { DataType: 'String', StringValue: 'OrderConfirmed' },
        tries: { DataType: 'Number', StringValue: '3' },
        seal: { DataType: 'Binary', BinaryValue: Uint8Array.of(0, 255) },
      },
    }),
  );
  const { batches } = startMapping(queue);
  await vi.waitFor(() => expect(batches).toHaveLength(1), patient);
  expect(batches).toEqual([
    [
      {
        messageId: MessageId,
        receiptHandle: expect.stringMatching(/./),
        body: '{"price":39.9}',
        attributes: expect.objectContaining({
          ApproximateReceiveCount: '1',
          SentTimestamp: expect.stringMatching(/^\d{13}$/),
          ApproximateFirstReceiveTimestamp: expect.stringMatching(/^\d{13}$/),
          SenderId: expect.any(String),
        }),
        messageAttributes: {
          event: { dataType: 'String', stringValue: 'OrderConfirmed' },
          tries: { dataType: 'Number', stringValue: '3' },
          seal: { dataType: 'Binary', binaryValue: 'AP8=' },
        },
        md5OfBody: MD5OfMessageBody,
        eventSource: 'aws:sqs',
        eventSourceARN: QUEUE_ARN,
        awsRegion: 'us-east-1',
      },
    ],
  ]);
});

describe('failures', () => {
  /** Ends the mapping, and gives how many messages are in the queue, in flight until their visibility timeout. */
  async function inFlightAfter(mapping: EventSourceMapping, { sqs, queueUrl }: Queue): Promise<number> {
    await mapping.stop();
    const command = new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ['All'] });
    const { Attributes } = await sqs.send(command);
    return Number(Attributes?.ApproximateNumberOfMessagesNotVisible);
  }

  test('that a function reports stay in the queue, the rest of their batch is deleted', async () => {
    const queue = await startQueue();
    await send(queue, numbered(10));
    const report = async (records: SQSRecord[]) => {
      const failed = records.filter(({ body }) => body === 'order 3' || body === 'order 7');
      const batchItemFailures = failed.map(({ messageId }) => ({ itemIdentifier: messageId }));
      return { payload: JSON.stringify({ batchItemFailures }) };
    };
    const { mapping, batches, troubles } = startMapping(queue, {}, report);
    await vi.waitFor(() => expect(batches.flat()).toHaveLength(10), patient);
    expect(await inFlightAfter(mapping, queue)).toBe(2);
    expect(troubles).toEqual([]);
  });

  test.for([
    ['throws', { payload: '{"errorMessage":"out of tea"}', functionError: 'Unhandled' }, 'out of tea'],
    [
      'reports an id that is not in the batch',
      { payload: '{"batchItemFailures":[{"itemIdentifier":"?"}]}' },
      'itemIdentifier "?"',
    ],
  ] as const)('of a function that %s keep its whole batch, and are told', async ([, result, reason]) => {
    const queue = await startQueue();
    await send(queue, numbered(5));
    const { mapping, batches, troubles } = startMapping(queue, { batchSize: 5 }, async () => result);
    await vi.waitFor(() => expect(batches.flat()).toHaveLength(5), patient);
    expect(await inFlightAfter(mapping, queue)).toBe(5);
    expect(troubles[0]).toContain(`queue ${QUEUE_ARN}: batch of ${batches[0]?.length} failed: `);
    expect(troubles[0]).toContain(reason);
  });

  test('of three receives send a message to the dead-letter queue', async () => {
    const cloud = await startTestServices();
    const dlqUrl = await cloud.createQueue('ordersDLQ');
    const deadLetterTargetArn = `${QUEUE_ARN}DLQ`;
    const queueUrl = await cloud.createQueue('orders', {
      VisibilityTimeout: '1',
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 3 }),
    });
    await send({ ...cloud, queueUrl }, ['poison']);
    const { batches } = startMapping({ ...cloud, queueUrl }, {}, async () => ({
      payload: '{}',
      functionError: 'Unhandled',
    }));
    const [dead] = await vi.waitFor(async () => {
      const messages = await cloud.receive(dlqUrl);
      expect(messages).toHaveLength(1);
      return messages;
    }, patient);
    expect(dead?.Body).toBe('poison');
    expect(batches.flat().map(({ attributes }) => attributes.ApproximateReceiveCount)).toEqual([
      '1',
      '2',
      '3',
    ]);
  });
});

describe('stop', () => {
  test('waits for the batch in hand, and takes no message afterwards', async () => {
    const queue = await startQueue();
    const { promise: finished, resolve: finish } = Promise.withResolvers<InvokeResult>();
    const { mapping, batches } = startMapping(queue, { maximumConcurrency: 3 }, () => finished);
    await send(queue, ['in hand']);
    await vi.waitFor(() => expect(batches).toHaveLength(1), patient);

    const stopped = vi.fn<() => void>();
    const stopping = mapping.stop().then(stopped);
    await sleep(100);
    expect(stopped).not.toHaveBeenCalled();
    finish({ payload: 'null' });
    await stopping;

    await send(queue, ['too late']);
    const messages = await queue.receive(queue.queueUrl, 1);
    expect(messages.map(({ Body }) => Body)).toEqual(['too late']);
    expect(batches).toHaveLength(1);
  });

  test('deals with a batch that was still filling', async () => {
    const queue = await startQueue();
    const { mapping, bodies } = startMapping(queue, { batchSize: 100, batchingWindow: 60 });
    await send(queue, numbered(3));
    await vi.waitFor(async () => expect(await queue.countVisible(queue.queueUrl)).toBe(0), patient);
    // The answer to the receive is on its way.
    await sleep(200);
    await mapping.stop();
    expect(bodies().toSorted()).toEqual(numbered(3));
  });
});

describe('a mapping whose concurrency changes', () => {
  /** A function whose invocations end when the test says so; how many are under way, and the most that ever were. */
  function startHeld() {
    const held: (() => void)[] = [];
    const seen = { running: 0, most: 0 };
    return {
      seen,
      release: (count: number) => {
        for (const end of held.splice(0, count)) end();
      },
      async handle(): Promise<InvokeResult> {
        seen.running += 1;
        seen.most = Math.max(seen.most, seen.running);
        await new Promise<void>((resolve) => held.push(resolve));
        seen.running -= 1;
        return succeed();
      },
    };
  }

  test('runs as many more at once as it may', async () => {
    const queue = await startQueue();
    await send(queue, numbered(10));
    const { seen, release, handle } = startHeld();
    const { mapping } = startMapping(queue, { batchSize: 1, maximumConcurrency: 2 }, handle);
    await vi.waitFor(() => expect(seen.running).toBe(2), patient);
    mapping.resize(5);
    await vi.waitFor(() => expect(seen.running).toBe(5), patient);
    mapping.resize(0);
    release(5);
    await vi.waitFor(() => expect(seen.running).toBe(0), patient);
  });

  test('has never more at once than the last limit allows, once batches in hand have ended', async () => {
    const queue = await startQueue();
    await send(queue, numbered(20));
    const { seen, release, handle } = startHeld();
    const { mapping, batches } = startMapping(queue, { batchSize: 1, maximumConcurrency: 4 }, handle);
    await vi.waitFor(() => expect(seen.running).toBe(4), patient);
    // Down and up again, while all four are at work.
    mapping.resize(1);
    mapping.resize(4);
    release(4);
    await vi.waitFor(() => expect(batches).toHaveLength(8), patient);
    expect(seen).toEqual({ running: 4, most: 4 });
    mapping.resize(1);
    release(4);
    await vi.waitFor(() => expect(batches.length).toBeGreaterThan(8), patient);
    await sleep(300);
    expect(seen.running).toBe(1);
    mapping.resize(0);
    release(1);
  });

  test('takes nothing while it is paused, though it was polling, and goes on afterwards', async () => {
    const queue = await startQueue();
    const { mapping, bodies } = startMapping(queue);
    await send(queue, ['before']);
    await vi.waitFor(() => expect(bodies()).toEqual(['before']), patient);
    mapping.resize(0);
    // Its polls get a moment for answers that are on their way.
    await sleep(400);
    await send(queue, ['while paused']);
    expect((await queue.receive(queue.queueUrl, 1, 0)).map(({ Body }) => Body)).toEqual(['while paused']);
    mapping.resize(2);
    await vi.waitFor(() => expect(bodies()).toEqual(['before', 'while paused']), patient);
  });
});

test('a queue out of reach is told, and polled again when it is back', async () => {
  const first = await startTestServices();
  const port = Number(new URL(first.services.endpoint).port);
  const queueUrl = await first.createQueue('orders');
  const { troubles, bodies } = startMapping({ ...first, queueUrl }, { maximumConcurrency: 1 });
  await first.services.stop();
  await vi.waitFor(() => expect(troubles.length).toBeGreaterThan(0), patient);
  expect(troubles[0]).toContain(`queue ${QUEUE_ARN}: `);

  const again = await startAwsServices({ port, mailboxQueueName: 'mailbox' });
  onTestFinished(() => again.stop());
  const { sqs, createQueue } = connectClients(again.endpoint);
  await createQueue('orders');
  await send({ sqs, queueUrl }, ['back again']);
  await vi.waitFor(() => expect(bodies()).toEqual(['back again']), patient);
});
