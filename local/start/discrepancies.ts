import { QUEUES, type StoreName } from '../../topology.ts';
import type { EventCounts, PipelineCounts } from './pipeline-counts.ts';

/** How a run went. */
export interface RunResult {
  counts: PipelineCounts;
  /** What the producer says it sent; 0 where nothing was produced. */
  sent: number;
  /** What the producer says it could not send. */
  unsent: number;
  /** What the producer says that took. */
  produceMs: number;
  /** Of the producer's runs. */
  seeds: number[];
  /** From the first order sent to the last one confirmed, or given up. */
  confirmMs: number;
  /** From the first order sent to the last one stored by every consumer, or given up. */
  totalMs: number;
}

/**
 * What does not add up; nothing where every order is accounted for, each confirmed and stored by every consumer once. Numbers
 * from six sources have to agree: the producer's report, what queues took and hold, the mailbox, the functions' metrics, the
 * consumers' tables, and the stock. Only an order that was in hand when an earlier run died may be confirmed twice.
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
    // Each scheduled shipment has taken one piece.
    if (name === 'shipments') checks.stock = stored?.stockTaken === stored?.scheduled;
  }
  for (const { name, holds } of QUEUES) {
    const counts = others[name];
    if (counts && holds === 'confirmed order')
      checks[`${name} queue`] = confirmed <= counts.received - counts.carriedOver;
  }
  return Object.keys(checks).filter((name) => !checks[name]);
}

/** Whether every confirmed order reached the queue, and everything that did has a row of its own or is a dead letter. */
function addsUp(
  { carriedOver, received, repeated, deadLettered }: EventCounts,
  orders: PipelineCounts,
  rows: number,
) {
  const settled = rows + deadLettered;
  // Only what was under way when an earlier run ended may have been stored then: it comes again, and has no new row.
  const storedBefore = Math.min(repeated, carriedOver + orders.carriedOver);
  const expected = orders.confirmed - orders.repeated + carriedOver - storedBefore;
  // What comes back though it was stored, since its answer or its deletion was lost, is repeated and has a row besides.
  return (
    orders.confirmed <= received - carriedOver &&
    expected <= settled &&
    settled <= received &&
    received <= settled + repeated
  );
}
