import { setTimeout as sleep } from 'node:timers/promises';
import { createQueue, sendOrders } from '../../lib/aws/queue.ts';
import { chunk } from '../../lib/batch/chunk.ts';
import { catalogue } from '../../lib/produce/catalogue.ts';
import { generateOrders } from '../../lib/produce/generator.ts';
import { findDiscrepancies } from '../../local/start/discrepancies.ts';
import { isConfirmed, isDrained, type PipelineCounts } from '../../local/start/pipeline-counts.ts';
import { openEmbeddedPipeline } from '../../operations/pipeline/open-pipeline.ts';
import { type HeapUse, servicesOf } from './heap-use.ts';
import { createOrderJournal } from './order-journal.ts';
import { readMails } from './read-mails.ts';
import { readPostgresMemory } from './read-postgres-memory.ts';
import { type ProcessUse, readProcess } from './read-process.ts';
import { type CloudProcess, startCloudProcess } from './start-cloud-process.ts';

/** How far a backlog is drained. Memory in bytes. */
export interface BacklogSample extends ProcessUse {
  /** Seconds since the consumers were let go; negative while the queue is filled. */
  second: number;
  heaps: HeapUse;
  postgres: number;
  /** In the order queue, in hand or not. */
  waiting: number;
  confirmed: number;
  /** Confirmed, and not yet shipped or not yet counted. */
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
  /** Until the last order was confirmed, and until it was shipped and counted. */
  confirmSeconds: number;
  storeSeconds: number;
  /** Bytes of heap that the services have for each order once all is drained, and garbage collected. */
  keptPerOrder: number;
  /** What does not add up; nothing where no order is lost or doubled. */
  broken: string[];
}

/** Orders put into the queue at once. */
const PORTION = 800;

/**
 * Puts a backlog into the order queue while nobody works on it, lets the consumers go and watches them drain it.
 *
 * @throws Error where the embedded cloud dies
 */
export async function runBacklog(run: BacklogRun): Promise<BacklogResult> {
  await using cleanUp = new AsyncDisposableStack();
  const cloud = await startCloudProcess({ keepsData: run.data });
  cleanUp.defer(cloud.stop);
  return await Promise.race([drain(cloud, run, cleanUp), cloud.died]);
}

async function drain(
  cloud: CloudProcess,
  { orders, seed, sampleEvery, onSample }: BacklogRun,
  cleanUp: AsyncDisposableStack,
): Promise<BacklogResult> {
  const pipeline = openEmbeddedPipeline(cloud.outputs);
  cleanUp.defer(pipeline.close);
  const journal = createOrderJournal();
  const samples: BacklogSample[] = [];
  let begin = performance.now();

  async function sample(counts: PipelineCounts): Promise<void> {
    const [use, heaps, postgres] = await Promise.all([
      readProcess(cloud.pid),
      cloud.call('heaps'),
      readPostgresMemory(cloud.outputs.DatabaseUrl ?? ''),
    ]);
    const { waiting, inFlight, confirmed, shipping, sales } = counts;
    const taken = {
      ...use,
      heaps,
      postgres,
      second: (performance.now() - begin) / 1_000,
      waiting: waiting + inFlight,
      confirmed,
      toStore: Math.max(shipping?.waiting ?? 0, sales?.waiting ?? 0),
    };
    samples.push(taken);
    onSample?.(taken);
  }

  await cloud.call(
    'restock',
    catalogue.map(({ product_id }) => ({ product_id, quantity: orders })),
  );
  const before = await cloud.call('heapsCollected');
  const fillBegin = performance.now();
  await fill(pipeline, orders, seed, journal.sent);
  const fillSeconds = (performance.now() - fillBegin) / 1_000;
  begin = performance.now();
  await sample(await cloud.call('counts'));

  const reading = new AbortController();
  const gone = new AbortController();
  cleanUp.defer(() => gone.abort());
  const mails = readMails(
    pipeline,
    cloud.outputs.MailboxQueueUrl ?? '',
    journal,
    reading.signal,
    gone.signal,
  );
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
  // Metrics arrive a moment after the messages are gone.
  await sleep(1_000);
  counts = await cloud.call('counts');
  const discrepancies = findDiscrepancies({
    counts,
    sent: orders,
    unsent: 0,
    produceMs: 0,
    seeds: [],
    confirmMs: 0,
    totalMs: 0,
  });
  const after = await cloud.call('heapsCollected');
  const { confirmed, repeated } = journal.counts();
  const mailed = confirmed === orders && repeated === 0 && journal.strangers().length === 0;
  return {
    samples,
    fillSeconds,
    confirmSeconds,
    storeSeconds,
    keptPerOrder: (servicesOf(after) - servicesOf(before)) / orders,
    broken: [...discrepancies, ...(mailed ? [] : ['mails'])],
  };
}

async function fill(
  pipeline: Pick<ReturnType<typeof openEmbeddedPipeline>, 'clients' | 'queues'>,
  count: number,
  seed: number,
  sent: (orderId: string) => void,
): Promise<void> {
  const url = pipeline.queues.find(({ name }) => name === 'order')?.url ?? '';
  const queue = createQueue(pipeline.clients.sqs, url);
  for (const orders of chunk([...generateOrders({ count, seed })], { maxEntries: PORTION })) {
    for (const { order_id } of orders) sent(order_id);
    const { outcomes } = await sendOrders(queue, orders);
    for (const outcome of outcomes) if (!outcome.ok) throw outcome.error;
  }
}
