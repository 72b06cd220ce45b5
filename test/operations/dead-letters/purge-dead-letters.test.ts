import { DeleteMessageBatchCommand } from '@aws-sdk/client-sqs';
import { describe, expect, test } from 'vitest';
import { purgeDeadLetters } from '../../../operations/dead-letters/purge-dead-letters.ts';
import { intercept, sdkError } from '../../aws/intercept.ts';
import { seedOrder } from '../../order/seed-order.ts';
import { openScriptedPipeline } from '../../pipeline/open-scripted-pipeline.ts';

const orders = (count: number) =>
  Array.from({ length: count }, (_, n) => JSON.stringify({ ...seedOrder, order_id: `o-${n}` }));
const open = (...order: string[]) => openScriptedPipeline({ letters: { order } });

describe('purging', () => {
  test('deletes what was chosen, load by load, and tells how far it is', async () => {
    const { pipeline, lettersLeft } = open('junk', ...orders(90));
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
      failures: [{ id: 'x', message: expect.stringMatching(/^not in the dead-letter queue/) }],
    });
    expect(progress).toEqual([
      [80, 90],
      [90, 90],
    ]);
    expect(lettersLeft()).toEqual(['order-dlq-0']);
  });

  test('tells which could not be deleted, and gives them back', async () => {
    const { pipeline, lettersLeft } = open(...orders(2));
    intercept(pipeline.clients.sqs, DeleteMessageBatchCommand, async () => {
      throw sdkError('AccessDenied');
    });
    const { deleted, failures } = await purgeDeadLetters(pipeline, 'order', {});
    expect(deleted).toBe(0);
    expect(failures).toEqual(
      ['order-dlq-0', 'order-dlq-1'].map((id) => ({ id, message: expect.stringContaining('AccessDenied') })),
    );
    expect(lettersLeft()).toHaveLength(2);
  });

  test('that is aborted deletes nothing more', async () => {
    const { pipeline, lettersLeft } = open(...orders(170));
    const controller = new AbortController();
    const { deleted } = await purgeDeadLetters(
      pipeline,
      'order',
      {},
      { signal: controller.signal, onProgress: (_, total) => total && controller.abort() },
    );
    expect(deleted).toBe(80);
    expect(lettersLeft()).toHaveLength(90);
  });
});
