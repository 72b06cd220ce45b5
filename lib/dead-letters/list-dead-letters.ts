import type { Pipeline, QueueName } from '../pipeline/pipeline.ts';
import type { DeadLetter, DeadLetterGroup } from './dead-letter.ts';
import { groupDeadLetters } from './group-dead-letters.ts';
import { type HoldOptions, holdMessages } from './hold-messages.ts';
import { toDeadLetters } from './to-dead-letters.ts';

export interface DeadLetterList {
  /** Messages looked at. */
  seen: number;
  /** Messages that somebody else has in hand at the moment, which cannot be looked at; approximately. */
  hidden: number;
  /** Largest first. */
  groups: DeadLetterGroup[];
  /** Oldest first. */
  letters: DeadLetter[];
}

/**
 * Looks a dead-letter queue through and says of each message why it is there. Nobody else sees the messages while that
 * lasts; then they are all back.
 *
 * @param options `limit`: how many messages to look at, all where it is left out; aborted, it ends with those it has seen
 * @throws InvalidInputError where that part of the pipeline is off
 * @throws ServiceError
 */
export async function listDeadLetters(
  pipeline: Pipeline,
  queue: QueueName,
  options: Omit<HoldOptions, 'enough'> = {},
): Promise<DeadLetterList> {
  await using held = await holdMessages(pipeline, queue, options);
  const letters = await toDeadLetters(pipeline, queue, held.messages.values());
  letters.sort((one, other) => (one.sent_at < other.sent_at ? -1 : 1));
  return { seen: held.seen, hidden: held.hidden, groups: groupDeadLetters(letters), letters };
}
