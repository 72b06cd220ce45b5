import { ChangeMessageVisibilityBatchCommand, DeleteMessageBatchCommand } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createLeases } from '../../lib/dead-letters/leases.ts';
import { intercept } from '../aws/intercept.ts';
import { openScriptedPipeline } from '../pipeline/open-scripted-pipeline.ts';

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
