import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
} from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createLeases, holdMessages } from '../../../operations/dead-letters/hold-messages.ts';
import { countInFlight } from '../../aws/count-in-flight.ts';
import { intercept, sdkError } from '../../aws/intercept.ts';
import { openScriptedPipeline } from '../../pipeline/open-scripted-pipeline.ts';

const bodies = (count: number) => Array.from({ length: count }, (_, n) => `body ${n}`);
const open = (count: number) => openScriptedPipeline({ deadLetters: { order: bodies(count) } });

describe('holding messages', () => {
  test('receives all of them, ten at a time, and releases them on disposal', async () => {
    const { pipeline, receives, deadLettersLeft } = open(25);
    const shown: number[] = [];
    {
      await using held = await holdMessages(pipeline, 'order', { onProgress: (seen) => shown.push(seen) });
      expect({ seen: held.seen, hidden: held.hidden, seconds: held.seconds }).toEqual({
        seen: 25,
        hidden: 0,
        seconds: 20,
      });
      expect([...held.messages.values()][24]).toMatchObject({ id: 'order-dlq-24', body: 'body 24' });
      expect(deadLettersLeft()).toEqual([]);
    }
    expect(deadLettersLeft()).toHaveLength(25);
    expect(shown).toEqual([10, 20, 25, 25]);
    expect(
      receives.map(({ MaxNumberOfMessages, VisibilityTimeout, WaitTimeSeconds }) => [
        MaxNumberOfMessages,
        VisibilityTimeout,
        WaitTimeSeconds,
      ]),
    ).toEqual(Array(4).fill([10, 20, 1]));
  });

  test('does not long-poll on the embedded cloud, which is one server', async () => {
    const { pipeline, receives } = open(1);
    await using held = await holdMessages({ ...pipeline, inspectionUrl: 'http://nowhere' }, 'order');
    expect(held.seen).toBe(1);
    expect(receives.map(({ WaitTimeSeconds }) => WaitTimeSeconds)).toEqual([0, 0]);
  });

  test('stops at the limit', async () => {
    const { pipeline, receives, deadLettersLeft } = open(30);
    await using held = await holdMessages(pipeline, 'order', { limit: 12 });
    expect(held.seen).toBe(12);
    expect(receives.map(({ MaxNumberOfMessages }) => MaxNumberOfMessages)).toEqual([10, 2]);
    expect(deadLettersLeft()).toHaveLength(18);
  });

  test('stops at the limit also with several concurrent receivers', async () => {
    const { pipeline, receives } = open(300);
    await using held = await holdMessages(pipeline, 'order', { limit: 101 });
    expect(held.seen).toBe(101);
    expect(receives).toHaveLength(11);
  });

  test('stops when `enough` returns true', async () => {
    const { pipeline, receives } = open(30);
    await using held = await holdMessages(pipeline, 'order', { enough: ({ size }) => size >= 15 });
    expect(held.seen).toBe(20);
    expect(receives).toHaveLength(2);
  });

  test('returns the messages received so far when it is aborted', async () => {
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
  ])('of a queue with %i messages uses up to %i concurrent receivers', async (count, most) => {
    const { pipeline } = open(count);
    const receives = countInFlight(pipeline.clients.sqs, ReceiveMessageCommand);
    await using held = await holdMessages(pipeline, 'order');
    expect([held.seen, receives.most]).toEqual([count, most]);
  });

  test('stops after five consecutive empty answers, or after one if SQS counts no messages', async () => {
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
    // Two of the three messages in flight have other receivers.
    expect({ seen: held.seen, hidden: held.hidden }).toEqual({ seen: 1, hidden: 2 });
    const empty = open(0);
    await using none = await holdMessages(empty.pipeline, 'order');
    expect(none.seen).toBe(0);
    expect(empty.receives).toHaveLength(1);
  });

  test('counts no message as hidden if SQS counts fewer in flight than were received', async () => {
    const { pipeline } = open(2);
    intercept(pipeline.clients.sqs, GetQueueAttributesCommand, async () => ({
      $metadata: {},
      Attributes: {},
    }));
    await using held = await holdMessages(pipeline, 'order');
    expect({ seen: held.seen, hidden: held.hidden }).toEqual({ seen: 2, hidden: 0 });
  });

  test('releases all messages when one receiver fails, after the others have stopped', async () => {
    const { pipeline, deadLettersLeft } = open(200);
    let running = 0;
    const receives = intercept(pipeline.clients.sqs, ReceiveMessageCommand, async (input, pass) => {
      if (receives.length === 3) throw sdkError('AccessDenied');
      running += 1;
      await new Promise(setImmediate);
      running -= 1;
      return pass(input);
    });
    await expect(holdMessages(pipeline, 'order')).rejects.toMatchObject({
      name: 'ServiceError',
      code: 'AccessDenied',
    });
    expect(running).toBe(0);
    // The other three receivers finish their current receive.
    expect(receives).toHaveLength(4);
    expect(deadLettersLeft()).toHaveLength(200);
  });

  test('of a disabled part is rejected', async () => {
    const { pipeline } = open(0);
    const off = { ...pipeline, queues: pipeline.queues.slice(0, 2) };
    await expect(holdMessages(off, 'shipping')).rejects.toThrow(/^queue: must be one of .* in stage dev/);
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

  /** Creates leases of 20 s and records their requests. */
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
  /** Waits until pending requests are answered. */
  const settle = () => new Promise((resolve) => setTimeout(resolve, 5));

  test.each([
    [0, 20],
    [2_000, 20],
    [2_001, 21],
    [5_000, 50],
    [10_000_000, 43_200],
  ])('of about %i messages last %i s', async (expected, seconds) => {
    const { leases } = openLeases(expected);
    expect(leases.seconds).toBe(seconds);
    await leases[Symbol.asyncDispose]();
  });

  test('count as expired five seconds before they end', async () => {
    const { leases } = openLeases();
    leases.add(message('a'), Date.now());
    vi.setSystemTime(Date.now() + 14_999);
    expect(leases.isLeased('a')).toBe(true);
    vi.setSystemTime(Date.now() + 1);
    expect(leases.isLeased('a')).toBe(false);
    expect(leases.isLeased('nobody')).toBe(false);
    await leases[Symbol.asyncDispose]();
  });

  test('are renewed after every third of their time until disposal, starting at the time of the request', async () => {
    const { leases, changes } = openLeases();
    leases.add(message('a'), Date.now());
    vi.advanceTimersByTime(6_700);
    await settle();
    expect(changes).toEqual([[20, 'handle of a']]);
    vi.setSystemTime(Date.now() + 14_000);
    expect(leases.isLeased('a')).toBe(true);
    await leases[Symbol.asyncDispose]();
    expect(changes).toHaveLength(2);
    expect(vi.getTimerCount()).toBe(0);
    vi.advanceTimersByTime(60_000);
    await settle();
    expect(changes.at(-1)).toEqual([0, 'handle of a']);
    expect(changes).toHaveLength(2);
  });

  test('that have expired are neither renewed nor released, since the message may have another receiver', async () => {
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

  test('expire if SQS rejects the renewal', async () => {
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
    expect(leases.isLeased('a')).toBe(false);
    await leases[Symbol.asyncDispose]();
  });

  test('are renewed by one request at a time, and released only after a renewal in progress', async () => {
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
    // A released message is not leased any more, although its renewal has just succeeded.
    expect([leases.isLeased('a'), leases.messages.size]).toEqual([false, 0]);
    leases.add(message('b'), Date.now());
    vi.advanceTimersByTime(6_700);
    await settle();
    expect(asked).toEqual([20, 0, 20]);
    await leases[Symbol.asyncDispose]();
  });

  test('end when their messages are deleted, and continue if the deletion fails', async () => {
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
    expect([leases.isLeased('a'), leases.isLeased('b')]).toEqual([false, true]);
    await leases[Symbol.asyncDispose]();
  });
});
