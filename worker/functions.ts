import type { Context, SQSEvent } from 'aws-lambda';
import { QUEUES, type Queue } from '../topology.ts';

/** A handler with the signature that Lambda calls. */
export type BatchHandler = (event: SQSEvent, context: Context) => Promise<unknown>;

/** Maximum number of messages of one ReceiveMessage request. */
const MAX_RECEIVED = 10;

/** A function that processes the messages of a queue. */
export interface QueueFunction extends Pick<Queue, 'urlVariable' | 'workerConcurrency'> {
  /** Messages per batch: the batch size of its event source mapping, or 10 if that is larger. */
  batchSize: number;
  /** Imports its module. The module reads its settings, so load only the function that is to run. */
  load: () => Promise<{ handler: unknown }>;
}

/** Names in serverless.yml of the functions that a worker can run: those with a queue. */
export const FUNCTION_NAMES: readonly string[] = QUEUES.map(({ consumer }) => consumer);

/** @throws Error for a function that no queue invokes */
export function queueFunction(name: string): QueueFunction {
  const queue = QUEUES.find(({ consumer }) => consumer === name);
  if (!queue) throw new Error(`function ${name}: no queue of topology.ts invokes it`);
  const { urlVariable, workerConcurrency, batchSize } = queue;
  return {
    urlVariable,
    workerConcurrency,
    batchSize: Math.min(MAX_RECEIVED, typeof batchSize === 'number' ? batchSize : batchSize.max),
    load: () => import(`../handlers/${name}.ts`),
  };
}
