import { randomInt } from 'node:crypto';
import pMap, { pMapSkip } from 'p-map';
import type { ObjectStore } from '../aws/object-store.ts';
import { type Queue, sendOrders } from '../aws/queue.ts';
import { inBatches } from '../batch/chunk.ts';
import { paced } from '../batch/paced.ts';
import { logger } from '../observability/logger.ts';
import { countReason, reasonOf } from '../observability/reasons.ts';
import type { Order } from '../order/order.ts';
import { generateOrders } from './generator.ts';
import type { ProducerInput } from './producer-input.ts';

/** Result of a producer run. `requested - sent - failed` orders were not attempted because the time ran out. */
export interface ProducerReport {
  /** Orders requested. */
  requested: number;
  /** Orders that the queue or bucket accepted. */
  sent: number;
  /** Orders that were not accepted, after retries. */
  failed: number;
  /** Order files written; 0 with `via: "queue"`. */
  files: number;
  /** Requests made to SQS or S3. */
  requests: number;
  elapsedMs: number;
  /** Seed that generates the same orders again. */
  seed: number;
}

/** The services that orders are sent to. */
export interface ProducerParts {
  orderQueue: Pick<Queue, 'send'>;
  objectStore: ObjectStore;
  uploadBucket: string;
}

/** Limits and callbacks of a run. */
export interface ProducerRun {
  /** Epoch milliseconds after which no further request is started. */
  deadline: number;
  /** Stops starting requests when aborted; requests in flight complete. */
  signal?: AbortSignal;
  /** Current rate in orders per second, for a rate that changes during the run. Default: the input's rate. */
  ratePerSecond?: () => number | undefined;
  /** Called with the report so far after each request. */
  onProgress?: (report: Readonly<ProducerReport>) => void;
}

/** Concurrent requests: enough to hide a round trip of 10 ms, far below the client's 64 sockets. */
const CONCURRENCY = 16;
/** Limit of SendMessageBatch. */
const MAX_BATCH = 10;
/** Minimum frequency of batches. At lower rates of orders, batches get smaller instead. */
const MIN_BATCHES_PER_SECOND = 10;

/**
 * Generates orders and sends them at the requested rate.
 *
 * @returns The report, and the number of failed orders by reason.
 */
export async function produceOrders(
  { count, via, seed = randomInt(2 ** 32), ordersPerFile, ...input }: ProducerInput,
  { orderQueue, objectStore, uploadBucket }: ProducerParts,
  { ratePerSecond = () => input.ratePerSecond, onProgress, ...limits }: ProducerRun,
): Promise<{ report: ProducerReport; reasons: Record<string, number> }> {
  const start = Date.now();
  const report = { requested: count, sent: 0, failed: 0, files: 0, requests: 0, elapsedMs: 0, seed };
  const reasons: Record<string, number> = {};
  const folder = `generated/${new Date(start).toISOString().replaceAll(':', '-')}-${seed}`;

  async function sendBatch(orders: Order[]): Promise<void> {
    const { outcomes, requests } = await sendOrders(orderQueue, orders);
    report.requests += requests;
    for (const [index, outcome] of outcomes.entries()) {
      if (outcome.ok) report.sent++;
      else fail(outcome.error);
      logger.debug(outcome.ok ? 'produced' : 'not produced', { order_id: orders[index]?.order_id });
    }
  }

  async function putFile(orders: Order[], index: number): Promise<void> {
    const key = `${folder}/orders-${String(index + 1).padStart(5, '0')}.ndjson`;
    const lines = orders.map((order) => `${JSON.stringify(order)}\n`).join('');
    report.requests++;
    try {
      await objectStore.put(uploadBucket, key, lines, 'application/x-ndjson');
      report.files++;
      report.sent += orders.length;
    } catch (thrown) {
      for (const _order of orders) fail(thrown as Error);
    }
  }

  function fail(error: Error): void {
    report.failed++;
    countReason(reasons, reasonOf(error));
  }

  async function send(orders: Order[], index: number): Promise<typeof pMapSkip> {
    await (via === 's3' ? putFile(orders, index) : sendBatch(orders));
    report.elapsedMs = Date.now() - start;
    onProgress?.(report);
    return pMapSkip;
  }

  const batchSize = () => (via === 's3' ? ordersPerFile : messagesPerBatch(ratePerSecond()));
  const batches = inBatches(generateOrders({ count, seed }), batchSize);
  await pMap(paced(batches, { ratePerSecond, ...limits }), send, { concurrency: CONCURRENCY });
  report.elapsedMs = Date.now() - start;
  return { report, reasons };
}

function messagesPerBatch(ratePerSecond = Number.POSITIVE_INFINITY): number {
  return Math.min(MAX_BATCH, Math.max(1, Math.floor(ratePerSecond / MIN_BATCHES_PER_SECOND)));
}
