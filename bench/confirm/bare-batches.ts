import type { Contend } from '../processes/contender.ts';
import { pollBatches } from './poll-batches.ts';

/** The limit: batches of ten received, published as they are and deleted. */
export const contend: Contend = async ({ concurrency }) => pollBatches({ concurrency, batchSize: 10 });
