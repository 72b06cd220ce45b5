import { AsyncLocalStorage } from 'node:async_hooks';

/**
 * The request id that log lines of the running code carry, where several batches are in hand at once. On Lambda, where
 * there is one invocation at a time, Powertools keeps it on the logger, and this stays empty.
 */
export const requestId = new AsyncLocalStorage<string>();
