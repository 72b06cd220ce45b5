import { setTimeout as sleep } from 'node:timers/promises';
import type { ProducerReport } from '../../lib/produce/produce-orders.ts';
import { askFunction } from '../ask-function.ts';
import type { EmbeddedCloud } from '../embedded-cloud.ts';
import { findDiscrepancies, type RunResult } from './discrepancies.ts';
import { isConfirmed, isDrained, type PipelineCounts } from './pipeline-counts.ts';
import type { Progress } from './progress.ts';
import type { StartOptions } from './start-options.ts';

/** Ms between looks at the queues. */
const INTERVAL = 250;
/** Looks that must find nothing under way, one after another, before the run counts as drained. */
const QUIET_LOOKS = 2;
/** Looks that metrics, which arrive a moment after the messages are gone, get to catch up. */
const SETTLING_LOOKS = 8;
/** How many seeds there are, from 0. */
const SEEDS = 2 ** 32;

/**
 * Sends the orders asked for through the pipeline and waits until none is on its way.
 *
 * @param signal ends the wait
 * @returns undefined where the wait was ended
 */
export async function runOrders(
  cloud: Pick<EmbeddedCloud, 'invoke'>,
  options: StartOptions,
  count: () => Promise<PipelineCounts>,
  progress: Progress,
  signal: AbortSignal,
): Promise<RunResult | undefined> {
  const start = Date.now();
  let produced: Production | undefined;
  let failure: unknown;
  produce(cloud, options, signal).then(
    (production) => {
      produced = production;
    },
    (error) => {
      failure = error;
    },
  );

  let quietLooks = 0;
  let confirmedAt = start;
  let drainedAt = start;
  while (!signal.aborted) {
    const counts = await count();
    progress.update(counts);
    if (failure) throw failure;
    if (!produced || !isConfirmed(counts)) confirmedAt = Date.now();
    quietLooks = produced && isDrained(counts) ? quietLooks + 1 : 0;
    // The first of the quiet looks found it drained.
    if (quietLooks <= 1) drainedAt = Date.now();
    if (produced && quietLooks >= QUIET_LOOKS) {
      const times = { confirmMs: confirmedAt - start, totalMs: drainedAt - start };
      const result = { counts, ...produced, ...times };
      if (findDiscrepancies(result).length === 0 || quietLooks >= QUIET_LOOKS + SETTLING_LOOKS) return result;
    }
    await sleep(INTERVAL, undefined, { signal }).catch(() => undefined);
  }
  return undefined;
}

type Production = Pick<RunResult, 'sent' | 'unsent' | 'produceMs' | 'seeds'>;

/**
 * Runs the producer function until all orders that are wanted are sent: one run of it ends when its time is up. A seed is
 * that of the first run, and each further one takes the next, since a seed has the same orders again from the first one.
 */
async function produce(
  cloud: Pick<EmbeddedCloud, 'invoke'>,
  { produce: isWanted, count, via, ratePerSecond, seed }: StartOptions,
  signal: AbortSignal,
): Promise<Production> {
  const production: Production = { sent: 0, unsent: 0, produceMs: 0, seeds: [] };
  for (let left = isWanted ? count : 0; left > 0 && !signal.aborted; ) {
    const input = {
      count: left,
      via,
      ...(ratePerSecond && { ratePerSecond }),
      ...(seed !== undefined && { seed: (seed + production.seeds.length) % SEEDS }),
    };
    const report = await askFunction<ProducerReport>(cloud, 'producer', input);
    const { sent, failed, elapsedMs } = report;
    production.seeds.push(report.seed);
    production.sent += sent;
    production.unsent += failed;
    production.produceMs += elapsedMs;
    if (sent + failed === 0)
      throw new Error(`producer: must send or fail at least one order of ${left}, did neither`);
    left -= sent + failed;
  }
  return production;
}
