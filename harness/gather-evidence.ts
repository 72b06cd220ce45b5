import { text } from 'node:stream/consumers';
import { createObjectStore } from '../lib/aws/object-store.ts';
import type { Database } from '../lib/database/database.ts';
import type { Receipt } from '../lib/ingest/receipt.ts';
import { readUploadEvent } from '../lib/ingest/upload-event.ts';
import { MAX_TIMESTAMP } from '../lib/order/timestamp.ts';
import { listDeadLetters } from '../operations/dead-letters/list-dead-letters.ts';
import type { Pipeline } from '../operations/pipeline/pipeline.ts';
import { readReceipt } from '../operations/read-receipt.ts';
import { openStoredOrders } from '../operations/reconcile/stored-orders.ts';
import { QUEUES, queueNamed, type StoreName } from '../topology.ts';
import type { Evidence, FileReceipt } from './check-promise.ts';
import { compareIds, type IdComparison } from './compare-ids.ts';
import type { Journal, SentLoad } from './journal.ts';

/** Collects evidence about a load from the journal, the dead-letter queues, the databases and the results bucket. */
export async function gatherEvidence(
  pipeline: Pipeline,
  journal: Pick<Journal, 'load' | 'confirmations' | 'confirmedIds'>,
): Promise<Omit<Evidence, 'left' | 'messages'>> {
  const { load } = journal;
  const confirmed = journal.confirmedIds();
  return {
    load,
    confirmations: journal.confirmations(),
    stored: await compareStored(pipeline, confirmed),
    wrongStock: await readWrongStock(pipeline.shippingDatabase),
    ...(await readDeadLetters(pipeline)),
    receipts: await readReceipts(pipeline, load.files),
  };
}

/** Compares all orders that each consumer has stored with the confirmed ones. */
async function compareStored(
  pipeline: Pipeline,
  confirmed: ReadonlySet<string>,
): Promise<Evidence['stored']> {
  const stored: [StoreName, IdComparison][] = [];
  for (const { name, stores } of QUEUES) {
    if (!stores) continue;
    const ids: string[] = [];
    const pages = openStoredOrders(pipeline, name)?.list({ from: 0, to: MAX_TIMESTAMP }) ?? [];
    for await (const page of pages) ids.push(...page);
    stored.push([stores.all, compareIds(confirmed, ids)]);
  }
  return Object.fromEntries(stored) as Evidence['stored'];
}

async function readWrongStock(database: Database | undefined): Promise<string[]> {
  const rows = await database?.query(`
    SELECT i.product_id FROM inventory i
    LEFT JOIN LATERAL (SELECT coalesce(sum(quantity), 0) AS restocked FROM restocks r
      WHERE r.product_id = i.product_id) r ON true
    LEFT JOIN LATERAL (SELECT count(*) FILTER (WHERE status = 'scheduled') AS scheduled,
      count(*) FILTER (WHERE status = 'backordered') AS backordered FROM shipments s
      WHERE s.product_id = i.product_id) s ON true
    WHERE i.stock <> r.restocked - s.scheduled OR (i.stock > 0 AND s.backordered > 0)`);
  return (rows ?? []).map(({ product_id }) => String(product_id));
}

async function readDeadLetters(pipeline: Pipeline): Promise<Pick<Evidence, 'redrivable' | 'deadLettered'>> {
  const redrivable: Record<string, string[]> = {};
  const deadLettered: Record<string, string[]> = {};
  for (const { name } of pipeline.queues) {
    const { letters: deadLetters } = await listDeadLetters(pipeline, name);
    const passing = deadLetters.filter(({ reason }) => reason.code === 'passing');
    const others = deadLetters.filter(({ reason }) => reason.code !== 'passing').map(({ body }) => body);
    redrivable[name] = passing.map(({ order_id, id }) => order_id ?? id);
    deadLettered[name] = queueNamed(name).holds === 'upload' ? others.flatMap(keysOf) : others;
  }
  return { redrivable, deadLettered };
}

const keysOf = (body: string): string[] => readUploadEvent(body).map(({ key }) => key);

async function readReceipts(
  { clients, resultsBucket }: Pipeline,
  files: SentLoad['files'],
): Promise<FileReceipt[]> {
  const objectStore = createObjectStore(clients.s3);
  const receipts: FileReceipt[] = [];
  for (const { key, rows: sentRows } of files) {
    if (sentRows === 0) continue;
    const receipt = await readReceipt({ objectStore, resultsBucket, key });
    const { rejected_key, ...found } = JSON.parse(receipt ?? '{}') as Partial<Receipt>;
    const rejectedRows: string[] = [];
    if (rejected_key !== undefined) {
      const lines = (await text((await objectStore.open(resultsBucket, rejected_key)).body)).trim();
      for (const line of lines.split('\n')) rejectedRows.push((JSON.parse(line) as { raw: string }).raw);
    }
    const { status, rows = 0, sent = 0, rejected = 0 } = found;
    receipts.push({ key, status, rows, sent, rejected, rejectedRows });
  }
  return receipts;
}
