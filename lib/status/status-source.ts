import type { FunctionStatus, QueueStatus } from './pipeline-status.ts';

/** What is told in another way on AWS than by the embedded cloud. */
export interface Measured {
  /** From when totals count, ISO 8601. */
  since: string;
  /** By the queue's name on AWS. */
  queues: ReadonlyMap<string, Pick<QueueStatus, 'oldestSeconds' | 'taken' | 'inPerSecond' | 'outPerSecond'>>;
  functions: readonly Omit<FunctionStatus, 'mapping'>[];
  confirmed: number;
}

/** Where that comes from. */
export interface StatusSource {
  measure(): Promise<Measured>;
}

/** A queue's name on AWS. */
export const queueNameOf = (url: string): string => url.slice(url.lastIndexOf('/') + 1);
