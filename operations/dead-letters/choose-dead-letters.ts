import { InvalidInputError } from '../../lib/errors.ts';
import { allEnded } from '../../program/all-ended.ts';
import type { QueueName } from '../../topology.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import { type DeadLetter, oldestFirst } from './dead-letter.ts';
import { type HeldMessages, type HoldOptions, holdMessages } from './hold-messages.ts';
import { toDeadLetters } from './to-dead-letters.ts';

/** Selects dead letters. Fields are combined with AND; without any field, all dead letters are selected. */
export interface Choice {
  /** Code of a `DeadLetterReason`. */
  reason?: string | undefined;
  orderIds?: readonly string[] | undefined;
  /** SQS message ids. */
  ids?: readonly string[] | undefined;
}

/** Returns the dead letters that a choice selects, and the ids of the choice that match none. */
export function choose(
  deadLetters: readonly DeadLetter[],
  { reason, orderIds, ids }: Choice,
): { chosen: DeadLetter[]; missing: string[] } {
  const hasId = ids && new Set(ids);
  const hasOrderId = orderIds && new Set(orderIds);
  const chosen = deadLetters.filter(
    (deadLetter) =>
      (reason === undefined || deadLetter.reason.code === reason) &&
      (!hasId || hasId.has(deadLetter.id)) &&
      (!hasOrderId || hasOrderId.has(deadLetter.order_id ?? '')),
  );
  const found = new Set(chosen.flatMap(({ id, order_id }) => [id, order_id]));
  return { chosen, missing: [...(ids ?? []), ...(orderIds ?? [])].filter((id) => !found.has(id)) };
}

/** Creates a failure for each id that matches no dead letter. */
export const missingFailures = (missing: readonly string[]): { id: string; message: string }[] =>
  missing.map((id) => ({
    id,
    message: 'not found: the message was deleted, is in flight elsewhere, or has another reason',
  }));

/** The dead letters of a choice, hidden from other receivers. The caller disposes of `held`. */
export interface HeldDeadLetters {
  held: HeldMessages;
  /** Oldest first. */
  chosen: DeadLetter[];
  /** Ids of the choice that match no dead letter. */
  missing: string[];
}

/**
 * Receives the dead letters of a choice and hides them from other receivers. All others are released immediately.
 *
 * @throws ServiceError; then all received messages have been released
 */
export async function holdDeadLetters(
  pipeline: Pipeline,
  queue: QueueName,
  choice: Choice,
  options: Pick<HoldOptions, 'signal' | 'onProgress'>,
): Promise<HeldDeadLetters> {
  const { ids } = choice;
  const enough = ids && ((messages: ReadonlyMap<string, unknown>) => ids.every((id) => messages.has(id)));
  await using cleanUp = new AsyncDisposableStack();
  const held = cleanUp.use(await holdMessages(pipeline, queue, { ...options, enough }));
  const deadLetters = oldestFirst(await toDeadLetters(pipeline, queue, held.messages.values()));
  const { chosen, missing } = choose(deadLetters, choice);
  const wanted = new Set(chosen.map(({ id }) => id));
  await held.release([...held.messages.keys()].filter((id) => !wanted.has(id)));
  cleanUp.move();
  return { held, chosen, missing };
}

/**
 * Finds dead letters by their SQS message ids in all dead-letter queues, and releases them again.
 *
 * @returns The dead letters in the order of the ids.
 * @throws InvalidInputError that names the ids that were not found; their messages may be in flight elsewhere
 * @throws ServiceError
 */
export async function findDeadLetters(
  pipeline: Pipeline,
  ids: readonly string[],
  options: { signal?: AbortSignal | undefined } = {},
): Promise<DeadLetter[]> {
  const searches = pipeline.queues.map(async ({ name }) => {
    const { held, chosen } = await holdDeadLetters(pipeline, name, { ids }, options);
    await held[Symbol.asyncDispose]();
    return chosen;
  });
  const found = await allEnded(searches);
  const byId = new Map(found.flat().map((deadLetter) => [deadLetter.id, deadLetter]));
  const missing = ids.filter((id) => !byId.has(id));
  if (missing.length > 0) {
    throw new InvalidInputError(
      `message id: must be the id of a dead letter that is not in flight elsewhere, received ${missing.join(', ')}`,
    );
  }
  return ids.flatMap((id) => byId.get(id) ?? []);
}
