import { FULL_LOAD } from '../../lib/aws/queue.ts';
import { chunk } from '../../lib/batch/chunk.ts';
import type { QueueName } from '../../topology.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import { type Choice, missingFailures, takeDeadLetters } from './choose-dead-letters.ts';

export interface PurgeReport {
  queue: QueueName;
  /** Messages looked at. */
  seen: number;
  /** Those that the choice fits. */
  matched: number;
  deleted: number;
  /** Why the others were not, each with its message id. */
  failures: { id: string; message: string }[];
}

/**
 * Deletes dead letters. Not with SQS's PurgeQueue, which also takes those that come in while somebody makes up their mind.
 *
 * @param options aborted, it ends with those that are deleted by then
 * @throws ServiceError where the dead-letter queue cannot be looked at; nothing is deleted then
 */
export async function purgeDeadLetters(
  pipeline: Pipeline,
  queue: QueueName,
  choice: Choice,
  {
    signal,
    onProgress,
  }: {
    signal?: AbortSignal | undefined;
    onProgress?: ((done: number, total?: number) => void) | undefined;
  } = {},
): Promise<PurgeReport> {
  const { held, chosen, missing } = await takeDeadLetters(pipeline, queue, choice, { signal, onProgress });
  await using _ = held;
  const failures = missingFailures(missing);
  let deleted = 0;
  for (const letters of chunk(chosen, { maxEntries: FULL_LOAD })) {
    if (signal?.aborted) break;
    const ids = letters.map(({ id }) => id);
    for (const [index, outcome] of (await held.delete(ids)).entries()) {
      if (outcome.ok) deleted++;
      else failures.push({ id: ids[index] ?? '', message: outcome.error.message });
    }
    onProgress?.(deleted, chosen.length);
  }
  return { queue, seen: held.seen, matched: chosen.length, deleted, failures };
}
