import type { Pipeline, QueueName } from '../pipeline/pipeline.ts';
import type { RedriveReport } from './dead-letter.ts';

export async function redriveDeadLetters(
  _pipeline: Pipeline,
  queue: QueueName,
  _choice: { reason?: string; orderIds?: readonly string[]; ids?: readonly string[] },
  { dryRun = false }: { dryRun?: boolean; ratePerSecond?: number; signal?: AbortSignal } = {},
): Promise<RedriveReport> {
  return { queue, seen: 0, matched: 0, sent: 0, failures: [], dryRun };
}
