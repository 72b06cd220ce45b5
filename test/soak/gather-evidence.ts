import { createObjectStore } from '../../lib/aws/object-store.ts';
import { readReceipt } from '../../lib/ingest/read-receipt.ts';
import type { Receipt } from '../../lib/ingest/receipt.ts';
import type { PipelineCounts } from '../../local/start/pipeline-counts.ts';
import { listDeadLetters } from '../../operations/dead-letters/list-dead-letters.ts';
import type { Pipeline } from '../../operations/pipeline/pipeline.ts';
import { reconcile } from '../../operations/reconcile/reconcile.ts';
import type { Evidence } from './check-promise.ts';
import type { OrderJournal } from './order-journal.ts';
import type { LoadCounts } from './send-load.ts';
import type { Sent } from './senders.ts';

const QUIETLY = () => ({ update: () => undefined, done: () => undefined });

/** Asks everybody who knows something of the orders that were sent. */
export async function gatherEvidence(
  pipeline: Pipeline,
  {
    load,
    sent,
    counts,
    journal,
  }: { load: LoadCounts; sent: Sent; counts: PipelineCounts; journal: OrderJournal },
): Promise<Evidence> {
  const { letters } = await listDeadLetters(pipeline, 'order');
  const passing = new Set(
    letters.filter(({ reason }) => reason.code === 'passing').map(({ order_id }) => order_id),
  );
  const everything = { from: 0, to: Date.now() + 60_000 };
  const reconciliation = await reconcile(pipeline, everything, QUIETLY);
  return {
    load,
    counts,
    mails: journal.counts(),
    lost: journal.missing().filter((orderId) => !passing.has(orderId)).length,
    strangers: journal.strangers().length,
    passing: passing.size,
    found: {
      deadLettered: letters.filter(({ reason }) => reason.code !== 'passing').length,
      refused: sent.refused,
      rejected: await countRejectedRows(pipeline, sent.files),
    },
    reconciliation,
  };
}

/** Rows that are no orders, by the receipts of the files that they were in. */
async function countRejectedRows(
  { clients, resultsBucket }: Pipeline,
  files: readonly string[],
): Promise<number> {
  const objectStore = createObjectStore(clients.s3);
  let rejected = 0;
  for (const key of files) {
    const receipt = await readReceipt({ objectStore, resultsBucket, key });
    rejected += receipt === undefined ? 0 : (JSON.parse(receipt) as Receipt).rejected;
  }
  return rejected;
}
