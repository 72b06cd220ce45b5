import type { DeadLetter } from './dead-letter.ts';

/** Sorts letters by when they were sent, those of one moment by their id: SQS hands them out in any order. */
export const oldestFirst = (letters: readonly DeadLetter[]): DeadLetter[] =>
  letters.toSorted((one, other) => compare(one.sent_at, other.sent_at) || compare(one.id, other.id));

function compare(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
