import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Queue } from '../../../local/sqs/queue.ts';
import type { QueueAttributes } from '../../../local/sqs/queue-attributes.ts';
import { createQueue, createSqs, createStorage, receive, receiveBodies } from './create-sqs.ts';

beforeEach(() => {
  vi.useFakeTimers({ now: 1_800_000_000_000 });
});
afterEach(() => {
  vi.useRealTimers();
});

const pass = (seconds: number) => vi.advanceTimersByTimeAsync(seconds * 1_000);
const createFifo = (attributes: QueueAttributes = {}, sqs = createSqs()) =>
  createQueue({ FifoQueue: 'true', ContentBasedDeduplication: 'true', ...attributes }, sqs);
/** Sends bodies such as `a1`, whose first letter is the group. */
const sendAll = (queue: Queue, ...bodies: string[]) =>
  bodies.map((body) => queue.send({ body, groupId: body[0] }));

describe('a FIFO queue', () => {
  test('returns the messages of a group in order, and of other groups after them', async () => {
    const queue = createFifo();
    sendAll(queue, 'a1', 'b1', 'a2', 'b2');
    expect(await receiveBodies(queue, 3)).toEqual(['a1', 'a2', 'b1']);
  });

  test('returns no message of a group that has one in flight', async () => {
    const queue = createFifo({ VisibilityTimeout: '30' });
    sendAll(queue, 'a1', 'a2', 'b1');
    const [first] = await receive(queue, 1);
    sendAll(queue, 'a3');
    expect(await receiveBodies(queue)).toEqual(['b1']);
    expect(await receiveBodies(queue)).toEqual([]);
    expect(queue.counts()).toMatchObject({ visible: 2, inFlight: 2 });
    queue.delete(first?.receiptHandle ?? '');
    expect(await receiveBodies(queue)).toEqual(['a2', 'a3']);
  });

  test('returns to its place a message that becomes visible again', async () => {
    const queue = createFifo({ VisibilityTimeout: '30' });
    sendAll(queue, 'a1', 'a2', 'a3', 'a4');
    const [, second, third] = await receive(queue, 3);
    queue.changeVisibility(third?.receiptHandle ?? '', 0);
    queue.changeVisibility(second?.receiptHandle ?? '', 0);
    expect(await receiveBodies(queue)).toEqual([]);
    await pass(30);
    expect(await receiveBodies(queue)).toEqual(['a1', 'a2', 'a3', 'a4']);
  });

  test('keeps the place of a visible message before those in flight across a restart', async () => {
    const storage = createStorage();
    const first = createFifo({ VisibilityTimeout: '30' }, createSqs(storage));
    sendAll(first, 'a1', 'a2', 'a3', 'a4');
    const [returned] = await receive(first, 3);
    first.changeVisibility(returned?.receiptHandle ?? '', 0);

    const second = createFifo({ VisibilityTimeout: '30' }, createSqs(storage));
    expect(await receiveBodies(second)).toEqual([]);
    await pass(30);
    expect(await receiveBodies(second)).toEqual(['a1', 'a2', 'a3', 'a4']);
  });

  test('ends a long poll when the group in flight is done', async () => {
    const queue = createFifo();
    sendAll(queue, 'a1', 'a2');
    const [first] = await receive(queue, 1, 3);
    const received = queue.receive({ max: 10, waitMs: 20_000 });
    await pass(2.999);
    expect(queue.counts().inFlight).toBe(1);
    await pass(0.002);
    expect((await received).map(({ content }) => content.body)).toEqual(['a1', 'a2']);
    expect(() => queue.delete(first?.receiptHandle ?? '')).toThrow(/The receipt handle has expired/);
  });

  test('refuses a handle whose visibility timeout has expired', async () => {
    const queue = createFifo();
    sendAll(queue, 'a1');
    const [message] = await receive(queue, 1, 3);
    await pass(3);
    const expired = expect.objectContaining({ code: 'InvalidParameterValue' });
    expect(() => queue.delete(message?.receiptHandle ?? '')).toThrow(expired);
    expect(() => queue.changeVisibility(message?.receiptHandle ?? '', 5)).toThrow(expired);
    expect(queue.counts().visible).toBe(1);
  });

  test('keeps the order of messages that are delayed until the same time', async () => {
    const queue = createFifo({ DelaySeconds: '5' });
    const bodies = Array.from({ length: 50 }, (_, index) => `a${index}`);
    sendAll(queue, ...bodies);
    expect(queue.counts().delayed).toBe(50);
    await pass(5.001);
    expect(await receiveBodies(queue, 50)).toEqual(bodies);
  });

  test('numbers its messages in increasing order', () => {
    const numbers = sendAll(createFifo(), 'a1', 'b1', 'a2').map(({ sequenceNumber = '' }) => sequenceNumber);
    expect(numbers).toEqual(numbers.toSorted());
    expect(new Set(numbers).size).toBe(3);
    for (const number of numbers) expect(number).toMatch(/^\d{20}$/);
  });

  test('removes expired messages of a group, and delivers the younger ones', async () => {
    const queue = createFifo({ MessageRetentionPeriod: '60' });
    sendAll(queue, 'a1', 'b1');
    await pass(30);
    sendAll(queue, 'a2');
    await pass(30);
    expect(await receiveBodies(queue)).toEqual(['a2']);
  });
});

describe('deduplication', () => {
  test('accepts a message again only after five minutes', async () => {
    const queue = createFifo();
    const [first] = sendAll(queue, 'a1');
    for (const { receiptHandle } of await receive(queue)) queue.delete(receiptHandle);
    await pass(299.999);
    expect(sendAll(queue, 'a1')).toEqual([first]);
    expect(queue.counts().visible).toBe(0);
    await pass(0.001);
    expect(sendAll(queue, 'a1')[0]?.messageId).not.toBe(first?.messageId);
    expect(queue.totals.taken).toBe(2);
  });

  test('prefers the given id to the hash of the body', () => {
    const queue = createFifo();
    for (const id of ['1', '2', '1']) queue.send({ body: 'same', groupId: 'a', deduplicationId: id });
    expect(queue.totals.taken).toBe(2);
  });

  test.each([
    ['queue', 1],
    ['messageGroup', 2],
  ])('with DeduplicationScope %s accepts an id of two groups %i times', (DeduplicationScope, times) => {
    const queue = createFifo({ DeduplicationScope });
    for (const groupId of ['a', 'b']) queue.send({ body: 'x', groupId, deduplicationId: '1' });
    expect(queue.totals.taken).toBe(times);
  });

  test('needs an id, of the message or by its content', () => {
    const queue = createFifo({ ContentBasedDeduplication: 'false' });
    const error = expect.objectContaining({ code: 'InvalidParameterValue' });
    expect(() => queue.send({ body: 'x', groupId: 'a' })).toThrow(error);
    expect(() => queue.send({ body: 'x', deduplicationId: '1' })).toThrow(
      expect.objectContaining({ code: 'MissingParameter' }),
    );
  });
});

test('a FIFO dead-letter queue resets the age of its messages and keeps their order', async () => {
  const sqs = createSqs();
  const dead = sqs.createQueue('ordersDLQ.fifo', { FifoQueue: 'true', MessageRetentionPeriod: '60' });
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: 1 });
  const queue = createFifo({ RedrivePolicy, VisibilityTimeout: '10' }, sqs);
  sendAll(queue, 'a1', 'a2', 'b1');
  await receive(queue, 2);
  await pass(50);
  expect(await receiveBodies(queue)).toEqual(['b1']);
  expect(dead.oldestSentAt()).toBe(1_800_000_050_000);
  await pass(59);
  expect(await receiveBodies(dead)).toEqual(['a1', 'a2']);
});
