import { setTimeout as sleep } from 'node:timers/promises';
import { createQueue, messagesIn } from '../lib/aws/queue.ts';
import { listDeadLetters } from '../operations/dead-letters/list-dead-letters.ts';
import { redriveDeadLetters } from '../operations/dead-letters/redrive-dead-letters.ts';
import type { Pipeline } from '../operations/pipeline/pipeline.ts';
import type { Evidence } from './check-promise.ts';

/** Milliseconds between two checks of the queues. */
const POLL_MS = 500;
/** Number of consecutive checks that must find all queues empty. */
const EMPTY_CHECKS = 4;
/** Maximum number of redrives before the run counts as stuck. */
const MAX_REDRIVES = 5;

/**
 * Waits until all queues except the dead-letter queues are empty.
 *
 * @param timeoutMs Milliseconds after which it gives up.
 * @returns The number of messages in each queue that is not empty.
 */
export async function untilDrained(
  { clients, queues }: Pick<Pipeline, 'clients' | 'queues'>,
  timeoutMs: number,
): Promise<Evidence['left']> {
  const deadline = Date.now() + timeoutMs;
  for (let emptyChecks = 0; ; ) {
    const left: Record<string, number> = {};
    // The queues are read in the order in which messages pass them, so that none moves on unseen.
    for (const { name, url } of queues) {
      const count = messagesIn(await createQueue(clients.sqs, url).depth());
      if (count > 0) left[name] = count;
    }
    emptyChecks = Object.keys(left).length === 0 ? emptyChecks + 1 : 0;
    if (emptyChecks === EMPTY_CHECKS || Date.now() > deadline) return left;
    await sleep(POLL_MS);
  }
}

/**
 * Waits until the queues are empty and redrives valid dead letters, as an operator would after an outage, until none is left.
 *
 * @param timeoutMs Maximum milliseconds of each wait.
 * @returns The ids that the redriven messages had before; a redrive gives each message a new id.
 * @throws Error that names a queue that does not become empty, or if dead letters remain after all redrives
 */
export async function settle(pipeline: Pipeline, timeoutMs: number): Promise<string[]> {
  const redriven: string[] = [];
  for (let round = 0; round < MAX_REDRIVES; round++) {
    const left = await untilDrained(pipeline, timeoutMs);
    for (const [name, count] of Object.entries(left))
      throw new Error(`${name} queue: not empty after ${timeoutMs / 1_000} s, ${count} messages left`);
    let sent = 0;
    for (const { name } of pipeline.queues) {
      const { letters: deadLetters } = await listDeadLetters(pipeline, name);
      const ids = deadLetters.filter(({ reason }) => reason.code === 'passing').map(({ id }) => id);
      if (ids.length === 0) continue;
      const report = await redriveDeadLetters(pipeline, name, { ids });
      if (report.failures.length > 0) throw new Error(`redrive: ${JSON.stringify(report)}`);
      sent += report.sent;
      redriven.push(...ids);
    }
    if (sent === 0) return redriven;
  }
  throw new Error(`dead letters: dead-lettered again after each of ${MAX_REDRIVES} redrives`);
}
