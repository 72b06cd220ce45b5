import { setTimeout as sleep } from 'node:timers/promises';
import { checkPromise } from '../../harness/check-promise.ts';
import type { HeapUse } from '../../harness/cloud-process.ts';
import { gatherEvidence } from '../../harness/gather-evidence.ts';
import { createJournal, type Submission } from '../../harness/journal.ts';
import { readMails } from '../../harness/read-mails.ts';
import { restock } from '../../harness/restock.ts';
import { createSender, sendLoad } from '../../harness/send-load.ts';
import { type Cloud, openDirectory, servicesOf, startCloud } from '../../harness/start-cloud.ts';
import { inBatches } from '../../lib/batch/chunk.ts';
import { generateOrders } from '../../lib/produce/generator.ts';
import { isConfirmed, isDrained, type PipelineCounts } from '../../local/start/pipeline-counts.ts';
import { type ProcessUse, readPostgresMemory, readProcess } from './process-use.ts';

/** Progress of draining a backlog. Memory in bytes. */
export interface BacklogSample extends ProcessUse {
  /** Seconds since the consumers started; negative while the queue fills. */
  second: number;
  heaps: HeapUse;
  postgres: number;
  /** Messages in the order queue, in flight or not. */
  waiting: number;
  confirmed: number;
  /** Orders confirmed, but not yet shipped or recorded as sales. */
  toStore: number;
}

export interface BacklogRun {
  orders: number;
  seed: number;
  data: boolean;
  /** Ms between samples. */
  sampleEvery: number;
  onSample?: (sample: BacklogSample) => void;
}

export interface BacklogResult {
  samples: BacklogSample[];
  fillSeconds: number;
  /** Seconds until the last order was confirmed. */
  confirmSeconds: number;
  /** Seconds until the last order was shipped and recorded as a sale. */
  storeSeconds: number;
  /** Heap that the services retain per order after draining and garbage collection, in bytes. */
  keptPerOrder: number;
  /** Broken clauses of the promise; empty if no order is lost or repeated. */
  broken: string[];
}

/** Orders per submission. */
const SUBMISSION_SIZE = 800;
/** Time for which a rejected submission is retried, in ms. */
const TIMEOUT_MS = 240_000;

/**
 * Fills the order queue while no consumer runs, then starts the consumers and takes samples until all queues are empty.
 *
 * @throws Error if the embedded cloud crashes
 */
export async function runBacklog(run: BacklogRun): Promise<BacklogResult> {
  await using cleanUp = new AsyncDisposableStack();
  const directory = cleanUp.use(await openDirectory('backlog'));
  const cloud = await startCloud({ directory: directory.path, keepsData: run.data });
  cleanUp.defer(cloud.stop);
  return await Promise.race([drain(cloud, run, cleanUp), cloud.crashed]);
}

async function drain(
  cloud: Cloud,
  { orders, seed, sampleEvery, onSample }: BacklogRun,
  cleanUp: AsyncDisposableStack,
): Promise<BacklogResult> {
  const current = () => cloud;
  const journal = createJournal();
  const samples: BacklogSample[] = [];
  let begin = performance.now();

  async function sample(counts: PipelineCounts): Promise<void> {
    const [use, heaps, postgres] = await Promise.all([
      readProcess(cloud.pid),
      cloud.call('heaps'),
      readPostgresMemory(cloud.outputs.DatabaseUrl ?? ''),
    ]);
    const { waiting, inFlight, confirmed, stores } = counts;
    const taken = {
      ...use,
      heaps,
      postgres,
      second: (performance.now() - begin) / 1_000,
      waiting: waiting + inFlight,
      confirmed,
      toStore: Math.max(0, ...Object.values(stores).map((events) => events.waiting)),
    };
    samples.push(taken);
    onSample?.(taken);
  }

  await restock(current, 'backlog', orders, TIMEOUT_MS);
  await cloud.call('startCounting');
  const before = await cloud.call('heapsCollected');
  const fillBegin = performance.now();
  const send = createSender({ current, journal, timeoutMs: TIMEOUT_MS });
  await sendLoad([backlogOf(orders, seed)], send, { waits: true });
  const fillSeconds = (performance.now() - fillBegin) / 1_000;
  begin = performance.now();
  await sample(await cloud.call('counts'));

  const reading = new AbortController();
  const gone = new AbortController();
  cleanUp.defer(() => gone.abort());
  const mails = readMails(cloud, journal, reading.signal, gone.signal);
  mails.catch(() => undefined);
  await cloud.call('startEvents');
  let confirmSeconds = 0;
  let counts: PipelineCounts;
  do {
    await sleep(sampleEvery);
    counts = await cloud.call('counts');
    await sample(counts);
    if (confirmSeconds === 0 && isConfirmed(counts)) confirmSeconds = (performance.now() - begin) / 1_000;
  } while (!isDrained(counts));
  const storeSeconds = (performance.now() - begin) / 1_000;
  reading.abort();
  await mails;
  // Metrics arrive shortly after the messages are deleted.
  await sleep(1_000);
  counts = await cloud.call('counts');
  const { received, deadLettered } = counts;
  const evidence = {
    ...(await gatherEvidence(cloud.pipeline, journal)),
    left: {},
    counts,
    messages: { received, deadLettered, vanished: [] },
  };
  const after = await cloud.call('heapsCollected');
  return {
    samples,
    fillSeconds,
    confirmSeconds,
    storeSeconds,
    keptPerOrder: (servicesOf(after) - servicesOf(before)) / orders,
    broken: checkPromise(evidence, { repeats: 0, redrivable: false, faults: false }),
  };
}

function* backlogOf(count: number, seed: number): Generator<Submission> {
  for (const orders of inBatches(generateOrders({ count, seed }), SUBMISSION_SIZE)) {
    const items = orders.map((order) => ({
      kind: 'order' as const,
      text: JSON.stringify(order),
      orderId: order.order_id,
    }));
    yield { entry: 'queue', items };
  }
}

/** A backlog that was drained with or without a data directory. */
export interface BacklogCase extends BacklogResult {
  data: boolean;
}
