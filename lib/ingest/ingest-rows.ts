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
  /** Opens it; aborted, its rows end with the signal's reason, also where the next one never comes. */
  open(timeUp: AbortSignal): Promise<AsyncIterable<OrderFileRow>>;
  /** Where its rejected rows go. */
  rejectedKey: string;
  /** What it is, and what may be done where it takes too long. */
  name: string;
  advice: string;
}

/** Batches under way at once; reading waits for them, so memory does not grow with the file. */
const CONCURRENCY = 4;

/**
 * Reads rows as a stream and sends their orders to the order queue; rejected rows go to the results bucket.
 *
 * @param receipt takes the counts and the outcome
 * @param deadline epoch ms at which reading ends with an error
 * @returns the first thing that went wrong, if anything did. Reading ends with it; what is under way is awaited.
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
      `${source.name} be read within the function's time limit, which ended after ${receipt.rows} rows${source.advice}`,
    );

  async function readAll(): Promise<void> {
    // Rows look at the clock, but a download that stalls brings none, nor does a gigabyte of blanks once it is unpacked.
    const timeUp = new AbortController();
    const timer = setTimeout(() => timeUp.abort(timeUpError()), deadline - Date.now());
    try {
      const rows = await source.open(timeUp.signal);
      await pMap(goodOrders(rows), sendBatch, { concurrency: CONCURRENCY });
    } finally {
      clearTimeout(timer);
    }
  }

  /** Ends at a fault rather than throw it: p-map would leave the sends that are under way behind. */
  async function* goodOrders(rows: AsyncIterable<OrderFileRow>): AsyncGenerator<Order[]> {
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

/** What ingesting needs. */
export interface IngestServices {
  objectStore: ObjectStore;
  orderQueue: Pick<Queue, 'send'>;
  /** Takes the parts of files that are split. */
  uploadQueue: Pick<Queue, 'send'>;
  resultsBucket: string;
  /** The length of a part, in bytes; `PART_BYTES` where it is left out. */
  partBytes?: number;
}

/** There is more to do than one invocation has time for. */
export class TimeUpError extends Error {
  override readonly name = 'TimeUpError';
  readonly code = 'time_up';

  /** @param rule what has to be done within the time, and how far it came */
  constructor(rule: string) {
    super(`order file: ${rule}`);
  }
}
