import { DeleteMessageBatchCommand } from '@aws-sdk/client-sqs';
import { describe, expect, test } from 'vitest';
import { purgeDeadLetters } from '../../../operations/dead-letters/purge-dead-letters.ts';
import { intercept, sdkError } from '../../aws/intercept.ts';
import { seedOrder } from '../../order/seed-order.ts';
import { openScriptedPipeline } from '../../pipeline/open-scripted-pipeline.ts';

const orders = (count: number) =>
  Array.from({ length: count }, (_, n) => JSON.stringify({ ...seedOrder, order_id: `o-${n}` }));
const open = (...order: string[]) => openScriptedPipeline({ deadLetters: { order } });

describe('purging', () => {
  test('deletes the chosen messages in batches and reports its progress', async () => {
    const { pipeline, deadLettersLeft } = open('junk', ...orders(90));
    const progress: unknown[] = [];
    const report = await purgeDeadLetters(
      pipeline,
      'order',
      { reason: 'passing', orderIds: [...Array.from({ length: 90 }, (_, n) => `o-${n}`), 'x'] },
      { onProgress: (done, total) => total !== undefined && progress.push([done, total]) },
    );
    expect(report).toEqual({
      queue: 'order',
      seen: 91,
      matched: 90,
      deleted: 90,
      failures: [{ id: 'x', message: expect.stringMatching(/^not found: the message was deleted/) }],
    });
    expect(progress).toEqual([
      [80, 90],
      [90, 90],
    ]);
    expect(deadLettersLeft()).toEqual(['order-dlq-0']);
  });

  test('reports and releases messages that could not be deleted', async () => {
    const { pipeline, deadLettersLeft } = open(...orders(2));
    intercept(pipeline.clients.sqs, DeleteMessageBatchCommand, async () => {
      throw sdkError('AccessDenied');
    });
    const { deleted, failures } = await purgeDeadLetters(pipeline, 'order', {});
    expect(deleted).toBe(0);
    expect(failures).toEqual(
      ['order-dlq-0', 'order-dlq-1'].map((id) => ({ id, message: expect.stringContaining('AccessDenied') })),
    );
    expect(deadLettersLeft()).toHaveLength(2);
  });

  test('deletes nothing more after it was aborted', async () => {
    const { pipeline, deadLettersLeft } = open(...orders(170));
    const controller = new AbortController();
    const { deleted } = await purgeDeadLetters(
      pipeline,
      'order',
      {},
      { signal: controller.signal, onProgress: (_, total) => total && controller.abort() },
    );
    expect(deleted).toBe(80);
    expect(deadLettersLeft()).toHaveLength(90);
  });
});
