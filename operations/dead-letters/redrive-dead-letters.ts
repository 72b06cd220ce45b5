import { createQueue, FULL_LOAD, type MessageContent } from '../../lib/aws/queue.ts';
import { chunk } from '../../lib/batch/chunk.ts';
import { paced } from '../../lib/batch/paced.ts';
import { InvalidInputError } from '../../lib/errors.ts';
import type { QueueName } from '../../topology.ts';
import { findQueue, type Pipeline } from '../pipeline/pipeline.ts';
import { type Choice, missingFailures, takeDeadLetters } from './choose-dead-letters.ts';
import type { DeadLetter, RedriveReport } from './dead-letter.ts';
import { judgeBody } from './judge-body.ts';

export interface RedriveOptions {
  /** Only tells what would be sent. */
  dryRun?: boolean | undefined;
  /** Messages a second; as fast as the queue takes them where it is left out. */
  ratePerSecond?: number | undefined;
  /**
   * Makes the body that is sent instead. What it throws an `InvalidInputError` for, or what would be rejected again, stays in
   * the dead-letter queue.
   */
  mend?: ((body: string) => string) | undefined;
  /** Aborted, no further message is sent; the report tells how far it came. */
  signal?: AbortSignal | undefined;
  /** Told of messages looked at, then of messages sent, of how many. */
  onProgress?: ((done: number, total?: number) => void) | undefined;
}

interface Ready extends MessageContent {
  id: string;
}

/** Renewing its lease has failed, or it was in hand for 12 hours, the longest there is. */
const NOT_IN_HAND = 'was not in hand any more when its turn came: it is back in the dead-letter queue';

/**
 * Sends dead letters back to the queue that they came from, with their attributes, and only then deletes them: whenever it
 * dies, each message is in one of the two queues, or, for a moment's worth of them, in both; the ledger and `order_id` take
 * care of those.
 *
 * @throws InvalidInputError where that part of the pipeline is off
 * @throws ServiceError where the dead-letter queue cannot be looked at; nothing has been sent then
 */
export async function redriveDeadLetters(
  pipeline: Pipeline,
  queue: QueueName,
  choice: Choice,
  { dryRun = false, ratePerSecond, mend, signal, onProgress }: RedriveOptions = {},
): Promise<RedriveReport> {
  const target = createQueue(pipeline.clients.sqs, findQueue(pipeline, queue).url);
  const { held, chosen, missing } = await takeDeadLetters(pipeline, queue, choice, { signal, onProgress });
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
  for (const letter of chosen) {
    const mended = mend ? mendLetter(letter, mend) : { body: letter.body };
    const attributes = held.messages.get(letter.id)?.attributes ?? {};
    if ('message' in mended) failures.push({ id: letter.id, message: mended.message });
    else ready.push({ id: letter.id, body: mended.body, attributes });
  }
  if (dryRun) return report;

  /** @returns why the queue took none of them */
  async function send(batch: readonly Ready[]): Promise<Error | undefined> {
    const { outcomes } = await target.send(batch);
    const taken: string[] = [];
    let refusal: Error | undefined;
    for (const [index, { id }] of batch.entries()) {
      const outcome = outcomes[index];
      if (outcome?.ok) taken.push(id);
      else {
        refusal = outcome?.error ?? new Error('no outcome');
        failures.push({ id, message: refusal.message });
      }
    }
    report.sent += taken.length;
    const deletions = await held.delete(taken);
    for (const [index, id] of taken.entries()) {
      const deletion = deletions[index];
      if (!deletion?.ok) {
        failures.push({ id, message: `sent, but still here as well: ${deletion?.error.message}` });
      }
    }
    return taken.length === 0 ? refusal : undefined;
  }

  const size = Math.min(FULL_LOAD, Math.max(1, Math.floor((ratePerSecond ?? Number.POSITIVE_INFINITY) / 2)));
  const batches = chunk(ready, { maxEntries: size });
  let outage: Error | undefined;
  for await (const batch of paced(batches, { ratePerSecond, deadline: Number.POSITIVE_INFINITY })) {
    if (signal?.aborted) break;
    const inHand = batch.filter(({ id }) => held.isInHand(id));
    const others = outage ? batch : batch.filter(({ id }) => !held.isInHand(id));
    // Behind each refusal of a whole batch are seconds of attempts: the next ones would take as long.
    for (const { id } of others) failures.push({ id, message: outage?.message ?? NOT_IN_HAND });
    if (!outage) outage = await send(inHand);
    onProgress?.(report.sent, ready.length);
  }
  return report;
}

/** The body that is to be sent, or why there is none. */
function mendLetter(
  { queue, body }: DeadLetter,
  mend: (body: string) => string,
): { body: string } | { message: string } {
  try {
    const mended = mend(body);
    const issues = judgeBody(queue, mended);
    if (issues.length === 0) return { body: mended };
    return { message: issues.map(({ message }) => message).join('; ') };
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    return { message: error.message };
  }
}
