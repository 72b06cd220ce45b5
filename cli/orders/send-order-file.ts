import pMap, { pMapSkip } from 'p-map';
import { FULL_LOAD, type Queue, sendOrders } from '../../lib/aws/queue.ts';
import { countReason, reasonOf } from '../../lib/observability/reasons.ts';
import type { Order } from '../../lib/order/order.ts';
import { type BadRowReport, SHOWN_BAD_ROWS } from './bad-rows.ts';
import { type LocalFile, openLocalFile } from './local-file.ts';
import type { ProgressBar } from './progress.ts';

/** The numbers of valid and bad rows of an order file, and the first bad rows. */
export interface FileCheck {
  rows: number;
  /** Rows that are valid orders. */
  good: number;
  bad: number;
  /** The first bad rows. */
  badRows: BadRowReport[];
}

/**
 * Validates an order file row by row.
 *
 * @param signal Stops reading.
 * @throws UnreadableFileError
 */
export async function checkOrderFile(
  { path, name, size }: LocalFile,
  progress: ProgressBar,
  signal: AbortSignal,
): Promise<FileCheck> {
  const check: FileCheck = { rows: 0, good: 0, bad: 0, badRows: [] };
  const { rows } = await openLocalFile(path, name, (read) => progress.update(read, size));
  for await (const row of rows) {
    if (signal.aborted) break;
    check.rows++;
    if ('order' in row) check.good++;
    else {
      check.bad++;
      const { line, errors } = row;
      if (check.badRows.length < SHOWN_BAD_ROWS) check.badRows.push({ line, errors });
    }
  }
  return check;
}

/** The outcome of sending a file's orders. Orders that are neither sent nor failed were not tried. */
export interface FileSending {
  sent: number;
  failed: number;
  /** Number of failed orders by reason. */
  reasons: Record<string, number>;
}

/** Maximum number of concurrent batches. Reading waits for them, so memory use does not grow with the file. */
const CONCURRENCY = 4;

/**
 * Sends the orders of a file and skips its bad rows. Stops at the first failure. The file can be sent again, because an order
 * that is sent twice is confirmed once.
 *
 * @param onSent Called with the number of orders sent so far.
 * @param signal Stops sending.
 */
export async function sendOrderFile(
  { path, name }: LocalFile,
  orderQueue: Pick<Queue, 'send'>,
  onSent: (sent: number) => void,
  signal: AbortSignal,
): Promise<FileSending> {
  const sending: FileSending = { sent: 0, failed: 0, reasons: {} };
  const { rows } = await openLocalFile(path, name);

  async function* batches(): AsyncGenerator<Order[]> {
    let batch: Order[] = [];
    for await (const row of rows) {
      if (signal.aborted || sending.failed > 0) return;
      if ('order' in row) batch.push(row.order);
      if (batch.length < FULL_LOAD) continue;
      yield batch;
      batch = [];
    }
    if (batch.length > 0) yield batch;
  }

  async function send(orders: Order[]): Promise<typeof pMapSkip> {
    const { outcomes } = await sendOrders(orderQueue, orders);
    for (const outcome of outcomes) {
      if (outcome.ok) sending.sent++;
      else {
        sending.failed++;
        countReason(sending.reasons, reasonOf(outcome.error));
      }
    }
    onSent(sending.sent);
    return pMapSkip;
  }

  await pMap(batches(), send, { concurrency: CONCURRENCY });
  return sending;
}
