import type { Context, SQSEvent } from 'aws-lambda';
import { QUEUES, type Queue } from '../topology.ts';

/** Works on one batch, as Lambda would call it. */
export type BatchHandler = (event: SQSEvent, context: Context) => Promise<unknown>;

/** Messages that a poll brings at most. */
const POLLED = 10;

/** A function that works on a queue. */
export interface QueueFunction extends Pick<Queue, 'urlVariable' | 'workerConcurrency'> {
  /** Messages a batch: as its mapping has it, or what one poll brings. */
  batchSize: number;
  /** Evaluates its module, which reads its settings: only that of the function that is to run may be loaded. */
  load: () => Promise<{ handler: unknown }>;
}

/** What a worker can run: the functions of the queues, by their names in serverless.yml. */
export const FUNCTION_NAMES: readonly string[] = QUEUES.map(({ consumer }) => consumer);

/** @throws Error for a function that no queue invokes */
export function queueFunction(name: string): QueueFunction {
  const queue = QUEUES.find(({ consumer }) => consumer === name);
  if (!queue) throw new Error(`function ${name}: no queue of topology.ts invokes it`);
  const { urlVariable, workerConcurrency, batchSize } = queue;
  return {
    urlVariable,
    workerConcurrency,
    batchSize: Math.min(POLLED, typeof batchSize === 'number' ? batchSize : batchSize.most),
    load: () => import(`../handlers/${name}.ts`),
  };
}
