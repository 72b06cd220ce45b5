import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startProcess } from '../../harness/start-process.ts';
import { type Clients, createClients } from '../../local/stack/clients.ts';
import { POLL_MS } from '../window.ts';
import type { ServicesProcessCalls, Settings } from './services-process.ts';

/** The embedded services in a separate process. */
export interface Services extends AsyncDisposable {
  /** Restarts the services without any data. */
  restart(): Promise<Settings>;
  /** Returns the number of messages that a queue has accepted, and that were deleted from it, since the start. */
  counts(queueUrl: string): Promise<{ taken: number; deleted: number }>;
  /**
   * Waits until a queue has accepted a number of messages (`taken`), or until they were deleted from it (`deleted`).
   *
   * @param deadline When to give up, in epoch milliseconds.
   * @param failure Message of the error that is thrown then.
   * @returns The number of messages so far.
   */
  until(
    count: 'taken' | 'deleted',
    queueUrl: string,
    wanted: number,
    deadline: number,
    failure: string,
  ): Promise<number>;
}

export function startServices(): Services {
  const { call, end } = startProcess<ServicesProcessCalls>(join(import.meta.dirname, 'services-process.ts'));
  const counts = (queueUrl: string) => call('counts', queueUrl.slice(queueUrl.lastIndexOf('/') + 1));
  return {
    restart: () => call('start'),
    counts,
    async until(count, queueUrl, wanted, deadline, failure) {
      for (;;) {
        const { [count]: counted } = await counts(queueUrl);
        if (counted >= wanted) return counted;
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
