import { type QueueName, queueNamed } from '../../topology.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import { type DeadLetter, type DeadLetterGroup, oldestFirst } from './dead-letter.ts';
import { type HoldOptions, holdMessages } from './hold-messages.ts';
import { toDeadLetters } from './to-dead-letters.ts';

export interface DeadLetterList {
  /** Number of messages examined. */
  seen: number;
  /** Approximate number of messages that are in flight elsewhere and could not be examined. */
  hidden: number;
  /** Largest group first. */
  groups: DeadLetterGroup[];
  /** Oldest first. */
  letters: DeadLetter[];
}

/**
 * Lists the messages of a dead-letter queue with the reason why each is there. They are hidden from other receivers meanwhile and
 * become visible again before it returns.
 *
 * @throws InvalidInputError if the stage does not have the queue
 * @throws ServiceError
 */
export async function listDeadLetters(
  pipeline: Pipeline,
  queue: QueueName,
  options: Omit<HoldOptions, 'enough'> = {},
): Promise<DeadLetterList> {
  await using held = await holdMessages(pipeline, queue, options);
  const deadLetters = oldestFirst(await toDeadLetters(pipeline, queue, held.messages.values()));
  return {
    seen: held.seen,
    hidden: held.hidden,
    groups: groupDeadLetters(deadLetters),
    letters: deadLetters,
  };
}

/**
 * Lists the messages of all dead-letter queues except that of uploads, which are files rather than orders.
 *
 * @throws ServiceError
 */
export async function listOrderDeadLetters(pipeline: Pipeline): Promise<DeadLetter[]> {
  const queues = pipeline.queues.filter(({ name }) => queueNamed(name).holds !== 'upload');
  const lists = await Promise.all(queues.map(({ name }) => listDeadLetters(pipeline, name)));
  return lists.flatMap(({ letters }) => letters);
}

/** Number of message ids in a group. */
const EXAMPLES = 3;

/** Groups dead letters by their reason, the largest group first. */
export function groupDeadLetters(deadLetters: readonly DeadLetter[]): DeadLetterGroup[] {
  return [...Map.groupBy(deadLetters, ({ reason }) => reason.code).values()]
    .map((group) => ({
      // biome-ignore lint/style/noNonNullAssertion: groupBy makes no empty groups
      reason: group[0]!.reason,
      count: group.length,
      examples: group.slice(0, EXAMPLES).map(({ id }) => id),
    }))
    .sort((one, other) => other.count - one.count || (one.reason.code < other.reason.code ? -1 : 1));
}
