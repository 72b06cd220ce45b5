import type { DeadLetter } from './dead-letter.ts';

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
