import { totalmem } from 'node:os';

/**
 * Heap that a thread which stores messages or tables may use, in MB: three quarters of the machine's memory. Node's own
 * limit is 4 GB, which a million orders on their way to every subscriber exceed.
 */
export const memoryForStores = (): number => Math.floor((totalmem() / 2 ** 20) * 0.75);
