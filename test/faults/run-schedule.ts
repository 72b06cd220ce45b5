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
import { generateLoad, ORDERS } from './load.ts';
import { createObserver } from './observer.ts';
import { runIncidents } from './run-incidents.ts';
import type { Schedule } from './schedule.ts';
import { CONSUMERS, MAX_IN_FLIGHT, type RunningPipeline, startPipeline } from './start-pipeline.ts';

const ORDER_QUEUE = 'order-pipeline-local-order-queue';
/** Units of each product before and after the load. Too few for all orders, so some stay backordered. */
const STOCK = { first: 12, more: 8 };
/** Timeout in ms of clients, and of draining the queues. Allows for three receives of a message, and of its follow-up. */
const TIMEOUT_MS = 240_000;

/** One run, and its outcome. */
export interface RunReport {
  schedule: Schedule;
  seconds: number;
  /** Broken clauses of the promise; empty if it was kept. */
  broken: string[];
  /** Number of injected faults by kind. */
  hits: Readonly<Record<string, number>>;
  /** Restarts of workers that crashed or were killed, and of the embedded cloud. */
  restarts: number;
  /** Messages of the order queue; undefined if functions processed them, see `LabEvidence`. */
  messages:
    | {
        /** Distinct messages received. */
        received: number;
        /** Messages that were processed without confirming a new order. */
        duplicates: number;
        deadLettered: number;
      }
    | undefined;
  /** Messages redriven from dead-letter queues. */
  redriven: number;
  /** Repeated confirmations. */
  repeats: number;
  /** Repeated confirmations that the promise allows: none, or the orders in flight at each interruption. */
  allowed: number;
}

/**
 * Runs a load through the whole pipeline under a schedule of faults. Then waits until the pipeline has recovered and all queues
 * are drained, and checks the promise. A queue that does not drain breaks the promise, too.
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
    const counts = { messages: undefined, redriven: 0, repeats: 0, allowed: 0 };
    return report({ ...counts, restarts: 0, broken: [String((error as Error).stack)] });
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
  await restock(current, 'first', STOCK.first, TIMEOUT_MS);
  await Promise.all([
    sendLoad(generateLoad(schedule.seed), createSender({ current, journal, timeoutMs: TIMEOUT_MS }), {
      waits: true,
    }),
    runIncidents(schedule, pipeline, () => observer.published() / ORDERS),
  ]);
  await restock(current, 'more', STOCK.more, TIMEOUT_MS);
  plan.end();
  const redriven = await settle(current().pipeline, TIMEOUT_MS);

  await readMails(current(), journal, AbortSignal.abort());
  const gathered = await gatherEvidence(current().pipeline, journal);
  const { restarts, allowed } = interruptions(schedule, plan, pipeline);
  const messages =
    schedule.runtime === 'workers' ? await observer.messages(current().pipeline, redriven) : undefined;
  const { repeatedAfterMark: publishedAfterMark } = observer;
  const evidence = { ...gathered, left: {}, ...(messages && { messages }), publishedAfterMark };
  return {
    broken: checkPromise(evidence, { repeats: allowed, redrivable: false, faults: true }),
    restarts,
    messages: messages && {
      received: messages.received,
      duplicates: messages.received - messages.deadLettered - ORDERS,
      deadLettered: messages.deadLettered,
    },
    redriven: redriven.length,
    repeats: gathered.confirmations.repeated,
    allowed,
  };
}

function interruptions(
  { runtime, interruptsPublish }: Schedule,
  plan: ReturnType<typeof createFaultPlan>,
  { workers, cloudStarts }: RunningPipeline,
): { restarts: number; allowed: number } {
  const cloudRestarts = cloudStarts() - 1;
  const interrupted = (workers?.restarts('consumer') ?? 0) + cloudRestarts * CONSUMERS;
  const atRisk = plan.ordersAtRisk() + interrupted * MAX_IN_FLIGHT[runtime];
  return { restarts: (workers?.restarts() ?? 0) + cloudRestarts, allowed: interruptsPublish ? atRisk : 0 };
}
