import { checkPromise } from '../../harness/check-promise.ts';
import { startFaultProxy } from '../../harness/fault-proxy/start-fault-proxy.ts';
import { gatherEvidence } from '../../harness/gather-evidence.ts';
import { createJournal } from '../../harness/journal.ts';
import { readMails } from '../../harness/read-mails.ts';
import { restock } from '../../harness/restock.ts';
import { createSender, sendLoad } from '../../harness/send-load.ts';
import { settle } from '../../harness/settle.ts';
import { openDirectory } from '../../harness/start-cloud.ts';
import { createFaultPlan } from './fault-plan.ts';
import { goThrough } from './happen.ts';
import { makeLoad, ORDERS } from './load.ts';
import { createObserver } from './observer.ts';
import type { Schedule } from './schedule.ts';
import { CONSUMERS, IN_HAND, type RunningPipeline, startPipeline } from './start-pipeline.ts';

const ORDER_QUEUE = 'order-pipeline-local-order-queue';
/** Pieces of each product, before the orders and while they come in: some are backordered, and not all of those get one. */
const STOCK = { first: 12, more: 8 };
/**
 * Ms that clients may have to try, and that queues may take to be empty: three receives of what failed, and of what failed
 * because of that.
 */
const PATIENCE = 240_000;

/** One run, and its outcome. */
export interface RunReport {
  schedule: Schedule;
  seconds: number;
  /** Each clause of the promise that was broken, in words; empty if it was kept. */
  broken: string[];
  /** Faults of requests that hit, by kind. */
  hits: Readonly<Record<string, number>>;
  /** Workers that ended unasked, and restarts of the embedded cloud. */
  deaths: number;
  /** Messages of the order queue that were received, each counted once. */
  received: number;
  /** Messages that were handled without confirming an order for the first time. */
  duplicates: number;
  deadLettered: number;
  /** Messages that were sent back from dead-letter queues. */
  redriven: number;
  /** Confirmations of an order that had one before. */
  repeats: number;
  /** Repeats that the promise allows: none, or the orders in flight at each interruption. */
  allowed: number;
}

/**
 * Runs a load through the whole pipeline under a schedule of faults, lets all of it heal and come to rest, and checks the
 * promise. What does not come to rest is a broken promise like any other.
 */
export async function runSchedule(schedule: Schedule): Promise<RunReport> {
  const start = Date.now();
  const plan = createFaultPlan(schedule.requests);
  const report = (outcome: Omit<RunReport, 'schedule' | 'seconds' | 'hits'>): RunReport => ({
    schedule,
    seconds: Math.round((Date.now() - start) / 1_000),
    hits: plan.hits,
    ...outcome,
  });
  try {
    return report(await run(schedule, plan));
  } catch (error) {
    const counts = { received: 0, duplicates: 0, deadLettered: 0, redriven: 0, repeats: 0, allowed: 0 };
    return report({ ...counts, deaths: 0, broken: [String((error as Error).stack)] });
  }
}

async function run(schedule: Schedule, plan: ReturnType<typeof createFaultPlan>) {
  await using cleanUp = new AsyncDisposableStack();
  const directory = cleanUp.use(await openDirectory('faults'));
  const observer = createObserver(ORDER_QUEUE);
  let pipeline: RunningPipeline | undefined;
  const proxy = startFaultProxy({
    decide: plan.decide,
    kill: (client) => pipeline?.workers?.kill(client),
    onDone: observer.onDone,
  });
  cleanUp.defer(proxy.close);
  pipeline = await startPipeline(schedule, proxy, directory.path);
  cleanUp.defer(pipeline.stop);

  const journal = createJournal();
  const { current } = pipeline;
  await restock(current, 'first', STOCK.first, PATIENCE);
  await Promise.all([
    sendLoad(makeLoad(schedule.seed), createSender({ current, journal, patience: PATIENCE }), {
      waits: true,
    }),
    goThrough(schedule, pipeline, () => observer.published() / ORDERS),
  ]);
  await restock(current, 'more', STOCK.more, PATIENCE);
  plan.end();
  const redriven = await settle(current().pipeline, PATIENCE);

  await readMails(current(), journal, AbortSignal.abort());
  const gathered = await gatherEvidence(current().pipeline, journal);
  const { deaths, allowed } = interruptions(schedule, plan, pipeline);
  const messages = await observer.messages(current().pipeline, redriven);
  const { repeatedAfterMark: publishedAfterMark } = observer;
  const evidence = { ...gathered, left: {}, messages, publishedAfterMark };
  const { received, deadLettered } = messages;
  return {
    broken: checkPromise(evidence, { repeats: allowed, redrivable: false, faults: true }),
    deaths,
    received,
    duplicates: received - deadLettered - ORDERS,
    deadLettered,
    redriven: redriven.length,
    repeats: gathered.confirmations.repeated,
    allowed,
  };
}

function interruptions(
  { runtime, interruptsPublish }: Schedule,
  plan: ReturnType<typeof createFaultPlan>,
  { workers, cloudStarts }: RunningPipeline,
): { deaths: number; allowed: number } {
  const restarts = cloudStarts() - 1;
  const interrupted = (workers?.deaths('consumer') ?? 0) + restarts * CONSUMERS;
  const atRisk = plan.ordersAtRisk() + interrupted * IN_HAND[runtime];
  return { deaths: (workers?.deaths() ?? 0) + restarts, allowed: interruptsPublish ? atRisk : 0 };
}
