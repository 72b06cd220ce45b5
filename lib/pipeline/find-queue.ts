import { InvalidInputError } from '../invalid-input-error.ts';
import type { Pipeline, PipelineQueue, QueueName } from './pipeline.ts';

/**
 * One of a pipeline's queues.
 *
 * @throws InvalidInputError where that part of the pipeline is off
 */
export function findQueue({ queues, stage }: Pipeline, name: QueueName): PipelineQueue {
  const queue = queues.find((each) => each.name === name);
  if (queue) return queue;
  const names = queues.map((each) => each.name).join(', ');
  throw new InvalidInputError(`queue: must be one of stage ${stage}'s (${names}), received ${name}`);
}
