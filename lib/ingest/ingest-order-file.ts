import pMap, { pMapSkip } from 'p-map';
import type { ObjectStore } from '../aws/object-store.ts';
import type { OrderQueue } from '../aws/order-queue.ts';
import type { Order } from '../order/order.ts';
import { type OrderFileRow, openOrderFile } from '../order/order-file.ts';
import { beginReceipt, type Receipt, receiptKey, rejectedKey } from './receipt.ts';
import { RejectedRows } from './rejected-rows.ts';
import type { UploadedObject } from './upload-event.ts';

/** What ingesting needs. */
export interface IngestParts {
  objectStore: ObjectStore;
  orderQueue: OrderQueue;
  resultsBucket: string;
}

/** Orders that go to the queue together: eight requests' worth. */
const BATCH = 80;
/** Batches under way at once; reading waits for them, so memory does not grow with the file. */
const CONCURRENCY = 4;

/**
 * Reads an order file as a stream and sends its orders to the order queue; rejected rows and a receipt go to the
 * results bucket. A file that fails on the way is read again from its start: orders that were sent are the same orders.
 *
 * @param deadline epoch ms at which reading ends with an error
 * @returns the receipt; its `status` tells whether the whole file was read
 * @throws ServiceError where the receipt cannot be written
 */
export async function ingestOrderFile(
  upload: UploadedObject,
  { objectStore, orderQueue, resultsBucket }: IngestParts,
  deadline: number,
): Promise<{ receipt: Receipt; error?: Error }> {
  const receipt = beginReceipt(upload);
  const rejectedRows = new RejectedRows(objectStore, resultsBucket, rejectedKey(upload.key));

  async function readFile(): Promise<void> {
    const { body, size, etag } = await objectStore.open(upload.bucket, upload.key);
    Object.assign(receipt, { size, etag });
    const { format, gzipped, rows } = await openOrderFile(body, upload.key);
    Object.assign(receipt, { format, gzipped });
    await pMap(goodOrders(rows), sendOrders, { concurrency: CONCURRENCY });
    receipt.status = 'ingested';
  }

  async function* goodOrders(rows: AsyncIterable<OrderFileRow>): AsyncGenerator<Order[]> {
    let batch: Order[] = [];
    for await (const row of rows) {
      receipt.rows++;
      if ('order' in row) batch.push(row.order);
      else {
        receipt.rejected++;
        await rejectedRows.add(row);
      }
      if (batch.length < BATCH) continue;
      if (Date.now() > deadline) throw new TimeUpError(receipt.rows);
      yield batch;
      batch = [];
    }
    if (batch.length > 0) yield batch;
  }

  async function sendOrders(orders: Order[]): Promise<typeof pMapSkip> {
    const { outcomes } = await orderQueue.send(orders);
    receipt.sent += outcomes.filter(({ ok }) => ok).length;
    const failed = outcomes.find((outcome) => !outcome.ok);
    if (failed && !failed.ok) throw failed.error;
    return pMapSkip;
  }

  const error = await readFile().then(
    () => undefined,
    (thrown: Error) => thrown,
  );
  if (error)
    receipt.error = { code: 'code' in error ? String(error.code) : error.name, message: error.message };
  await rejectedRows.close();
  if (receipt.rejected > 0) receipt.rejected_key = rejectedKey(upload.key);
  receipt.finished_at = new Date().toISOString();
  const json = JSON.stringify(receipt, null, 2);
  await objectStore.put(resultsBucket, receiptKey(upload.key), json, 'application/json');
  return error ? { receipt, error } : { receipt };
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
