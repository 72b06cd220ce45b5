import { QUEUES, type Queue, type QueueName } from '../../topology.ts';

/** The queues that every stage has. */
export const PERMANENT_QUEUES = QUEUES.filter(({ part }) => part === undefined);

/**
 * Returns the stack outputs of queues, their dead-letter queues and their consumers' tables.
 *
 * @param urlOf Returns the URL of a queue. The URL of its dead-letter queue ends with `-dlq`.
 * @param queues Default: all queues of topology.ts.
 */
export const queueOutputs = (
  urlOf: (name: QueueName) => string,
  queues: readonly Queue[] = QUEUES,
): Record<string, string> =>
  Object.fromEntries(
    queues.flatMap(({ name, id, dlqId, stores }) => [
      [`${id}Url`, urlOf(name)],
      [`${dlqId}Url`, `${urlOf(name)}-dlq`],
      ...(typeof stores?.in === 'object' ? [[stores.in.tableOutput, `${name}-table`]] : []),
    ]),
  );
