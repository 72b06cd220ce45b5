import { setTimeout as sleep } from 'node:timers/promises';
import type { SQSRecord } from 'aws-lambda';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { openMemoryStorage } from '../../local/aws-services/storage.ts';
import { EventSourceMapping, type MappingOptions } from '../../local/lambda/event-source-mapping.ts';
import type { InvokeResult } from '../../local/lambda/execution-environment.ts';
import { createQueueReader, type QueueReader } from '../../local/lambda/queue-reader.ts';
import type { Queue } from '../../local/sqs/queue.ts';
import { Sqs } from '../../local/sqs/sqs.ts';

const QUEUE_ARN = 'arn:aws:sqs:us-east-1:000000000000:orders';
const succeed = async (): Promise<InvokeResult> => ({ payload: 'null' });

const openSqs = () => new Sqs({ storage: openMemoryStorage(), endpoint: 'http://127.0.0.1:1' });
const createQueue = (attributes: Record<string, string> = { VisibilityTimeout: '60' }): Queue =>
  openSqs().createQueue('orders', attributes);

/** Starts a mapping and records its invocations and errors. */
function startMapping(
  queue: Queue,
  options: Partial<Omit<MappingOptions, 'invoke'>> = {},
  handle: (records: SQSRecord[]) => Promise<InvokeResult> = succeed,
) {
  const batches: SQSRecord[][] = [];
  const payloads: string[] = [];
  const errors: string[] = [];
  const mapping = new EventSourceMapping({
    queueArn: QUEUE_ARN,
    reader: createQueueReader(queue),
    batchSize: 10,
    batchingWindow: 0,
    maximumConcurrency: 2,
    reportsItemFailures: true,
    onError: (message) => errors.push(message),
    ...options,
    invoke(payload) {
      const { Records } = JSON.parse(payload) as { Records: SQSRecord[] };
      payloads.push(payload);
      batches.push(Records);
      return handle(Records);
    },
  });
  onTestFinished(() => mapping.stop());
  return { mapping, batches, payloads, errors, bodies: () => batches.flat().map(({ body }) => body) };
}

function send(queue: Queue, bodies: readonly string[]): void {
  for (const body of bodies) queue.send({ body });
}
const receive = async (queue: Queue, visibilityTimeout?: number) =>
  (await queue.receive({ max: 10, waitMs: 0, visibilityTimeout })).map(({ content }) => content.body);

const numbered = (count: number) => Array.from({ length: count }, (_, index) => `order ${index}`);
const patient = { timeout: 15_000, interval: 5 };

describe('batches', () => {
  test('contain at most batchSize records, and each message once', async () => {
    const queue = createQueue();
    send(queue, numbered(25));
    const { batches, bodies } = startMapping(queue, { batchSize: 4 });
    await vi.waitFor(() => expect(bodies().toSorted()).toEqual(numbered(25).toSorted()), patient);
    expect(Math.max(...batches.map((batch) => batch.length))).toBe(4);
  });

  test('of more than ten records are filled by one receive', async () => {
    const queue = createQueue();
    send(queue, numbered(60));
    const { batches } = startMapping(queue, { batchSize: 25, batchingWindow: 1, maximumConcurrency: 1 });
    await vi.waitFor(() => expect(batches.map((batch) => batch.length)).toEqual([25, 25, 10]), patient);
  });

  test('wait for later messages until they are full or the batching window ends', async () => {
    const queue = createQueue();
    const { batches } = startMapping(queue, { batchSize: 20, batchingWindow: 60, maximumConcurrency: 1 });
    send(queue, numbered(5));
    await sleep(200);
    expect(batches).toEqual([]);
    send(queue, numbered(15));
    await vi.waitFor(() => expect(batches.map((batch) => batch.length)).toEqual([20]), patient);
  });

  test('are sent when the batching window ends, even if they are not full', async () => {
    const queue = createQueue();
    const { batches } = startMapping(queue, { batchSize: 100, batchingWindow: 1 });
    send(queue, numbered(3));
    await vi.waitFor(() => expect(batches.map((batch) => batch.length)).toEqual([3]), patient);
  });

  test('are split if the payload exceeds 6 MB', async () => {
    const queue = createQueue();
    // Each quotation mark takes two bytes in the payload, so seven messages of 0.8 MB fit.
    for (let count = 0; count < 12; count += 1) send(queue, ['"'.repeat(400_000)]);
    const { payloads, batches } = startMapping(queue, { batchSize: 12, maximumConcurrency: 1 });
    await vi.waitFor(() => expect(batches.map((batch) => batch.length)).toEqual([7, 5]), patient);
    for (const payload of payloads) expect(Buffer.byteLength(payload)).toBeLessThanOrEqual(6 * 1_048_576);
  });

  test('never exceed maximumConcurrency', async () => {
    const queue = createQueue();
    send(queue, numbered(30));
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

test("a record has Lambda's format, with system and message attributes", async () => {
  const queue = createQueue();
  const { messageId, md5OfBody } = queue.send({
    body: '{"price":39.9}',
    attributes: {
      event: { DataType: 'String', StringValue: 'OrderConfirmed' },
      tries: { DataType: 'Number', StringValue: '3' },
      seal: { DataType: 'Binary', BinaryValue: 'AP8=' },
    },
  });
  const { batches } = startMapping(queue);
  await vi.waitFor(() => expect(batches).toHaveLength(1), patient);
  expect(batches).toEqual([
    [
      {
        messageId,
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
        md5OfBody,
        eventSource: 'aws:sqs',
        eventSourceARN: QUEUE_ARN,
        awsRegion: 'us-east-1',
      },
    ],
  ]);
});

describe('failures', () => {
  /** Stops the mapping and returns the number of messages in flight. */
  async function inFlightAfter(mapping: EventSourceMapping, queue: Queue): Promise<number> {
    await mapping.stop();
    return queue.counts().inFlight;
  }

  test('that a function reports stay in the queue, and the rest of the batch is deleted', async () => {
    const queue = createQueue();
    send(queue, numbered(10));
    const report = async (records: SQSRecord[]) => {
      const failed = records.filter(({ body }) => body === 'order 3' || body === 'order 7');
      const batchItemFailures = failed.map(({ messageId }) => ({ itemIdentifier: messageId }));
      return { payload: JSON.stringify({ batchItemFailures }) };
    };
    const { mapping, batches, errors } = startMapping(queue, {}, report);
    await vi.waitFor(() => expect(batches.flat()).toHaveLength(10), patient);
    expect(await inFlightAfter(mapping, queue)).toBe(2);
    expect(errors).toEqual([]);
  });

  test.for([
    ['throws', { payload: '{"errorMessage":"out of tea"}', functionError: 'Unhandled' }, 'out of tea'],
    [
      'reports an id that is not in the batch',
      { payload: '{"batchItemFailures":[{"itemIdentifier":"?"}]}' },
      'itemIdentifier "?"',
    ],
  ] as const)(
    'of a function that %s keep the whole batch in the queue and are reported',
    async ([, result, reason]) => {
      const queue = createQueue();
      send(queue, numbered(5));
      const { mapping, batches, errors } = startMapping(queue, { batchSize: 5 }, async () => result);
      await vi.waitFor(() => expect(batches.flat()).toHaveLength(5), patient);
      expect(await inFlightAfter(mapping, queue)).toBe(5);
      expect(errors[0]).toContain(`queue ${QUEUE_ARN}: batch of ${batches[0]?.length} failed: `);
      expect(errors[0]).toContain(reason);
    },
  );

  test('of three receives move a message to the dead-letter queue', async () => {
    const sqs = openSqs();
    const deadLetters = sqs.createQueue('ordersDLQ');
    const queue = sqs.createQueue('orders', {
      VisibilityTimeout: '1',
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn: deadLetters.arn, maxReceiveCount: 3 }),
    });
    send(queue, ['poison']);
    const { batches } = startMapping(queue, {}, async () => ({
      payload: '{}',
      functionError: 'Unhandled',
    }));
    await vi.waitFor(() => expect(deadLetters.counts().visible).toBe(1), patient);
    expect(await receive(deadLetters)).toEqual(['poison']);
    expect(batches.flat().map(({ attributes }) => attributes.ApproximateReceiveCount)).toEqual([
      '1',
      '2',
      '3',
    ]);
  });
});

describe('stop', () => {
  test('waits for the batch in flight and receives no further message', async () => {
    const queue = createQueue();
    const { promise: finished, resolve: finish } = Promise.withResolvers<InvokeResult>();
    const { mapping, batches } = startMapping(queue, { maximumConcurrency: 3 }, () => finished);
    send(queue, ['in flight']);
    await vi.waitFor(() => expect(batches).toHaveLength(1), patient);

    const stopped = vi.fn<() => void>();
    const stopping = mapping.stop().then(stopped);
    await sleep(100);
    expect(stopped).not.toHaveBeenCalled();
    finish({ payload: 'null' });
    await stopping;

    send(queue, ['too late']);
    expect(await receive(queue)).toEqual(['too late']);
    expect(batches).toHaveLength(1);
  });

  test('processes a batch that was not yet full', async () => {
    const queue = createQueue();
    const { mapping, bodies } = startMapping(queue, { batchSize: 100, batchingWindow: 60 });
    send(queue, numbered(3));
    await vi.waitFor(() => expect(queue.counts().visible).toBe(0), patient);
    await mapping.stop();
    expect(bodies().toSorted()).toEqual(numbered(3));
  });
});

describe('a mapping whose concurrency changes', () => {
  /** Creates a function whose invocations the test ends. It counts running invocations and their maximum. */
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

  test('runs more invocations concurrently after its limit was raised', async () => {
    const queue = createQueue();
    send(queue, numbered(10));
    const { seen, release, handle } = startHeld();
    const { mapping } = startMapping(queue, { batchSize: 1, maximumConcurrency: 2 }, handle);
    await vi.waitFor(() => expect(seen.running).toBe(2), patient);
    mapping.resize(5);
    await vi.waitFor(() => expect(seen.running).toBe(5), patient);
    mapping.resize(0);
    release(5);
    await vi.waitFor(() => expect(seen.running).toBe(0), patient);
  });

  test('keeps to the last limit once the batches in flight have ended', async () => {
    const queue = createQueue();
    send(queue, numbered(20));
    const { seen, release, handle } = startHeld();
    const { mapping, batches } = startMapping(queue, { batchSize: 1, maximumConcurrency: 4 }, handle);
    await vi.waitFor(() => expect(seen.running).toBe(4), patient);
    // Lowers and raises the limit while all four invocations run.
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

  test('receives nothing while it is paused, and continues when it is resumed', async () => {
    const queue = createQueue();
    const { mapping, bodies } = startMapping(queue);
    send(queue, ['before']);
    await vi.waitFor(() => expect(bodies()).toEqual(['before']), patient);
    mapping.resize(0);
    send(queue, ['while paused']);
    expect(await receive(queue, 0)).toEqual(['while paused']);
    mapping.resize(2);
    await vi.waitFor(() => expect(bodies()).toEqual(['before', 'while paused']), patient);
  });
});

test('an unreachable queue is reported, and polled again when it is reachable', async () => {
  const queue = createQueue();
  const reader = createQueueReader(queue);
  let isReachable = false;
  const failing: QueueReader = {
    ...reader,
    receive: async (...args) => {
      if (!isReachable) throw new Error('the thread ended');
      return reader.receive(...args);
    },
  };
  const { errors, bodies } = startMapping(queue, { reader: failing, maximumConcurrency: 1 });
  await vi.waitFor(() => expect(errors).toEqual([`queue ${QUEUE_ARN}: Error: the thread ended`]), patient);
  isReachable = true;
  send(queue, ['back again']);
  await vi.waitFor(() => expect(bodies()).toEqual(['back again']), patient);
});
