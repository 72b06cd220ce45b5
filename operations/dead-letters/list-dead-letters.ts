import { type QueueName, queueNamed } from '../../topology.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import { type DeadLetter, type DeadLetterGroup, oldestFirst } from './dead-letter.ts';
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
  const letters = oldestFirst(await toDeadLetters(pipeline, queue, held.messages.values()));
  return { seen: held.seen, hidden: held.hidden, groups: groupDeadLetters(letters), letters };
}

/**
 * Lists what is in the dead-letter queues of orders, queue by queue; uploads are files, not orders.
 *
 * @throws ServiceError
 */
export async function listOrderDeadLetters(pipeline: Pipeline): Promise<DeadLetter[]> {
  const queues = pipeline.queues.filter(({ name }) => queueNamed(name).holds !== 'upload');
  const lists = await Promise.all(queues.map(({ name }) => listDeadLetters(pipeline, name)));
  return lists.flatMap(({ letters }) => letters);
}

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
