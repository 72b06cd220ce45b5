import { join } from 'node:path';
import type { ServicesProcessCalls, Settings } from './services-process.ts';
import { startProcess } from './start-process.ts';

/** The embedded services in a process of their own. */
export interface Services extends AsyncDisposable {
  /** Starts them anew, empty. */
  restart(): Promise<Settings>;
  /** Messages that a queue has taken, and that were deleted from it, since the start. */
  counts(queueUrl: string): Promise<{ taken: number; deleted: number }>;
}

export function startServices(): Services {
  const { call, end } = startProcess<ServicesProcessCalls>(join(import.meta.dirname, 'services-process.ts'));
  return {
    restart: () => call('start'),
    counts: (queueUrl) => call('counts', queueUrl.slice(queueUrl.lastIndexOf('/') + 1)),
    [Symbol.asyncDispose]: end,
  };
}
