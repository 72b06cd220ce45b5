import { setTimeout as sleep } from 'node:timers/promises';
import type { ProducerReport } from '../../lib/produce/produce-orders.ts';
import type { EmbeddedCloud } from '../embedded-cloud.ts';
import { isDrained, type PipelineCounts } from './pipeline-counts.ts';
import type { Progress } from './progress.ts';
import type { StartOptions } from './start-options.ts';
import { type RunResult, reconciles } from './summary.ts';

/** Ms between looks at the queues. */
const INTERVAL = 250;
/** Looks that must find nothing under way, one after another, before the run counts as drained. */
const QUIET_LOOKS = 2;
/** Looks that metrics, which arrive a moment after the messages are gone, get to catch up. */
const SETTLING_LOOKS = 8;

/**
 * Sends the orders asked for through the pipeline and waits until none is on its way.
 *
 * @param signal ends the wait
 * @returns undefined where the wait was ended
 */
export async function runOrders(
  cloud: EmbeddedCloud,
  options: StartOptions,
  count: () => Promise<PipelineCounts>,
  progress: Progress,
  signal: AbortSignal,
): Promise<RunResult | undefined> {
  const start = Date.now();
  let produced: { sent: number; unsent: number; produceMs: number } | undefined;
  const producing = produce(cloud, options, signal).then((totals) => {
    produced = { ...totals, produceMs: Date.now() - start };
  });
  // Told below, once the loop has seen it.
  let failure: unknown;
  producing.catch((error) => {
    failure = error;
  });

  let quietLooks = 0;
  let drainedAt = start;
  while (!signal.aborted) {
    const counts = await count();
    progress.update(counts);
    if (failure) throw failure;
    quietLooks = produced && isDrained(counts) ? quietLooks + 1 : 0;
    // The first of the quiet looks found it drained.
    if (quietLooks <= 1) drainedAt = Date.now();
    if (produced && quietLooks >= QUIET_LOOKS) {
      const result = { counts, ...produced, totalMs: drainedAt - start };
      if (reconciles(result) || quietLooks >= QUIET_LOOKS + SETTLING_LOOKS) return result;
    }
    await sleep(INTERVAL, undefined, { signal }).catch(() => undefined);
  }
  return undefined;
}

/** Runs the producer function until all orders that are wanted are sent: one run of it ends when its time is up. */
async function produce(
  cloud: EmbeddedCloud,
  { produce: isWanted, count, via, ratePerSecond }: StartOptions,
  signal: AbortSignal,
): Promise<{ sent: number; unsent: number }> {
  let sent = 0;
  let unsent = 0;
  while (isWanted && sent + unsent < count && !signal.aborted) {
    const input = { count: count - sent - unsent, via, ...(ratePerSecond && { ratePerSecond }) };
    const { payload, functionError } = await cloud.invoke('producer', input);
    if (functionError) throw new Error(`producer: ${payload}`);
    const report = JSON.parse(payload) as ProducerReport;
    sent += report.sent;
    unsent += report.failed;
  }
  return { sent, unsent };
}
