import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Queue } from '../../../local/sqs/queue.ts';
import { createQueue, createSqs, receive, receiveBodies } from './create-sqs.ts';

beforeEach(() => {
  vi.useFakeTimers({ now: 1_800_000_000_000 });
});
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

const pass = (seconds: number) => vi.advanceTimersByTimeAsync(seconds * 1_000);
const sendAll = (queue: Queue, ...bodies: string[]) => bodies.map((body) => queue.send({ body }));
const numbers = (count: number) => Array.from({ length: count }, (_, index) => String(index));

async function receiveOne(queue: Queue, visibilityTimeout?: number) {
  const [message] = await receive(queue, 1, visibilityTimeout);
  if (!message) throw new Error('no message is visible');
  return message;
}

describe('a standard queue', () => {
  test('returns messages in the order in which they were sent', async () => {
    const queue = createQueue();
    sendAll(queue, ...numbers(25));
    expect(await receiveBodies(queue, 10)).toEqual(numbers(10));
    expect(await receiveBodies(queue, 10_000)).toEqual(numbers(25).slice(10));
  });

  test('counts visible, in-flight and delayed messages', async () => {
    const queue = createQueue();
    sendAll(queue, 'a', 'b', 'c');
    queue.send({ body: 'd', delaySeconds: 5 });
    await receive(queue, 2, 10);
    expect(queue.counts()).toEqual({
      visible: 1,
      inFlight: 2,
      delayed: 1,
      noisyGroups: 0,
      visibleInQuietGroups: 1,
    });
    await pass(5);
    expect(queue.counts()).toMatchObject({ visible: 2, inFlight: 2, delayed: 0 });
    await pass(5);
    expect(queue.counts()).toMatchObject({ visible: 4, inFlight: 0, delayed: 0 });
  });

  test('counts what it accepted and what consumers deleted', async () => {
    const queue = createQueue();
    sendAll(queue, 'a', 'b', 'c');
    const { receiptHandle } = await receiveOne(queue);
    queue.delete(receiptHandle);
    queue.delete(receiptHandle);
    queue.purge();
    expect(queue.totals).toEqual({ taken: 3, deleted: 1 });
  });

  test('lists all messages in the order of their sends, in flight or not, without a receive', async () => {
    const queue = createQueue();
    sendAll(queue, 'a', 'b', 'c');
    const { receiptHandle } = await receiveOne(queue);
    queue.changeVisibility(receiptHandle, 0);
    expect(Array.from(queue.messages(), ({ body }) => body)).toEqual(['a', 'b', 'c']);
    expect(queue.counts()).toMatchObject({ visible: 3 });
  });

  test('redelivers a message after its visibility timeout, with the next receive count', async () => {
    const queue = createQueue({ VisibilityTimeout: '30' });
    sendAll(queue, 'a');
    const first = await receiveOne(queue);
    await pass(29.999);
    expect(await receive(queue)).toEqual([]);
    await pass(0.001);
    const second = await receiveOne(queue, 60);
    expect([first.receiveCount, second.receiveCount]).toEqual([1, 2]);
    expect(second.firstReceivedAt).toBe(1_800_000_000_000);
    await pass(59.999);
    expect(queue.counts()).toMatchObject({ inFlight: 1 });
    await pass(0.001);
    expect(queue.counts()).toMatchObject({ visible: 1 });
  });

  test('makes messages visible in the order in which their timeouts end', async () => {
    const queue = createQueue();
    sendAll(queue, 'long', 'short', 'shortened', 'extended');
    await receive(queue, 1, 600);
    await receive(queue, 1, 10);
    const shortened = await receiveOne(queue, 600);
    const extended = await receiveOne(queue, 5);
    queue.changeVisibility(shortened.receiptHandle, 20);
    queue.changeVisibility(extended.receiptHandle, 30);
    await pass(10);
    expect(await receiveBodies(queue)).toEqual(['short']);
    await pass(10);
    expect(await receiveBodies(queue)).toEqual(['shortened']);
    await pass(10);
    expect(await receiveBodies(queue)).toEqual(['extended']);
  });

  test('does not deliver a message before its delay has ended', async () => {
    const queue = createQueue({ DelaySeconds: '10' });
    queue.send({ body: 'late' });
    queue.send({ body: 'now', delaySeconds: 0 });
    expect(await receiveBodies(queue)).toEqual(['now']);
    await pass(10);
    expect(await receiveBodies(queue)).toEqual(['late']);
  });

  test('refuses a message that is larger than MaximumMessageSize, attributes included', () => {
    const queue = createQueue({ MaximumMessageSize: '1024' });
    const attributes = { n: { DataType: 'Binary', BinaryValue: Buffer.alloc(100).toString('base64') } };
    queue.send({ body: 'é'.repeat(512) });
    queue.send({ body: 'a'.repeat(1_024 - 107), attributes });
    const message = 'One or more parameters are invalid. Reason: Message must be shorter than 1024 bytes.';
    const error = expect.objectContaining({ code: 'InvalidParameterValue', message });
    expect(() => queue.send({ body: `${'é'.repeat(512)}a` })).toThrow(error);
    expect(() => queue.send({ body: 'a'.repeat(1_024 - 106), attributes })).toThrow(error);
    expect(queue.totals.taken).toBe(2);
  });
});

describe('receipt handles', () => {
  test('of a former receive delete nothing', async () => {
    const queue = createQueue();
    sendAll(queue, 'a');
    const { receiptHandle } = await receiveOne(queue, 1);
    await pass(1);
    await receiveOne(queue);
    queue.delete(receiptHandle);
    expect(queue.counts()).toMatchObject({ inFlight: 1 });
    expect(() => queue.changeVisibility(receiptHandle, 0)).toThrow(
      expect.objectContaining({ code: 'InvalidParameterValue' }),
    );
  });

  test('delete a message that is visible again, but cannot change its visibility', async () => {
    const queue = createQueue();
    sendAll(queue, 'a', 'b');
    const { receiptHandle } = await receiveOne(queue, 0);
    expect(() => queue.changeVisibility(receiptHandle, 1)).toThrow(
      expect.objectContaining({ code: 'MessageNotInflight' }),
    );
    queue.delete(receiptHandle);
    expect(await receiveBodies(queue)).toEqual(['b']);
    expect(queue.counts()).toMatchObject({ visible: 0, inFlight: 1 });
  });

  test.each(['nonsense', '', 'AAAA'])('that SQS did not issue are invalid: %j', (handle) => {
    const queue = createQueue();
    const error = expect.objectContaining({ code: 'ReceiptHandleIsInvalid', status: 404 });
    expect(() => queue.delete(handle)).toThrow(error);
    expect(() => queue.changeVisibility(handle, 1)).toThrow(error);
  });

  test('of another queue are invalid, also of a deleted one with the same name', async () => {
    const sqs = createSqs();
    const queue = createQueue({}, sqs);
    sendAll(queue, 'a');
    const { receiptHandle } = await receiveOne(queue);
    const other = sqs.createQueue('other');
    sqs.deleteQueue(queue);
    await pass(1);
    const error = expect.objectContaining({ code: 'ReceiptHandleIsInvalid' });
    expect(() => other.delete(receiptHandle)).toThrow(error);
    expect(() => createQueue({}, sqs).delete(receiptHandle)).toThrow(error);
  });

  test('cannot hide a message for more than 12 hours after its receive', async () => {
    const queue = createQueue();
    sendAll(queue, 'a');
    const { receiptHandle } = await receiveOne(queue, 600);
    queue.changeVisibility(receiptHandle, 43_200);
    await pass(1);
    expect(() => queue.changeVisibility(receiptHandle, 43_200)).toThrow(
      /Value 43200 for parameter VisibilityTimeout is invalid. Reason: Total VisibilityTimeout/,
    );
    queue.changeVisibility(receiptHandle, 43_199);
    expect(() => queue.changeVisibility(receiptHandle, -1)).toThrow(/Must be between 0 and 43200/);
  });
});

describe('a long poll', () => {
  const poll = (queue: Queue, signal?: AbortSignal, max = 10) =>
    queue.receive({ max, waitMs: 20_000, signal });

  test('ends with no message after its wait time', async () => {
    const queue = createQueue();
    const received = poll(queue);
    await pass(19.999);
    sendAll(queue);
    await pass(0.001);
    expect(await received).toEqual([]);
  });

  test('ends with the whole batch that is sent in one request', async () => {
    const queue = createQueue();
    const received = poll(queue);
    sendAll(queue, 'a', 'b', 'c');
    await pass(0.001);
    expect((await received).map(({ content }) => content.body)).toEqual(['a', 'b', 'c']);
  });

  test('is the only one that one message ends, and the first one', async () => {
    const queue = createQueue();
    const ended: number[] = [];
    const polls = numbers(3).map(async (name) => {
      if ((await poll(queue)).length > 0) ended.push(Number(name));
    });
    sendAll(queue, 'a');
    await pass(1);
    expect(ended).toEqual([0]);
    sendAll(queue, 'b', 'c');
    await pass(20);
    await Promise.all(polls);
    expect(ended).toEqual([0, 1]);
  });

  test('shares a batch with others if it is larger than a receive', async () => {
    const queue = createQueue();
    const polls = [poll(queue, undefined, 2), poll(queue, undefined, 2)];
    sendAll(queue, 'a', 'b', 'c');
    await pass(0.001);
    expect((await Promise.all(polls)).map(({ length }) => length)).toEqual([2, 1]);
  });

  test('ends when a message becomes visible again, or when its delay has ended', async () => {
    const queue = createQueue();
    sendAll(queue, 'a');
    const { receiptHandle } = await receiveOne(queue, 600);
    const polls = [poll(queue), poll(queue)];
    queue.send({ body: 'b', delaySeconds: 8 });
    await pass(1);
    queue.changeVisibility(receiptHandle, 2);
    await pass(2);
    expect((await polls[0])?.[0]?.content.body).toBe('a');
    await pass(5);
    expect((await polls[1])?.[0]?.content.body).toBe('b');
    await pass(0.001);
  });

  test('ends without a message when its client disconnects, and receives none', async () => {
    const queue = createQueue();
    const leaving = new AbortController();
    const received = poll(queue, leaving.signal);
    leaving.abort();
    expect(await received).toEqual([]);
    expect(await poll(queue, leaving.signal)).toEqual([]);
    sendAll(queue, 'a');
    expect((await receiveOne(queue)).receiveCount).toBe(1);
  });

  test('ends when its queue is deleted, or when all queues stop', async () => {
    const sqs = createSqs();
    const queue = createQueue({}, sqs);
    const polls = [poll(queue), poll(sqs.createQueue('other'))];
    sqs.deleteQueue(queue);
    expect(await polls[0]).toEqual([]);
    sqs.stop();
    expect(await polls[1]).toEqual([]);
  });
});

test('a receive whose client is gone is undone', async () => {
  const queue = createQueue();
  sendAll(queue, 'a', 'b');
  await receiveOne(queue, 1);
  await pass(1);
  const lost = await receive(queue, 10, 600);
  queue.giveBack(lost);
  expect(queue.counts()).toMatchObject({ visible: 2, inFlight: 0 });
  const again = await receive(queue);
  expect(again.map(({ content, receiveCount }) => [content.body, receiveCount])).toEqual([
    ['b', 1],
    ['a', 2],
  ]);
  // The client of the lost receive has no right to the message any more.
  queue.giveBack(lost);
  expect(queue.counts()).toMatchObject({ inFlight: 2 });
});

describe('retention', () => {
  test('removes messages by their age, visible, in flight or delayed', async () => {
    const queue = createQueue({ MessageRetentionPeriod: '60' });
    sendAll(queue, 'in flight', 'visible');
    queue.send({ body: 'delayed', delaySeconds: 900 });
    const { receiptHandle } = await receiveOne(queue, 600);
    await pass(59);
    sendAll(queue, 'new');
    expect(queue.oldestSentAt()).toBe(1_800_000_000_000);
    await pass(1);
    expect(queue.counts()).toMatchObject({ visible: 1, inFlight: 0, delayed: 0 });
    expect(queue.oldestSentAt()).toBe(1_800_000_059_000);
    queue.delete(receiptHandle);
    expect(await receiveBodies(queue)).toEqual(['new']);
    expect(queue.totals.deleted).toBe(0);
  });

  test('follows a change of MessageRetentionPeriod', async () => {
    const sqs = createSqs();
    const queue = createQueue({}, sqs);
    sendAll(queue, 'a');
    await pass(100);
    sqs.setAttributes(queue, { MessageRetentionPeriod: '60' });
    expect(queue.counts()).toMatchObject({ visible: 0 });
    expect(queue.oldestSentAt()).toBeUndefined();
  });
});

describe('a dead-letter queue', () => {
  function createWithDeadLetters(maxReceiveCount = 2, allow?: object) {
    const sqs = createSqs();
    const dead = sqs.createQueue('ordersDLQ', { MessageRetentionPeriod: '1000' });
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount });
    const queue = createQueue({ RedrivePolicy, VisibilityTimeout: '1' }, sqs);
    if (allow) sqs.setAttributes(dead, { RedriveAllowPolicy: JSON.stringify(allow) });
    return { sqs, queue, dead };
  }

  test('receives a message instead of the receive that exceeds maxReceiveCount', async () => {
    const { queue, dead } = createWithDeadLetters();
    const attributes = { trace: { DataType: 'String', StringValue: 't-1' } };
    const { messageId } = queue.send({ body: 'poison', attributes, traceHeader: 'Root=1', groupId: 'g' });
    sendAll(queue, 'good');
    for (const bodies of [['poison', 'good'], ['poison', 'good'], []]) {
      expect(await receiveBodies(queue)).toEqual(bodies);
      await pass(1);
    }
    expect(queue.counts()).toMatchObject({ visible: 0, inFlight: 0 });
    expect(dead.totals.taken).toBe(2);
    const [letter] = await receive(dead);
    expect(letter?.receiveCount).toBe(3);
    expect(letter?.content).toEqual({
      id: messageId,
      body: 'poison',
      attributes,
      traceHeader: 'Root=1',
      groupId: 'g',
      sourceArn: queue.arn,
      sentAt: 1_800_000_000_000,
    });
  });

  test('keeps the age of the messages of a standard queue', async () => {
    const { queue, dead } = createWithDeadLetters(1);
    sendAll(queue, 'a');
    await receive(queue);
    await pass(500);
    await receive(queue);
    expect(dead.oldestSentAt()).toBe(1_800_000_000_000);
    await pass(500);
    expect(dead.counts()).toMatchObject({ visible: 0 });
  });

  test('ends a long poll that waits for dead letters, while one on the source waits on', async () => {
    const { queue, dead } = createWithDeadLetters(1);
    sendAll(queue, 'a');
    await receive(queue);
    const waiting = queue.receive({ max: 10, waitMs: 5_000 });
    const letters = dead.receive({ max: 10, waitMs: 5_000 });
    await pass(1.1);
    expect(await letters).toHaveLength(1);
    sendAll(queue, 'b');
    await pass(0.1);
    expect((await waiting).map(({ content }) => content.body)).toEqual(['b']);
  });

  test('whose RedriveAllowPolicy excludes the source receives nothing', async () => {
    const { queue, dead } = createWithDeadLetters(1, { redrivePermission: 'denyAll' });
    sendAll(queue, 'a');
    await receive(queue);
    await pass(1);
    expect((await receiveOne(queue)).receiveCount).toBe(2);
    expect(dead.totals.taken).toBe(0);
  });

  test('that was deleted receives nothing, and the message stays', async () => {
    const { sqs, queue, dead } = createWithDeadLetters(1);
    sendAll(queue, 'a');
    await receive(queue);
    sqs.deleteQueue(dead);
    await pass(1);
    expect((await receiveOne(queue)).receiveCount).toBe(2);
  });
});
