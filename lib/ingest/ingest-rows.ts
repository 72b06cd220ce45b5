import pMap, { pMapSkip } from 'p-map';
import type { ObjectStore } from '../aws/object-store.ts';
import { FULL_LOAD, type Queue, sendOrders } from '../aws/queue.ts';
import { logger } from '../observability/logger.ts';
import { reasonOf } from '../observability/reasons.ts';
import type { Order } from '../order/order.ts';
import type { OrderFileRow } from '../order-file/order-file.ts';
import type { Receipt } from './receipt.ts';
import { RejectedRows } from './rejected-rows.ts';

/** An order file, or a part of one. */
export interface RowSource {
  /** Opens the rows. When the signal aborts, they end with its reason, even if the download stalls. */
  open(timeUp: AbortSignal): Promise<AsyncIterable<OrderFileRow>>;
  /** Key of the rejected rows in the results bucket. */
  rejectedKey: string;
  /** Name in error messages. */
  name: string;
  /** Ending of the error message if reading takes too long. */
  advice: string;
}

/** Batches in flight. Reading waits for them, so memory does not grow with the file. */
const CONCURRENCY = 4;

/**
 * Reads rows as a stream and sends their orders to the order queue. Rejected rows go to the results bucket.
 *
 * @param receipt Receives the counts and the outcome.
 * @param deadline Epoch milliseconds at which reading ends with an error.
 * @returns The first error, if any. Reading ends at the first error; sends in flight are awaited.
 */
export async function ingestRows(
  receipt: Receipt,
  source: RowSource,
  { objectStore, orderQueue, resultsBucket }: IngestServices,
  deadline: number,
): Promise<Error | undefined> {
  const rejectedRows = new RejectedRows(objectStore, resultsBucket, source.rejectedKey);
  let fault: Error | undefined;
  const fail = (error: Error): void => {
    fault ??= error;
  };
  const timeUpError = () =>
    new TimeUpError(
      `${source.name}: must be read within the function's time limit, which ended after ${receipt.rows} rows${source.advice}`,
    );

  async function readAll(): Promise<void> {
    // The loop over rows checks the deadline, but a stalled download or a gigabyte of blanks yields no rows.
    const timeUp = new AbortController();
    const timer = setTimeout(() => timeUp.abort(timeUpError()), deadline - Date.now());
    try {
      const rows = await source.open(timeUp.signal);
      await pMap(validOrders(rows), sendBatch, { concurrency: CONCURRENCY });
    } finally {
      clearTimeout(timer);
    }
  }

  /** Ends at an error instead of throwing it, since p-map would not await the sends in flight. */
  async function* validOrders(rows: AsyncIterable<OrderFileRow>): AsyncGenerator<Order[]> {
    let batch: Order[] = [];
    try {
      for await (const row of rows) {
        receipt.rows++;
        if ('order' in row) batch.push(row.order);
        else {
          receipt.rejected++;
          await rejectedRows.add(row);
        }
        if (Date.now() > deadline) throw timeUpError();
        if (fault) return;
        if (batch.length < FULL_LOAD) continue;
        yield batch;
        batch = [];
      }
    } catch (thrown) {
      fail(thrown as Error);
    }
    if (batch.length > 0) yield batch;
  }

  async function sendBatch(orders: Order[]): Promise<typeof pMapSkip> {
    const { outcomes } = await sendOrders(orderQueue, orders);
    for (const [index, outcome] of outcomes.entries()) {
      if (outcome.ok) receipt.sent++;
      else fail(outcome.error);
      logger.debug(outcome.ok ? 'ingested' : 'not ingested', { order_id: orders[index]?.order_id });
    }
    return pMapSkip;
  }

  await readAll().catch(fail);
  await rejectedRows.close().then(() => {
    if (receipt.rejected > 0) receipt.rejected_key = source.rejectedKey;
  }, fail);
  if (fault) receipt.error = { code: reasonOf(fault), message: fault.message };
  else receipt.status = 'ingested';
  receipt.finished_at = new Date().toISOString();
  return fault;
}

/** The services that ingesting uses. */
export interface IngestServices {
  objectStore: ObjectStore;
  orderQueue: Pick<Queue, 'send'>;
  /** Receives the parts of files that are split. */
  uploadQueue: Pick<Queue, 'send'>;
  resultsBucket: string;
  /** Length of a part, in bytes. Default: `PART_BYTES`. */
  partBytes?: number;
}

/** The work exceeds the time limit of one invocation. */
export class TimeUpError extends Error {
  override readonly name = 'TimeUpError';
  readonly code = 'time_up';
}
