import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startProcess } from '../../harness/start-process.ts';
import { type Clients, createClients } from '../../local/stack/clients.ts';
import type { ServicesProcessCalls, Settings } from './services-process.ts';

/** The embedded services in a separate process. */
export interface Services extends AsyncDisposable {
  /** Restarts the services without any data. */
  restart(): Promise<Settings>;
  /** Returns the number of messages that a queue has accepted, and that were deleted from it, since the start. */
  counts(queueUrl: string): Promise<{ taken: number; deleted: number }>;
  /**
   * Waits until a number of messages were deleted from a queue.
   *
   * @param deadline When to give up, in epoch milliseconds.
   * @param failure Message of the error that is thrown then.
   * @returns The number of messages deleted so far.
   */
  untilDeleted(queueUrl: string, wanted: number, deadline: number, failure: string): Promise<number>;
}

/** Milliseconds between two readings of the counts. */
const POLL_MS = 25;

export function startServices(): Services {
  const { call, end } = startProcess<ServicesProcessCalls>(join(import.meta.dirname, 'services-process.ts'));
  const counts = (queueUrl: string) => call('counts', queueUrl.slice(queueUrl.lastIndexOf('/') + 1));
  return {
    restart: () => call('start'),
    counts,
    async untilDeleted(queueUrl, wanted, deadline, failure) {
      for (;;) {
        const { deleted } = await counts(queueUrl);
        if (deleted >= wanted) return deleted;
        if (Date.now() > deadline) throw new Error(failure);
        await sleep(POLL_MS);
      }
    },
    [Symbol.asyncDispose]: end,
  };
}

/** Creates clients of the services from their settings. */
export const clientsOf = ({ AWS_ENDPOINT_URL = '', AWS_ENDPOINT_URL_DYNAMODB = '' }: Settings): Clients =>
  createClients(AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_DYNAMODB);
