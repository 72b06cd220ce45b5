import type { Pipeline, QueueName } from '../pipeline/pipeline.ts';
import type { DeadLetter, DeadLetterGroup } from './dead-letter.ts';

export async function listDeadLetters(
  _pipeline: Pipeline,
  _queue: QueueName,
  _options: { limit?: number; signal?: AbortSignal; onProgress?: (seen: number) => void } = {},
): Promise<{ seen: number; groups: DeadLetterGroup[]; letters: DeadLetter[] }> {
  return { seen: 0, groups: [], letters: [] };
}
