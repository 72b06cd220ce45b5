import type { FastifyInstance } from 'fastify';
import * as z from 'zod/mini';
import { createObjectStore } from '../../lib/aws/object-store.ts';
import { createQueue } from '../../lib/aws/queue.ts';
import { produceOrders } from '../../lib/produce/produce-orders.ts';
import { PRODUCER_FIELDS } from '../../lib/produce/producer-input.ts';
import { findQueue, type Pipeline } from '../../operations/pipeline/pipeline.ts';
import type { Burst } from '../api.ts';
import { readFields } from './read-request.ts';
import { Refusal, requirePart } from './refusal.ts';

/** Bursts of generated orders, one at a time: none → running → done or stopped → running … */
export interface Bursts {
  /** The latest; null before the first. */
  latest(): Burst | null;
  /**
   * Starts one; resolves at once.
   *
   * @throws Refusal while one is running
   */
  start(wanted: { count: number; ratePerSecond?: number | undefined; seed?: number | undefined }): Burst;
  /**
   * Changes the rate of the one that is running.
   *
   * @throws Refusal if none is
   */
  setRate(ratePerSecond: number | null): Burst;
  /** Stops the running burst, if any; resolves when its requests in flight have ended. */
  stop(): Promise<Burst | null>;
}

/** @param report called with the reasons why orders were not sent */
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
      const told = Object.entries(reasons).map(([reason, orders]) => `${reason} (${orders})`);
      if (told.length > 0)
        report(new Error(`burst: ${burst.failed} orders were not sent: ${told.join(', ')}`));
    } catch (error) {
      report(error);
    } finally {
      burst.running = false;
    }
  }

  return {
    latest: () => latest && { ...latest },

    start({ count, ratePerSecond = null, seed }) {
      if (latest?.running) throw new Refusal(409, 'A burst is under way: wait for its end, or stop it.');
      stopping = new AbortController();
      const startedAt = new Date().toISOString();
      latest = { requested: count, sent: 0, failed: 0, ratePerSecond, running: true, startedAt };
      ending = run(latest, seed, stopping.signal);
      return { ...latest };
    },

    setRate(ratePerSecond) {
      if (!latest?.running) throw new Refusal(409, 'No burst is under way whose rate could be changed.');
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
    .check(z.describe('a number above 0, at most 1,000,000, or left out')),
  seed: z.optional(seed).check(z.describe('a whole number from 0 to 4,294,967,295, or left out')),
};
const RATE = {
  ratePerSecond: z.nullable(ratePerSecond).check(z.describe('a number above 0, at most 1,000,000, or null')),
};

/** Bursts of generated orders. */
export function addBurstRoutes(app: FastifyInstance, { bursts }: { bursts: Bursts }): void {
  app.post('/burst', async ({ body }) => bursts.start(readFields(BURST, body)));
  app.patch('/burst', async ({ body }) => bursts.setRate(readFields(RATE, body).ratePerSecond));
  app.delete('/burst', async () => requirePart((await bursts.stop()) ?? undefined, 'No burst was started.'));
}
