import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
} from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createLeases, holdMessages } from '../../../operations/dead-letters/hold-messages.ts';
import { intercept, sdkError } from '../../aws/intercept.ts';
import { openScriptedPipeline } from '../../pipeline/open-scripted-pipeline.ts';

const bodies = (count: number) => Array.from({ length: count }, (_, n) => `body ${n}`);
const open = (count: number) => openScriptedPipeline({ letters: { order: bodies(count) } });

describe('holding messages', () => {
  test('takes all of them, ten at a time, and gives them back when it is disposed of', async () => {
    const { pipeline, receives, lettersLeft } = open(25);
    const shown: number[] = [];
    {
      await using held = await holdMessages(pipeline, 'order', { onProgress: (seen) => shown.push(seen) });
      expect({ seen: held.seen, hidden: held.hidden, seconds: held.seconds }).toEqual({
        seen: 25,
        hidden: 0,
        seconds: 20,
      });
      expect([...held.messages.values()][24]).toMatchObject({ id: 'order-dlq-24', body: 'body 24' });
      expect(lettersLeft()).toEqual([]);
    }
    expect(lettersLeft()).toHaveLength(25);
    expect(shown).toEqual([10, 20, 25, 25]);
    expect(
      receives.map(({ MaxNumberOfMessages, VisibilityTimeout, WaitTimeSeconds }) => [
        MaxNumberOfMessages,
        VisibilityTimeout,
        WaitTimeSeconds,
      ]),
    ).toEqual(Array(4).fill([10, 20, 1]));
  });

  test('does not wait on the embedded cloud, which is one server', async () => {
    const { pipeline, receives } = open(1);
    await using held = await holdMessages({ ...pipeline, inspectionUrl: 'http://nowhere' }, 'order');
    expect(held.seen).toBe(1);
    expect(receives.map(({ WaitTimeSeconds }) => WaitTimeSeconds)).toEqual([0, 0]);
  });

  test('ends at its limit', async () => {
    const { pipeline, receives, lettersLeft } = open(30);
    await using held = await holdMessages(pipeline, 'order', { limit: 12 });
    expect(held.seen).toBe(12);
    expect(receives.map(({ MaxNumberOfMessages }) => MaxNumberOfMessages)).toEqual([10, 2]);
    expect(lettersLeft()).toHaveLength(18);
  });

  test('by several receives side by side keeps to its limit all the same', async () => {
    const { pipeline, receives } = open(300);
    await using held = await holdMessages(pipeline, 'order', { limit: 101 });
    expect(held.seen).toBe(101);
    expect(receives).toHaveLength(11);
  });

  test('ends when there is enough', async () => {
    const { pipeline, receives } = open(30);
    await using held = await holdMessages(pipeline, 'order', { enough: ({ size }) => size >= 15 });
    expect(held.seen).toBe(20);
    expect(receives).toHaveLength(2);
  });

  test('ends with what it has when it is aborted', async () => {
    const { pipeline } = open(30);
    const controller = new AbortController();
    await using held = await holdMessages(pipeline, 'order', {
      signal: controller.signal,
      onProgress: () => controller.abort(),
    });
    expect(held.seen).toBe(10);
  });

  test.each([
    [1, 1],
    [50, 1],
    [51, 2],
    [400, 8],
    [1_000, 8],
  ])('of %i messages has %i receives at once', async (count, most) => {
    const { pipeline } = open(count);
    let [underWay, greatest] = [0, 0];
    intercept(pipeline.clients.sqs, ReceiveMessageCommand, async (input, pass) => {
      greatest = Math.max(greatest, ++underWay);
      await new Promise(setImmediate);
      underWay -= 1;
      return pass(input);
    });
    await using held = await holdMessages(pipeline, 'order');
    expect([held.seen, greatest]).toEqual([count, most]);
  });

  test('believes five empty answers in a row, whatever SQS counts, and fewer where it counts none', async () => {
    const counted = open(0);
    const answers = [0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0];
    intercept(counted.pipeline.clients.sqs, GetQueueAttributesCommand, async () => ({
      $metadata: {},
      Attributes: { ApproximateNumberOfMessages: '1', ApproximateNumberOfMessagesNotVisible: '3' },
    }));
    const receives = intercept(counted.pipeline.clients.sqs, ReceiveMessageCommand, async () => ({
      $metadata: {},
      Messages: answers.shift()
        ? [{ MessageId: 'a', ReceiptHandle: 'a', Body: '', Attributes: { SentTimestamp: '1' } }]
        : [],
    }));
    await using held = await holdMessages(counted.pipeline, 'order');
    expect(receives).toHaveLength(10);
    // Two of the three in flight are in the hands of others.
    expect({ seen: held.seen, hidden: held.hidden }).toEqual({ seen: 1, hidden: 2 });
    const empty = open(0);
    await using none = await holdMessages(empty.pipeline, 'order');
    expect(none.seen).toBe(0);
    expect(empty.receives).toHaveLength(1);
  });

  test('counts none as hidden where SQS counts fewer in flight than there are in hand', async () => {
    const { pipeline } = open(2);
    intercept(pipeline.clients.sqs, GetQueueAttributesCommand, async () => ({
      $metadata: {},
      Attributes: {},
    }));
    await using held = await holdMessages(pipeline, 'order');
    expect({ seen: held.seen, hidden: held.hidden }).toEqual({ seen: 2, hidden: 0 });
  });

  test('gives all back when one of its receives fails, after the others have ended', async () => {
    const { pipeline, lettersLeft } = open(200);
    let underWay = 0;
    const receives = intercept(pipeline.clients.sqs, ReceiveMessageCommand, async (input, pass) => {
      if (receives.length === 3) throw sdkError('AccessDenied');
      underWay += 1;
      await new Promise(setImmediate);
      underWay -= 1;
      return pass(input);
    });
    await expect(holdMessages(pipeline, 'order')).rejects.toMatchObject({
      name: 'ServiceError',
      code: 'AccessDenied',
    });
    expect(underWay).toBe(0);
    // The other three end with the receive that they have in hand.
    expect(receives).toHaveLength(4);
    expect(lettersLeft()).toHaveLength(200);
  });

  test('of a part that is off is refused', async () => {
    const { pipeline } = open(0);
    const off = { ...pipeline, queues: pipeline.queues.slice(0, 2) };
    await expect(holdMessages(off, 'shipping')).rejects.toThrow(/^queue: must be one of stage dev's/);
  });
});

describe('leases', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'Date'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });
  const message = (id: string) => ({
    id,
    receiptHandle: `handle of ${id}`,
    body: '',
    attributes: {},
    sentAt: 0,
  });
  const QUEUE = 'https://sqs.eu-central-1.amazonaws.com/123456789012/order-dlq';

  /** Leases of twenty seconds, and the requests that they make. */
  function openLeases(expected = 1) {
    const { sqs } = openScriptedPipeline({}).pipeline.clients;
    const changes: [seconds: number | undefined, ...handles: (string | undefined)[]][] = [];
    intercept(sqs, ChangeMessageVisibilityBatchCommand, async (input, pass) => {
      const { Entries = [] } = input;
      changes.push([Entries[0]?.VisibilityTimeout, ...Entries.map(({ ReceiptHandle }) => ReceiptHandle)]);
      return pass(input);
    });
    return { sqs, changes, leases: createLeases(sqs, QUEUE, expected) };
  }
  /** Until what was asked for is answered. */
  const settle = () => new Promise((resolve) => setTimeout(resolve, 5));

  test.each([
    [0, 20],
    [2_000, 20],
    [2_001, 21],
    [5_000, 50],
    [10_000_000, 43_200],
  ])('of about %i messages are for %i s', async (expected, seconds) => {
    const { leases } = openLeases(expected);
    expect(leases.seconds).toBe(seconds);
    await leases[Symbol.asyncDispose]();
  });

  test('leave five seconds of margin to what is in hand', async () => {
    const { leases } = openLeases();
    leases.add(message('a'), Date.now());
    vi.setSystemTime(Date.now() + 14_999);
    expect(leases.isInHand('a')).toBe(true);
    vi.setSystemTime(Date.now() + 1);
    expect(leases.isInHand('a')).toBe(false);
    expect(leases.isInHand('nobody')).toBe(false);
    await leases[Symbol.asyncDispose]();
  });

  test('are renewed thrice while they last, from when that was asked for, until they are closed', async () => {
    const { leases, changes } = openLeases();
    leases.add(message('a'), Date.now());
    vi.advanceTimersByTime(6_700);
    await settle();
    expect(changes).toEqual([[20, 'handle of a']]);
    vi.setSystemTime(Date.now() + 14_000);
    expect(leases.isInHand('a')).toBe(true);
    await leases[Symbol.asyncDispose]();
    expect(changes).toHaveLength(2);
    vi.advanceTimersByTime(60_000);
    await settle();
    expect(changes.at(-1)).toEqual([0, 'handle of a']);
    expect(changes).toHaveLength(2);
  });

  test('that have run out are neither renewed nor given back: the message may be in other hands', async () => {
    const { leases, changes } = openLeases();
    leases.add(message('a'), Date.now() - 20_000);
    leases.add(message('b'), Date.now());
    vi.advanceTimersByTime(6_700);
    await settle();
    await leases[Symbol.asyncDispose]();
    expect(changes).toEqual([
      [20, 'handle of b'],
      [0, 'handle of b'],
    ]);
    expect(leases.messages.size).toBe(0);
  });

  test('that SQS does not renew run out', async () => {
    const { leases, sqs } = openLeases();
    intercept(sqs, ChangeMessageVisibilityBatchCommand, async () => ({
      $metadata: {},
      Successful: [],
      Failed: [{ Id: '0', Code: 'Refused', SenderFault: true }],
    }));
    leases.add(message('a'), Date.now());
    vi.advanceTimersByTime(6_700);
    await settle();
    vi.setSystemTime(Date.now() + 9_000);
    expect(leases.isInHand('a')).toBe(false);
    await leases[Symbol.asyncDispose]();
  });

  test('are renewed one after the other, and given back after a renewal that is under way', async () => {
    const { leases, sqs } = openLeases();
    const answer = Promise.withResolvers<void>();
    const asked: (number | undefined)[] = [];
    intercept(sqs, ChangeMessageVisibilityBatchCommand, async (input, pass) => {
      asked.push(input.Entries?.[0]?.VisibilityTimeout);
      if (asked.length === 1) await answer.promise;
      return pass(input);
    });
    leases.add(message('a'), Date.now());
    vi.advanceTimersByTime(6_700);
    vi.advanceTimersByTime(6_700);
    const released = leases.release(['a']);
    await settle();
    expect(asked).toEqual([20]);
    answer.resolve();
    await released;
    expect(asked).toEqual([20, 0]);
    // What is given back is in hand no more, though its renewal has just been answered.
    expect([leases.isInHand('a'), leases.messages.size]).toEqual([false, 0]);
    leases.add(message('b'), Date.now());
    vi.advanceTimersByTime(6_700);
    await settle();
    expect(asked).toEqual([20, 0, 20]);
    await leases[Symbol.asyncDispose]();
  });

  test('end with their messages, but for those that cannot be deleted', async () => {
    const { leases, sqs } = openLeases();
    const deletes = intercept(sqs, DeleteMessageBatchCommand, async () => ({
      $metadata: {},
      Successful: [{ Id: '0' }],
      Failed: [{ Id: '1', Code: 'Refused', SenderFault: true }],
    }));
    for (const id of ['a', 'b']) leases.add(message(id), Date.now());
    const outcomes = await leases.delete(['a', 'b']);
    expect(outcomes.map(({ ok }) => ok)).toEqual([true, false]);
    expect(deletes[0]?.Entries?.map(({ ReceiptHandle }) => ReceiptHandle)).toEqual([
      'handle of a',
      'handle of b',
    ]);
    expect([...leases.messages.keys()]).toEqual(['b']);
    expect([leases.isInHand('a'), leases.isInHand('b')]).toEqual([false, true]);
    await leases[Symbol.asyncDispose]();
  });
});
