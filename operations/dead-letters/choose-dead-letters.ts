import { InvalidInputError } from '../../lib/errors.ts';
import { allEnded } from '../../program/all-ended.ts';
import type { QueueName } from '../../topology.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import { type DeadLetter, oldestFirst } from './dead-letter.ts';
import { type HeldMessages, type HoldOptions, holdMessages } from './hold-messages.ts';
import { toDeadLetters } from './to-dead-letters.ts';

/** Which dead letters are meant: those that fit each of these that is there; all, where none is. */
export interface Choice {
  /** Code of a `DeadLetterReason`. */
  reason?: string | undefined;
  orderIds?: readonly string[] | undefined;
  /** SQS message ids. */
  ids?: readonly string[] | undefined;
}

/** The letters that a choice means, and those of its ids that none has. */
export function choose(
  letters: readonly DeadLetter[],
  { reason, orderIds, ids }: Choice,
): { chosen: DeadLetter[]; missing: string[] } {
  const hasId = ids && new Set(ids);
  const hasOrderId = orderIds && new Set(orderIds);
  const chosen = letters.filter(
    (letter) =>
      (reason === undefined || letter.reason.code === reason) &&
      (!hasId || hasId.has(letter.id)) &&
      (!hasOrderId || hasOrderId.has(letter.order_id ?? '')),
  );
  const found = new Set(chosen.flatMap(({ id, order_id }) => [id, order_id]));
  return { chosen, missing: [...(ids ?? []), ...(orderIds ?? [])].filter((id) => !found.has(id)) };
}

/** Failures that tell of ids which no letter has. */
export const missingFailures = (missing: readonly string[]): { id: string; message: string }[] =>
  missing.map((id) => ({
    id,
    message: 'not in the dead-letter queue, or in the hands of somebody else, or not of that reason',
  }));

/** Dead letters that were chosen, in hand; to be disposed of. */
export interface TakenDeadLetters {
  held: HeldMessages;
  /** Oldest first. */
  chosen: DeadLetter[];
  /** Ids of the choice that no letter has. */
  missing: string[];
}

/**
 * Takes the dead letters of a choice in hand; all others are given back at once.
 *
 * @throws ServiceError; nothing is in hand then
 */
export async function takeDeadLetters(
  pipeline: Pipeline,
  queue: QueueName,
  choice: Choice,
  options: Pick<HoldOptions, 'signal' | 'onProgress'>,
): Promise<TakenDeadLetters> {
  const { ids } = choice;
  const enough = ids && ((messages: ReadonlyMap<string, unknown>) => ids.every((id) => messages.has(id)));
  await using cleanUp = new AsyncDisposableStack();
  const held = cleanUp.use(await holdMessages(pipeline, queue, { ...options, enough }));
  const letters = oldestFirst(await toDeadLetters(pipeline, queue, held.messages.values()));
  const { chosen, missing } = choose(letters, choice);
  const wanted = new Set(chosen.map(({ id }) => id));
  await held.release([...held.messages.keys()].filter((id) => !wanted.has(id)));
  cleanUp.move();
  return { held, chosen, missing };
}

/**
 * Finds dead letters by their SQS message ids, in whichever queue they are; they are all back afterwards.
 *
 * @returns them in the order given
 * @throws InvalidInputError that names those which are not there, or which somebody else has in hand
 * @throws ServiceError
 */
export async function findDeadLetters(
  pipeline: Pipeline,
  ids: readonly string[],
  options: { signal?: AbortSignal | undefined } = {},
): Promise<DeadLetter[]> {
  const searches = pipeline.queues.map(async ({ name }) => {
    const { held, chosen } = await takeDeadLetters(pipeline, name, { ids }, options);
    await held[Symbol.asyncDispose]();
    return chosen;
  });
  const found = await allEnded(searches);
  const byId = new Map(found.flat().map((letter) => [letter.id, letter]));
  const missing = ids.filter((id) => !byId.has(id));
  if (missing.length > 0) {
    throw new InvalidInputError(
      `message id: must be that of a message in a dead-letter queue that nobody has in hand, received ${missing.join(', ')}`,
    );
  }
  return ids.flatMap((id) => byId.get(id) ?? []);
}
