import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Storage } from '../../../local/aws-services/storage.ts';
import { connect, createSqs, createStorage, receive } from './create-sqs.ts';

beforeEach(() => {
  vi.useFakeTimers({ now: 1_800_000_000_000 });
});
afterEach(() => {
  vi.useRealTimers();
});

const pass = (seconds: number) => vi.advanceTimersByTimeAsync(seconds * 1_000);
const ARN = 'arn:aws:sqs:us-east-1:000000000000:';

/** Creates two queues with one dead-letter queue, in which `counts` messages of each are. */
async function createDeadLetters(counts = { orders: 3, payments: 0 }, storage?: Storage) {
  const sqs = createSqs(storage);
  const dead = sqs.createQueue('dead');
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: 1 });
  for (const [name, count] of Object.entries(counts)) {
    const queue = sqs.createQueue(name, { RedrivePolicy, VisibilityTimeout: '0' });
    for (let index = 0; index < count; index++) queue.send({ body: `${name}-${index}`, groupId: 'g' });
    await receive(queue, count);
    await receive(queue, 1);
  }
  const { call } = connect(sqs);
  const start = async (input: object = {}) =>
    (await call('StartMessageMoveTask', { SourceArn: dead.arn, ...input })) as { TaskHandle: string };
  const list = async () => {
    const { Results } = await call('ListMessageMoveTasks', { SourceArn: dead.arn, MaxResults: 10 });
    return Results as Record<string, unknown>[];
  };
  const bodies = (name: string) => Array.from(sqs.byUrl(name).messages(), ({ body }) => body);
  return { sqs, dead, call, start, list, bodies };
}

describe('a move task', () => {
  test('returns dead letters to their sources as new messages', async () => {
    const { sqs, start, list, bodies, dead } = await createDeadLetters({ orders: 2, payments: 1 });
    const ids = Array.from(dead.messages(), ({ id }) => id);
    await pass(100);
    expect(await start()).toEqual({ TaskHandle: expect.any(String) });
    await pass(1);
    expect(bodies('orders')).toEqual(['orders-0', 'orders-1']);
    expect(bodies('payments')).toEqual(['payments-0']);
    expect(bodies('dead')).toEqual([]);
    expect(await list()).toEqual([
      {
        Status: 'COMPLETED',
        SourceArn: dead.arn,
        ApproximateNumberOfMessagesMoved: 3,
        ApproximateNumberOfMessagesToMove: 3,
        StartedTimestamp: 1_800_000_100_000,
      },
    ]);
    const [message] = await receive(sqs.byUrl('orders'));
    expect(message).toMatchObject({ receiveCount: 1, content: { sentAt: 1_800_000_100_010, groupId: 'g' } });
    expect(message?.content).not.toHaveProperty('sourceArn');
    expect(ids).not.toContain(message?.content.id);
  });

  test('moves to a named queue, at a rate, and can be canceled once', async () => {
    const { sqs, start, list, call, bodies, dead } = await createDeadLetters({ orders: 10, payments: 0 });
    const other = sqs.createQueue('other');
    const task = { DestinationArn: other.arn, MaxNumberOfMessagesPerSecond: 2 };
    const { TaskHandle } = await start(task);
    expect(await list()).toEqual([
      {
        TaskHandle,
        Status: 'RUNNING',
        SourceArn: dead.arn,
        ...task,
        ApproximateNumberOfMessagesMoved: 0,
        ApproximateNumberOfMessagesToMove: 10,
        StartedTimestamp: 1_800_000_000_000,
      },
    ]);
    expect(await start()).toMatchObject({ message: expect.stringContaining('already a task running') });
    await pass(2);
    expect(await call('CancelMessageMoveTask', { TaskHandle })).toEqual({
      ApproximateNumberOfMessagesMoved: 4,
    });
    await pass(10);
    expect(bodies('other')).toEqual(['orders-0', 'orders-1', 'orders-2', 'orders-3']);
    expect(bodies('dead')).toHaveLength(6);
    expect((await list())[0]).toMatchObject({ Status: 'CANCELLED' });
    expect((await list())[0]).not.toHaveProperty('TaskHandle');
    expect(await call('CancelMessageMoveTask', { TaskHandle })).toMatchObject({
      type: 'com.amazonaws.sqs#InvalidParameterValueException',
    });
  });

  test('does not move messages again that fail once more', async () => {
    const { sqs, start, list, bodies } = await createDeadLetters({ orders: 600, payments: 0 });
    await start({ MaxNumberOfMessagesPerSecond: 500 });
    for (let round = 0; round < 20; round++) {
      await pass(0.1);
      await receive(sqs.byUrl('orders'), 1_000);
      await receive(sqs.byUrl('orders'), 1);
    }
    expect((await list())[0]).toMatchObject({ Status: 'COMPLETED', ApproximateNumberOfMessagesMoved: 600 });
    expect(bodies('dead')).toHaveLength(600);
  });

  test('leaves messages in flight where they are', async () => {
    const { start, list, bodies, dead } = await createDeadLetters();
    await receive(dead, 1);
    await start();
    await pass(1);
    expect((await list())[0]).toMatchObject({ Status: 'COMPLETED', ApproximateNumberOfMessagesMoved: 2 });
    expect(bodies('dead')).toEqual(['orders-0']);
  });

  test.each([
    ['whose source was deleted', 'AWS.SimpleQueueService.NonExistentQueue'],
    ['that was sent to the dead-letter queue', 'CouldNotDetermineMessageSource'],
  ])('fails at a message %s, and keeps it', async (_case, FailureReason) => {
    const { sqs, start, list, bodies, dead } = await createDeadLetters({ orders: 1, payments: 0 });
    if (FailureReason.startsWith('AWS')) sqs.deleteQueue(sqs.byUrl('orders'));
    else dead.send({ body: 'direct' });
    await start();
    await pass(1);
    expect((await list())[0]).toMatchObject({ Status: 'FAILED', FailureReason });
    expect(bodies('dead')).toEqual([FailureReason.startsWith('AWS') ? 'orders-0' : 'direct']);
    expect(dead.counts()).toMatchObject({ visible: 1, inFlight: 0 });
  });

  test('continues after a restart', async () => {
    const storage = createStorage();
    const { sqs, start } = await createDeadLetters({ orders: 4, payments: 0 }, storage);
    await start({ MaxNumberOfMessagesPerSecond: 1 });
    await pass(1);
    sqs.stop();
    await pass(2);
    expect(sqs.byUrl('dead').counts().visible).toBe(3);
    const second = createSqs(storage);
    expect(second.byUrl('dead').counts().visible).toBe(3);
    await pass(3);
    expect(second.byUrl('dead').counts().visible).toBe(0);
    expect(second.moveTasks.list(sqs.byUrl('dead').arn, 1)).toMatchObject([
      { status: 'COMPLETED', moved: 4 },
    ]);
  });
});

describe('StartMessageMoveTask', () => {
  test.each([
    ['a source that is no dead-letter queue', { SourceArn: `${ARN}orders` }, 'InvalidParameterValue'],
    ['a source that does not exist', { SourceArn: `${ARN}none` }, 'ResourceNotFoundException'],
    ['a source that is no ARN', { SourceArn: 'dead' }, 'InvalidParameterValue'],
    ['no source', { SourceArn: undefined }, 'MissingParameter'],
    ['a destination that does not exist', { DestinationArn: `${ARN}none` }, 'ResourceNotFoundException'],
    ['the source as destination', { DestinationArn: `${ARN}dead` }, 'InvalidParameterValue'],
    ['a destination of another type', { DestinationArn: `${ARN}other.fifo` }, 'InvalidParameterValue'],
    ['a rate of 0', { MaxNumberOfMessagesPerSecond: 0 }, 'InvalidParameterValue'],
    ['a rate of 501', { MaxNumberOfMessagesPerSecond: 501 }, 'InvalidParameterValue'],
  ])('refuses %s', async (_case, input, code) => {
    const { sqs, start, list } = await createDeadLetters();
    sqs.createQueue('other.fifo', { FifoQueue: 'true' });
    expect(await start(input)).toMatchObject({ query: `${code};Sender` });
    expect(await list()).toEqual([]);
  });
});

test.each([
  ['garbage', 'x', 'InvalidParameterValue'],
  ['an unknown task', { taskId: '1', sourceArn: `${ARN}dead` }, 'ResourceNotFoundException'],
  ['an unknown queue', { taskId: '1', sourceArn: `${ARN}none` }, 'ResourceNotFoundException'],
])('CancelMessageMoveTask refuses the handle of %s', async (_case, handle, code) => {
  const { call } = await createDeadLetters();
  const TaskHandle = Buffer.from(JSON.stringify(handle)).toString('base64');
  expect(await call('CancelMessageMoveTask', { TaskHandle })).toMatchObject({ query: `${code};Sender` });
});
