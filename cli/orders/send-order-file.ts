import pMap, { pMapSkip } from 'p-map';
import { FULL_LOAD, type Queue, sendOrders } from '../../lib/aws/queue.ts';
import { countReason, reasonOf } from '../../lib/observability/reasons.ts';
import type { Order } from '../../lib/order/order.ts';
import { type BadRowReport, SHOWN_BAD_ROWS } from './bad-rows.ts';
import { type LocalFile, openLocalFile } from './local-file.ts';
import type { ProgressBar } from './progress.ts';

/** How many rows of an order file are orders, and the first bad rows. */
export interface FileCheck {
  rows: number;
  /** Rows that are orders. */
  good: number;
  bad: number;
  /** The first of them. */
  badRows: BadRowReport[];
}

/**
 * Reads an order file to its end, row by row.
 *
 * @param signal ends it early
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

/** The outcome of sending a file's orders. Those that are neither sent nor failed were not tried. */
export interface FileSending {
  sent: number;
  failed: number;
  /** How many failed for each reason. */
  reasons: Record<string, number>;
}

/** Batches under way at once; reading waits for them, so memory does not grow with the file. */
const CONCURRENCY = 4;

/**
 * Sends the orders of a file, and leaves out its bad rows. It ends early at the first failure: the file can be sent again,
 * since an order that comes twice is confirmed once.
 *
 * @param onSent called with the number of orders sent so far
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
