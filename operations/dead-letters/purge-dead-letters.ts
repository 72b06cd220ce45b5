import { FULL_LOAD } from '../../lib/aws/queue.ts';
import { chunk } from '../../lib/batch/chunk.ts';
import type { QueueName } from '../../topology.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import { type Choice, holdDeadLetters, missingFailures } from './choose-dead-letters.ts';

export interface PurgeReport {
  queue: QueueName;
  /** Number of messages examined. */
  seen: number;
  /** Number of messages that the choice selects. */
  matched: number;
  deleted: number;
  /** Messages that were not deleted, with the reason. */
  failures: { id: string; message: string }[];
}

/**
 * Deletes the chosen dead letters. SQS's PurgeQueue would also delete messages that arrive while the operator is asked.
 *
 * @param options `signal` stops it; messages deleted by then stay deleted.
 * @throws ServiceError if the dead-letter queue cannot be read; nothing was deleted
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
  const { held, chosen, missing } = await holdDeadLetters(pipeline, queue, choice, { signal, onProgress });
  await using _ = held;
  const failures = missingFailures(missing);
  let deleted = 0;
  for (const batch of chunk(chosen, { maxEntries: FULL_LOAD })) {
    if (signal?.aborted) break;
    const ids = batch.map(({ id }) => id);
    for (const [index, outcome] of (await held.delete(ids)).entries()) {
      if (outcome.ok) deleted++;
      else failures.push({ id: ids[index] ?? '', message: outcome.error.message });
    }
    onProgress?.(deleted, chosen.length);
  }
  return { queue, seen: held.seen, matched: chosen.length, deleted, failures };
}
