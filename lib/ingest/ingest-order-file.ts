import pMap, { pMapSkip } from 'p-map';
import type { ObjectStore } from '../aws/object-store.ts';
import type { OrderQueue } from '../aws/order-queue.ts';
import { FULL_LOAD } from '../aws/send-messages.ts';
import { logger } from '../observability/logger.ts';
import { reasonOf } from '../observability/reasons.ts';
import type { Order } from '../order/order.ts';
import { type OrderFileRow, openOrderFile } from '../order/order-file.ts';
import { beginReceipt, type Receipt } from './receipt.ts';
import { RejectedRows } from './rejected-rows.ts';
import { resultKey } from './result-key.ts';
import type { UploadedObject } from './upload-event.ts';

/** What ingesting needs. */
export interface IngestParts {
  objectStore: ObjectStore;
  orderQueue: OrderQueue;
  resultsBucket: string;
}

/** Batches under way at once; reading waits for them, so memory does not grow with the file. */
const CONCURRENCY = 4;

/**
 * Reads an order file as a stream and sends its orders to the order queue; rejected rows and a receipt go to the
 * results bucket. A file that fails on the way is read again from its start: orders that were sent are the same orders.
 *
 * @param deadline epoch ms at which reading ends with an error
 * @returns the receipt, whose `status` tells whether the whole file was read, and what the upload has to come back for:
 *   the receipt that could not be written, or else the file's own fault
 */
export async function ingestOrderFile(
  upload: UploadedObject,
  { objectStore, orderQueue, resultsBucket }: IngestParts,
  deadline: number,
): Promise<{ receipt: Receipt; error?: Error }> {
  const receipt = beginReceipt(upload);
  const rejectedRows = new RejectedRows(
    objectStore,
    resultsBucket,
    resultKey(upload.key, '.rejected.ndjson'),
  );
  /** The first thing that went wrong. Reading ends with it; what is under way is awaited. */
  let fault: Error | undefined;
  const fail = (error: Error): void => {
    fault ??= error;
  };

  async function readFile(): Promise<void> {
    const { body, size, etag } = await objectStore.open(upload.bucket, upload.key);
    Object.assign(receipt, { size, etag });
    // Rows look at the clock, but a download that stalls brings none, nor does a gigabyte of blanks once it is unpacked.
    const timeUp = new AbortController();
    const timer = setTimeout(() => {
      timeUp.abort(new TimeUpError(receipt.rows));
      body.destroy(timeUp.signal.reason);
    }, deadline - Date.now());
    try {
      const { format, gzipped, rows } = await openOrderFile(body, upload.key, timeUp.signal);
      Object.assign(receipt, { format, gzipped });
      await pMap(goodOrders(rows), sendOrders, { concurrency: CONCURRENCY });
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
        if (Date.now() > deadline) throw new TimeUpError(receipt.rows);
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

  async function sendOrders(orders: Order[]): Promise<typeof pMapSkip> {
    const { outcomes } = await orderQueue.send(orders);
    for (const [index, outcome] of outcomes.entries()) {
      if (outcome.ok) receipt.sent++;
      else fail(outcome.error);
      logger.debug(outcome.ok ? 'ingested' : 'not ingested', { order_id: orders[index]?.order_id });
    }
    return pMapSkip;
  }

  await readFile().catch(fail);
  await rejectedRows.close().then(() => {
    if (receipt.rejected > 0) receipt.rejected_key = resultKey(upload.key, '.rejected.ndjson');
  }, fail);
  if (fault) receipt.error = { code: reasonOf(fault), message: fault.message };
  else receipt.status = 'ingested';
  receipt.finished_at = new Date().toISOString();
  const json = JSON.stringify(receipt, null, 2);
  try {
    await objectStore.put(resultsBucket, resultKey(upload.key, '.receipt.json'), json, 'application/json');
  } catch (thrown) {
    // Without its receipt nobody learns of the file's own fault.
    fault = thrown as Error;
  }
  return fault ? { receipt, error: fault } : { receipt };
}

/** The file is larger than one invocation can read. */
class TimeUpError extends Error {
  override readonly name = 'TimeUpError';
  readonly code = 'time_up';

  constructor(rows: number) {
    super(
      `order file: must be read within the function's time limit, which ended after ${rows} rows; split the file`,
    );
  }
}
