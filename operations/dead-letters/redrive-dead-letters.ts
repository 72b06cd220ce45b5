import { createQueue, FULL_LOAD, type MessageContent } from '../../lib/aws/queue.ts';
import { chunk } from '../../lib/batch/chunk.ts';
import { paced } from '../../lib/batch/paced.ts';
import { InvalidInputError } from '../../lib/errors.ts';
import type { QueueName } from '../../topology.ts';
import { findQueue, type Pipeline } from '../pipeline/pipeline.ts';
import { type Choice, holdDeadLetters, missingFailures } from './choose-dead-letters.ts';
import type { DeadLetter, RedriveReport } from './dead-letter.ts';
import { validateBody } from './validate-body.ts';

export interface RedriveOptions {
  /** Reports what would be sent, and sends nothing. */
  dryRun?: boolean | undefined;
  /** Messages per second. Default: no limit. */
  ratePerSecond?: number | undefined;
  /**
   * Returns the body to send instead of the message's own. A message stays in the dead-letter queue if this throws an
   * `InvalidInputError` or the new body is invalid.
   */
  editBody?: ((body: string) => string) | undefined;
  /** Stops sending; the report has the messages sent so far. */
  signal?: AbortSignal | undefined;
  /** Called with the number of messages examined, then with the number sent and the total. */
  onProgress?: ((done: number, total?: number) => void) | undefined;
}

interface Ready extends MessageContent {
  id: string;
}

/** A renewal failed, or SQS's limit of 12 hours in flight was reached. */
const LEASE_EXPIRED = 'not sent: its lease expired, so it is visible in the dead-letter queue again';

/**
 * Sends dead letters back to their source queue with their attributes, then deletes them. After a crash every message is in at
 * least one of the two queues. A message that is in both is processed twice, which consumers detect by `order_id`.
 *
 * @throws InvalidInputError if the stage does not have the queue
 * @throws ServiceError if the dead-letter queue cannot be read; nothing was sent
 */
export async function redriveDeadLetters(
  pipeline: Pipeline,
  queue: QueueName,
  choice: Choice,
  { dryRun = false, ratePerSecond, editBody, signal, onProgress }: RedriveOptions = {},
): Promise<RedriveReport> {
  const target = createQueue(pipeline.clients.sqs, findQueue(pipeline, queue).url);
  const { held, chosen, missing } = await holdDeadLetters(pipeline, queue, choice, { signal, onProgress });
  await using _ = held;
  const failures = missingFailures(missing);
  const report: RedriveReport = {
    queue,
    seen: held.seen,
    matched: chosen.length,
    sent: 0,
    failures,
    dryRun,
  };
  const ready: Ready[] = [];
  for (const deadLetter of chosen) {
    const { id } = deadLetter;
    const edited = editBody ? applyEdit(deadLetter, editBody) : { body: deadLetter.body };
    const attributes = held.messages.get(id)?.attributes ?? {};
    if ('message' in edited) failures.push({ id, message: edited.message });
    else ready.push({ id, body: edited.body, attributes });
  }
  if (dryRun) return report;

  /** @returns The error if the queue accepted none of the batch. */
  async function send(batch: readonly Ready[]): Promise<Error | undefined> {
    const { outcomes } = await target.send(batch);
    const accepted: string[] = [];
    let refusal: Error | undefined;
    for (const [index, { id }] of batch.entries()) {
      const outcome = outcomes[index];
      if (outcome?.ok) accepted.push(id);
      else {
        refusal = outcome?.error ?? new Error('no outcome');
        failures.push({ id, message: refusal.message });
      }
    }
    report.sent += accepted.length;
    const deletions = await held.delete(accepted);
    for (const [index, id] of accepted.entries()) {
      const deletion = deletions[index];
      if (!deletion?.ok) {
        failures.push({
          id,
          message: `sent, but not deleted from the dead-letter queue: ${deletion?.error.message}`,
        });
      }
    }
    return accepted.length === 0 ? refusal : undefined;
  }

  const size = Math.min(FULL_LOAD, Math.max(1, Math.floor((ratePerSecond ?? Number.POSITIVE_INFINITY) / 2)));
  const batches = chunk(ready, { maxEntries: size });
  let outage: Error | undefined;
  for await (const batch of paced(batches, { ratePerSecond, deadline: Number.POSITIVE_INFINITY })) {
    if (signal?.aborted) break;
    const leased = batch.filter(({ id }) => held.isLeased(id));
    const unsent = outage ? batch : batch.filter(({ id }) => !held.isLeased(id));
    // A refused batch took seconds of retries. The next ones would take as long, so they are not tried.
    for (const { id } of unsent) failures.push({ id, message: outage?.message ?? LEASE_EXPIRED });
    if (!outage) outage = await send(leased);
    onProgress?.(report.sent, ready.length);
  }
  return report;
}

/** Returns the body to send, or the reason why there is none. */
function applyEdit(
  { queue, body }: DeadLetter,
  editBody: (body: string) => string,
): { body: string } | { message: string } {
  try {
    const edited = editBody(body);
    const issues = validateBody(queue, edited);
    if (issues.length === 0) return { body: edited };
    return { message: issues.map(({ message }) => message).join('; ') };
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    return { message: error.message };
  }
}
