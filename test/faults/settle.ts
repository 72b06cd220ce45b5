import { setTimeout as sleep } from 'node:timers/promises';
import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { listDeadLetters } from '../../operations/dead-letters/list-dead-letters.ts';
import { redriveDeadLetters } from '../../operations/dead-letters/redrive-dead-letters.ts';
import type { Pipeline } from '../../operations/pipeline/pipeline.ts';

/** Longest that the queues may take to be empty, in ms: three receives of what failed, and what failed because of that. */
const PATIENCE = 240_000;
/** How often dead letters may be sent back before the run counts as stuck. */
const ROUNDS = 5;

/**
 * Waits until no message is on its way, and sends back whatever is fine in the dead-letter queues, as an operator would when
 * an outage is over, until nothing is left to send.
 *
 * @returns ids of the messages that were sent back; each of them is another message from then on
 * @throws Error that tells what is left, where it does not come to rest
 */
export async function settle(pipeline: Pipeline): Promise<string[]> {
  const redriven: string[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    await drain(pipeline);
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
  throw new Error(`dead letters that are fine were sent back ${ROUNDS} times and have come again`);
}

async function drain(pipeline: Pipeline): Promise<void> {
  const deadline = Date.now() + PATIENCE;
  // In the order that orders take: what is in one queue has not left those before it.
  for (const { name, url } of pipeline.queues) {
    for (;;) {
      const count = await depth(pipeline, url);
      if (count === 0) break;
      if (Date.now() > deadline)
        throw new Error(`${name} queue: still ${count} messages after ${PATIENCE} ms`);
      await sleep(200);
    }
  }
}

async function depth({ clients }: Pipeline, QueueUrl: string): Promise<number> {
  const command = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] });
  const { Attributes = {} } = await clients.sqs.send(command);
  const { ApproximateNumberOfMessages, ApproximateNumberOfMessagesNotVisible } = Attributes;
  return Number(ApproximateNumberOfMessages) + Number(ApproximateNumberOfMessagesNotVisible);
}
