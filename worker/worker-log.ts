import { logger } from '../lib/observability/logger.ts';

/** The worker's own lines: like the functions', but never with the request id of the batch that began last. */
export const workerLog = logger.createChild();
