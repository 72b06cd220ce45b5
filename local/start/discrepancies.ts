import { QUEUES, type StoreName } from '../../topology.ts';
import type { EventCounts, PipelineCounts } from './pipeline-counts.ts';

export interface RunResult {
  counts: PipelineCounts;
  /** Orders that the producer reported as sent; 0 with `--no-produce`. */
  sent: number;
  /** Orders that the producer reported as failed. */
  unsent: number;
  /** Duration that the producer reported. */
  produceMs: number;
  /** Seeds of the producer's invocations. */
  seeds: number[];
  /** Time from the first order sent until the last one was confirmed or dead-lettered. */
  confirmMs: number;
  /** Time from the first order sent until every consumer had processed the last one. */
  totalMs: number;
}

/**
 * Returns the names of the numbers that do not add up; none if every order was confirmed once and stored once by
 * every consumer. The numbers come from six sources: the producer's report, the queues, the mailbox, the functions'
 * metrics, the consumers' tables and the stock. Only an order that was in flight when an earlier run crashed may be
 * confirmed twice.
 */
export function findDiscrepancies({ counts, sent, unsent }: RunResult): string[] {
  const { carriedOver, received, confirmed, repeated, duplicates, redelivered, deadLettered } = counts;
  const { stores, others, stored } = counts;
  const allSent = sent <= received - carriedOver && unsent === 0 && counts.deadLetteredFiles === 0;
  const settled = confirmed + duplicates + redelivered + deadLettered;
  const checks: Record<string, boolean> = {
    orders: allSent && received === settled && repeated <= carriedOver,
  };
  for (const name of Object.keys(stores) as StoreName[]) {
    const events = stores[name];
    checks[name] = !events || addsUp(events, counts, stored?.rows[name] ?? 0);
    // Each scheduled shipment takes one item from stock.
    if (name === 'shipments') checks.stock = stored?.stockTaken === stored?.scheduled;
  }
  for (const { name } of QUEUES) {
    const counts = others[name];
    if (counts) checks[`${name} queue`] = confirmed <= counts.received - counts.carriedOver;
  }
  return Object.keys(checks).filter((name) => !checks[name]);
}

/** Returns whether every confirmed order reached the queue, and every message of the queue was stored or dead-lettered. */
function addsUp(
  { carriedOver, received, repeated, deadLettered }: EventCounts,
  orders: PipelineCounts,
  rows: number,
) {
  const settled = rows + deadLettered;
  // A message of an earlier run may have been stored by that run. It is then repeated and adds no row.
  const storedBefore = Math.min(repeated, carriedOver + orders.carriedOver);
  const expected = orders.confirmed - orders.repeated + carriedOver - storedBefore;
  // A message whose deletion was lost is redelivered after it was stored: it counts as repeated and has a row as well.
  return (
    orders.confirmed <= received - carriedOver &&
    expected <= settled &&
    settled <= received &&
    received <= settled + repeated
  );
}
