import type { Pipeline, QueueName } from '../pipeline/pipeline.ts';

export async function editDeadLetter(
  _pipeline: Pipeline,
  _queue: QueueName,
  _id: string,
  _body: string,
): Promise<void> {}
