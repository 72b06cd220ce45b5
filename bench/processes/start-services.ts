import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startProcess } from '../../harness/start-process.ts';
import { type Clients, createClients } from '../../local/stack/clients.ts';
import type { ServicesProcessCalls, Settings } from './services-process.ts';

/** The embedded services in a process of their own. */
export interface Services extends AsyncDisposable {
  /** Starts them anew, empty. */
  restart(): Promise<Settings>;
  /** Messages that a queue has taken, and that were deleted from it, since the start. */
  counts(queueUrl: string): Promise<{ taken: number; deleted: number }>;
  /**
   * Waits until so many messages of a queue were deleted.
   *
   * @param deadline epoch ms at which `failure` is thrown
   * @returns how many were by then
   */
  untilDeleted(queueUrl: string, wanted: number, deadline: number, failure: string): Promise<number>;
}

/** Ms between looks at how many messages were deleted. */
const LOOK_MS = 25;

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
        await sleep(LOOK_MS);
      }
    },
    [Symbol.asyncDispose]: end,
  };
}

/** Clients of the services whose settings these are. */
export const clientsOf = ({ AWS_ENDPOINT_URL = '', AWS_ENDPOINT_URL_DYNAMODB = '' }: Settings): Clients =>
  createClients(AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_DYNAMODB);
