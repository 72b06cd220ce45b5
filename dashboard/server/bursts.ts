import type { FastifyInstance } from 'fastify';
import * as z from 'zod/mini';
import { createObjectStore } from '../../lib/aws/object-store.ts';
import { createQueue } from '../../lib/aws/queue.ts';
import { produceOrders } from '../../lib/produce/produce-orders.ts';
import { PRODUCER_FIELDS } from '../../lib/produce/producer-input.ts';
import { findQueue, type Pipeline } from '../../operations/pipeline/pipeline.ts';
import type { Burst } from '../api.ts';
import { HttpError, requirePart } from './http-error.ts';
import { readFields } from './read-request.ts';

/** Bursts of generated orders, one at a time: none → running → finished or stopped → running … */
export interface Bursts {
  /** Returns the latest burst; null before the first. */
  latest(): Burst | null;
  /**
   * Starts a burst in the background.
   *
   * @throws HttpError with status 409 if one is already running.
   */
  start(wanted: { count: number; ratePerSecond?: number | undefined; seed?: number | undefined }): Burst;
  /**
   * Changes the rate of the running burst.
   *
   * @throws HttpError with status 409 if none is running.
   */
  setRate(ratePerSecond: number | null): Burst;
  /** Stops the running burst, if any. Resolves when its requests in flight have ended. */
  stop(): Promise<Burst | null>;
}

/**
 * Creates the bursts of a pipeline.
 *
 * @param report Called with an error that says why orders were not sent.
 */
export function createBursts(pipeline: Pipeline, report: (error: unknown) => void): Bursts {
  const { sqs, s3 } = pipeline.clients;
  const parts = {
    orderQueue: createQueue(sqs, findQueue(pipeline, 'order').url),
    objectStore: createObjectStore(s3),
    uploadBucket: pipeline.uploadBucket,
  };
  let latest: Burst | null = null;
  let stopping = new AbortController();
  let ending: Promise<void> = Promise.resolve();

  async function run(burst: Burst, seed: number | undefined, signal: AbortSignal): Promise<void> {
    try {
      const { requested: count } = burst;
      const input = { count, seed, via: 'queue', ordersPerFile: 1, ratePerSecond: undefined } as const;
      const { reasons } = await produceOrders(input, parts, {
        deadline: Number.POSITIVE_INFINITY,
        signal,
        ratePerSecond: () => burst.ratePerSecond ?? undefined,
        onProgress: ({ sent, failed }) => Object.assign(burst, { sent, failed }),
      });
      const causes = Object.entries(reasons).map(([reason, orders]) => `${reason} (${orders})`);
      if (causes.length > 0)
        report(new Error(`burst: ${burst.failed} orders were not sent: ${causes.join(', ')}`));
    } catch (error) {
      report(error);
    } finally {
      burst.running = false;
    }
  }

  return {
    latest: () => latest && { ...latest },

    start({ count, ratePerSecond = null, seed }) {
      if (latest?.running)
        throw new HttpError(409, 'A burst is already running. Stop it or wait until it ends.');
      stopping = new AbortController();
      const startedAt = new Date().toISOString();
      latest = { requested: count, sent: 0, failed: 0, ratePerSecond, running: true, startedAt };
      ending = run(latest, seed, stopping.signal);
      return { ...latest };
    },

    setRate(ratePerSecond) {
      if (!latest?.running) throw new HttpError(409, 'No burst is running. Start one to set its rate.');
      latest.ratePerSecond = ratePerSecond;
      return { ...latest };
    },

    async stop() {
      stopping.abort();
      await ending;
      return latest && { ...latest };
    },
  };
}

const { count, ratePerSecond, seed } = PRODUCER_FIELDS;
const BURST = {
  count: count.check(z.describe('a whole number from 1 to 1,000,000')),
  ratePerSecond: z
    .optional(ratePerSecond)
    .check(z.describe('a number above 0 and at most 1,000,000, or omitted')),
  seed: z.optional(seed).check(z.describe('a whole number from 0 to 4,294,967,295, or omitted')),
};
const RATE = {
  ratePerSecond: z
    .nullable(ratePerSecond)
    .check(z.describe('a number above 0 and at most 1,000,000, or null')),
};

/** Adds the routes that start, change and stop bursts. */
export function addBurstRoutes(app: FastifyInstance, { bursts }: { bursts: Bursts }): void {
  app.post('/burst', async ({ body }) => bursts.start(readFields(BURST, body)));
  app.patch('/burst', async ({ body }) => bursts.setRate(readFields(RATE, body).ratePerSecond));
  app.delete('/burst', async () =>
    requirePart((await bursts.stop()) ?? undefined, 'No burst has been started.'),
  );
}
