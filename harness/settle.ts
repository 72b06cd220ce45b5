import { setTimeout as sleep } from 'node:timers/promises';
import { createQueue, messagesIn } from '../lib/aws/queue.ts';
import { listDeadLetters } from '../operations/dead-letters/list-dead-letters.ts';
import { redriveDeadLetters } from '../operations/dead-letters/redrive-dead-letters.ts';
import type { Pipeline } from '../operations/pipeline/pipeline.ts';
import type { Evidence } from './check-promise.ts';

/** Ms between looks at the queues, and looks in a row that must find nothing. */
const LOOK_MS = 500;
const QUIET_LOOKS = 4;
/** How often dead letters may be sent back before the run counts as stuck. */
const ROUNDS = 5;

/**
 * Waits until no message is left in any queue but the dead-letter queues.
 *
 * @param patience ms after which it gives up
 * @returns how many messages each queue still holds; empty if all came to rest
 */
export async function untilDrained(
  { clients, queues }: Pick<Pipeline, 'clients' | 'queues'>,
  patience: number,
): Promise<Evidence['left']> {
  const deadline = Date.now() + patience;
  for (let quiet = 0; ; ) {
    const left: Record<string, number> = {};
    // In the order that orders take: what is in one queue has not left those before it.
    for (const { name, url } of queues) {
      const count = messagesIn(await createQueue(clients.sqs, url).depth());
      if (count > 0) left[name] = count;
    }
    quiet = Object.keys(left).length === 0 ? quiet + 1 : 0;
    if (quiet === QUIET_LOOKS || Date.now() > deadline) return left;
    await sleep(LOOK_MS);
  }
}

/**
 * Waits for rest and redrives dead letters that are valid now, as an operator would after an outage, until none is left.
 *
 * @param patience ms that each wait may take
 * @returns ids of the messages that were sent back; each of them is another message from then on
 * @throws Error that names what is left, if the pipeline does not come to rest
 */
export async function settle(pipeline: Pipeline, patience: number): Promise<string[]> {
  const redriven: string[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const left = await untilDrained(pipeline, patience);
    for (const [name, count] of Object.entries(left))
      throw new Error(`${name} queue: must be empty after ${patience} ms, holds ${count} messages`);
    let sent = 0;
    for (const { name } of pipeline.queues) {
      const { letters } = await listDeadLetters(pipeline, name);
      const ids = letters.filter(({ reason }) => reason.code === 'passing').map(({ id }) => id);
      if (ids.length === 0) continue;
      const report = await redriveDeadLetters(pipeline, name, { ids });
      if (report.failures.length > 0) throw new Error(`redrive: ${JSON.stringify(report)}`);
      sent += report.sent;
      redriven.push(...ids);
    }
    if (sent === 0) return redriven;
  }
  throw new Error(`dead letters: must be brought through by ${ROUNDS} redrives, were dead-lettered again`);
}
