import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
} from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { settle, untilDrained } from '../../harness/settle.ts';
import { intercept } from '../aws/intercept.ts';
import { seedOrder } from '../order/seed-order.ts';
import { openScriptedPipeline } from '../pipeline/open-scripted-pipeline.ts';
import { skipPauses } from '../skip-pauses.ts';

let pauses: number[];
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] });
  pauses = skipPauses((ms) => vi.setSystemTime(Date.now() + ms));
});
afterEach(() => {
  vi.useRealTimers();
});

const orders = (...ids: string[]) => ids.map((order_id) => JSON.stringify({ ...seedOrder, order_id }));

it('finds the queues drained after four empty checks in a row, half a second apart', async () => {
  const { pipeline } = openScriptedPipeline({});
  const { queues } = pipeline;
  expect(await untilDrained(pipeline, 60_000)).toEqual({});
  expect(pauses).toEqual([500, 500, 500]);

  // A message is seen in the third check.
  let reads = 0;
  intercept(pipeline.clients.sqs, GetQueueAttributesCommand, async () => ({
    $metadata: {},
    Attributes: {
      ApproximateNumberOfMessages: '0',
      ApproximateNumberOfMessagesNotVisible: ++reads === 2 * queues.length + 1 ? '1' : '0',
      ApproximateNumberOfMessagesDelayed: '0',
    },
  }));
  expect(await untilDrained(pipeline, 60_000)).toEqual({});
  expect(pauses).toHaveLength(3 + 6);
});

it('gives up after the given time, and names each queue that is not empty', async () => {
  const { pipeline } = openScriptedPipeline({ waiting: { order: 3, shipping: 1 } });
  expect(await untilDrained(pipeline, 2_000)).toEqual({ order: 3, shipping: 1 });
  expect(pauses).toEqual([500, 500, 500, 500, 500]);
  await expect(settle(pipeline, 2_000)).rejects.toThrow('order queue: not empty after 2 s, 3 messages left');
});

it('redrives valid dead letters until none is left, and leaves the others', async () => {
  const { pipeline, deadLettersLeft, sentTo } = openScriptedPipeline({
    deadLetters: { order: [...orders('a', 'b'), 'junk'] },
  });
  expect(await settle(pipeline, 1_000)).toEqual(['order-dlq-0', 'order-dlq-1']);
  expect(deadLettersLeft()).toEqual(['order-dlq-2']);
  expect(sentTo('order')).toMatchObject([{ order_id: 'a' }, { order_id: 'b' }]);
});

it('fails if a message is dead-lettered again after each of five redrives', async () => {
  const { pipeline, sends } = openScriptedPipeline({ deadLetters: { order: orders('a') } });
  const { sqs } = pipeline.clients;
  intercept(sqs, DeleteMessageBatchCommand, async ({ QueueUrl, Entries = [] }) => {
    const entries = Entries.map((entry) => ({ ...entry, VisibilityTimeout: 0 }));
    await sqs.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries: entries }));
    return { $metadata: {}, Successful: Entries.map(({ Id }) => ({ Id })), Failed: [] };
  });
  await expect(settle(pipeline, 1_000)).rejects.toThrow(
    'dead letters: dead-lettered again after each of 5 redrives',
  );
  expect(sends).toHaveLength(5);
});
