import { totalmem } from 'node:os';

/**
 * Returns the heap limit in MB for a thread that stores messages or tables: three quarters of the machine's memory. Node's
 * default of 4 GB is too small for a million orders in the queues of all subscribers.
 */
export const memoryForStores = (): number => Math.floor((totalmem() / 2 ** 20) * 0.75);
