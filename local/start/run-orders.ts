import { setTimeout as sleep } from 'node:timers/promises';
import type { ProducerReport } from '../../lib/produce/produce-orders.ts';
import { callFunction } from '../call-function.ts';
import type { EmbeddedCloud } from '../embedded-cloud.ts';
import { findDiscrepancies, type RunResult } from './discrepancies.ts';
import { isConfirmed, isDrained, type PipelineCounts } from './pipeline-counts.ts';
import type { Progress } from './progress.ts';
import type { StartOptions } from './start-options.ts';

/** Milliseconds between polls of the queues. */
const INTERVAL = 250;
/** Consecutive polls that must find the queues empty before the run counts as drained. */
const QUIET_POLLS = 2;
/** Further polls that wait for metrics, which arrive shortly after a message was deleted. */
const SETTLING_POLLS = 8;
/** Seeds are numbers from 0 to SEEDS - 1. */
const SEEDS = 2 ** 32;

/**
 * Sends the requested orders through the pipeline and waits until all are processed.
 *
 * @param signal Ends the wait.
 * @returns `undefined` if the signal ended the wait.
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

  let quietPolls = 0;
  let confirmedAt = start;
  let drainedAt = start;
  while (!signal.aborted) {
    const counts = await count();
    progress.update(counts);
    if (failure) throw failure;
    if (!produced || !isConfirmed(counts)) confirmedAt = Date.now();
    quietPolls = produced && isDrained(counts) ? quietPolls + 1 : 0;
    if (quietPolls <= 1) drainedAt = Date.now();
    if (produced && quietPolls >= QUIET_POLLS) {
      const times = { confirmMs: confirmedAt - start, totalMs: drainedAt - start };
      const result = { counts, ...produced, ...times };
      if (findDiscrepancies(result).length === 0 || quietPolls >= QUIET_POLLS + SETTLING_POLLS) return result;
    }
    await sleep(INTERVAL, undefined, { signal }).catch(() => undefined);
  }
  return undefined;
}

type Production = Pick<RunResult, 'sent' | 'unsent' | 'produceMs' | 'seeds'>;

/**
 * Invokes the producer until all requested orders are sent, since one invocation ends at its timeout. Each invocation uses the
 * next seed: with the same seed it would send the same orders again.
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
    const report = await callFunction<ProducerReport>(cloud, 'producer', input);
    const { sent, failed, elapsedMs } = report;
    production.seeds.push(report.seed);
    production.sent += sent;
    production.unsent += failed;
    production.produceMs += elapsedMs;
    if (sent + failed === 0)
      throw new Error(
        `producer: sent none of ${left} orders and reported none as failed, see the function log`,
      );
    left -= sent + failed;
  }
  return production;
}
