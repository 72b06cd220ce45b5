import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { catalogue } from '../../lib/produce/catalogue.ts';
import { requestRestock } from '../../operations/shipping/request-restock.ts';
import { checkPromise, type Outcome } from './check-promise.ts';
import { createFaultPlan } from './fault-plan.ts';
import { happen } from './happen.ts';
import { makeLoad } from './make-load.ts';
import { createObserver } from './observer.ts';
import { startFaultProxy } from './proxy/start-fault-proxy.ts';
import type { Schedule } from './schedule.ts';
import { persistently, sendLoad } from './send-load.ts';
import { settle } from './settle.ts';
import { CONSUMERS, IN_HAND, type RunningPipeline, startPipeline } from './start-pipeline.ts';

const ORDER_QUEUE = 'order-pipeline-local-order-queue';
/** Pieces of each product, before the orders and while they come in: some are backordered, and not all of those get one. */
const STOCK = { first: 12, more: 8 };
/** Ms without an order published after which the next thing happens all the same. */
const STALLED = 60_000;

/** Part of the orders that are published when faults end: the last ones may have to wait for their message to come back. */
const ALMOST_ALL = 0.95;

/** One run, and what it has come to. */
export interface RunReport extends Outcome {
  schedule: Schedule;
  seconds: number;
  /** Faults of requests that hit, by kind. */
  hits: Readonly<Record<string, number>>;
  /** Workers that ended unasked, and restarts of the embedded cloud. */
  deaths: number;
  /** Messages that were sent back from dead-letter queues. */
  redriven: number;
  /** Repeats that the promise allows: none, or the orders in hand at each interruption. */
  allowed: number;
}

/**
 * Runs a load through the whole pipeline under a schedule of faults, lets all of it heal and come to rest, and checks the
 * promise. What does not come to rest is a broken promise like any other.
 */
export async function runSchedule(schedule: Schedule): Promise<RunReport> {
  const start = Date.now();
  const directory = await mkdtemp(join(tmpdir(), 'order-pipeline-faults-'));
  // Postgres does not run as root and must be able to enter it.
  await chmod(directory, 0o711);
  const plan = createFaultPlan(schedule.requests);
  const observer = createObserver(ORDER_QUEUE);
  let pipeline: RunningPipeline | undefined;
  const proxy = startFaultProxy({
    decide: plan.decide,
    kill: (client) => pipeline?.workers?.kill(client),
    onDone: observer.onDone,
  });
  try {
    pipeline = await startPipeline(schedule, proxy, directory);
    const load = makeLoad(schedule.seed);
    await restock(pipeline, 'first', STOCK.first);
    const sending = sendLoad(load, pipeline);
    await Promise.all([
      sending,
      goThrough(schedule, pipeline, () => observer.published() / load.valid.length),
    ]);
    await restock(pipeline, 'more', STOCK.more);
    plan.end();
    const redriven = await settle(pipeline.current());
    const outcome = await checkPromise(pipeline.current(), load, observer, redriven);

    const { workers, cloudStarts } = pipeline;
    const restarts = cloudStarts() - 1;
    const interrupted = (workers?.deaths('consumer') ?? 0) + restarts * CONSUMERS;
    const atRisk = plan.ordersAtRisk() + interrupted * IN_HAND[schedule.runtime];
    const allowed = schedule.interruptsPublish ? atRisk : 0;
    const deaths = (workers?.deaths() ?? 0) + restarts;
    if (outcome.repeats > allowed) {
      outcome.broken.push(`confirmations repeated: must be ${allowed} at most, is ${outcome.repeats}`);
    }
    return report({ ...outcome, deaths, redriven: redriven.length, allowed });
  } catch (error) {
    const nothing = {
      repeats: 0,
      received: 0,
      duplicates: 0,
      deadLettered: 0,
      deaths: 0,
      redriven: 0,
      allowed: 0,
    };
    return report({ ...nothing, broken: [String((error as Error).stack)] });
  } finally {
    await pipeline?.stop();
    await proxy.close();
    await rm(directory, { recursive: true, force: true, maxRetries: 5 });
  }

  function report(result: Omit<RunReport, 'schedule' | 'seconds' | 'hits'>): RunReport {
    return { schedule, seconds: Math.round((Date.now() - start) / 1_000), hits: plan.hits, ...result };
  }
}

async function restock(pipeline: RunningPipeline, id: string, quantity: number): Promise<void> {
  const items = catalogue.map(({ product_id, product_name }) => ({ product_id, product_name, quantity }));
  await persistently(async () => {
    await requestRestock(pipeline.current(), { restock_id: id, items });
    return true;
  });
}

/** Makes things happen as far as orders have come, and is over when almost all of them are published. */
async function goThrough(
  { happenings }: Schedule,
  pipeline: RunningPipeline,
  progress: () => number,
): Promise<void> {
  async function reach(part: number): Promise<void> {
    let [last, since] = [progress(), Date.now()];
    while (progress() < part && Date.now() - since < STALLED) {
      await sleep(50);
      if (progress() !== last) [last, since] = [progress(), Date.now()];
    }
  }
  for (const { at, happening } of happenings.toSorted((one, other) => one.at - other.at)) {
    await reach(at);
    await happen(happening, pipeline);
  }
  await reach(ALMOST_ALL);
}
