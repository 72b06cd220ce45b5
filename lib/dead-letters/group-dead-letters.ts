import type { DeadLetter, DeadLetterGroup } from './dead-letter.ts';

/** Message ids that a group names. */
const EXAMPLES = 3;

/** Groups letters by their reason, the largest group first. */
export function groupDeadLetters(letters: readonly DeadLetter[]): DeadLetterGroup[] {
  return [...Map.groupBy(letters, ({ reason }) => reason.code).values()]
    .map((group) => ({
      // biome-ignore lint/style/noNonNullAssertion: groupBy makes no empty groups
      reason: group[0]!.reason,
      count: group.length,
      examples: group.slice(0, EXAMPLES).map(({ id }) => id),
    }))
    .sort((one, other) => other.count - one.count || (one.reason.code < other.reason.code ? -1 : 1));
}
