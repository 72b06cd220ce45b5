import { setTimeout as sleep } from 'node:timers/promises';
import { type Allowed, checkPromise, type Evidence } from '../../harness/check-promise.ts';
import { startFaultProxy } from '../../harness/fault-proxy/start-fault-proxy.ts';
import { gatherEvidence } from '../../harness/gather-evidence.ts';
import { createJournal } from '../../harness/journal.ts';
import { readMails } from '../../harness/read-mails.ts';
import { restock } from '../../harness/restock.ts';
import { createSender, sendLoad } from '../../harness/send-load.ts';
import { untilDrained } from '../../harness/settle.ts';
import { type Cloud, openDirectory, servicesOf, startCloud } from '../../harness/start-cloud.ts';
import { catalog } from '../../lib/produce/catalog.ts';
import type { PipelineCounts } from '../../local/start/pipeline-counts.ts';
import { reconcile } from '../../operations/reconcile/reconcile.ts';
import { chooseFaults, type FaultChoice } from './choose-faults.ts';
import { steadyLoad } from './load.ts';
import { type Sample, startSampling } from './sample.ts';

export interface SoakRun {
  /** Duration of the load, in ms. */
  duration: number;
  /** New orders per second. */
  rate: number;
  seed: number;
  data: boolean;
  faults: boolean;
  /** Stage parameters that override those of serverless.yml. */
  params?: Readonly<Record<string, string | number>>;
  /** Whether to collect garbage before and after, which takes seconds. Required for `keptPerOrder`. */
  collects: boolean;
  /** Ms between samples. */
  sampleEvery: number;
  onSample?: (sample: Sample) => void;
  /** Ends the load early. The orders sent until then are checked. */
  signal: AbortSignal;
}

/** The evidence of a soak always has counts and a reconciliation. */
type SoakEvidence = Evidence & Required<Pick<Evidence, 'counts' | 'reconciliation'>>;

/** The result of a soak. */
export interface SoakResult {
  /** Samples during the load. */
  samples: Sample[];
  evidence: SoakEvidence;
  /** Broken clauses of the promise; empty if it is kept. */
  broken: string[];
  /** Number of injected faults by kind. */
  faults: Record<string, number>;
  /** Ms from the last order sent until all queues were empty. */
  drainMs: number;
  /** Heap that the services retain per order after draining and garbage collection, in bytes. Null without `collects`. */
  keptPerOrder: number | null;
}

/** Stock as a share of orders, the same for each product. So the best sellers sell out. */
const STOCK_SHARE = 0.8;
/** A message is invisible for at most 6 min, and received up to three times. This allows for two redeliveries. */
const TIMEOUT_MS = 13 * 60_000;

/**
 * Sends a steady load through the embedded cloud, samples it, waits until the queues are empty and checks the promise.
 *
 * @throws Error if the embedded cloud crashes, or an entry point accepts nothing
 */
export async function runSoak(run: SoakRun): Promise<SoakResult> {
  await using cleanUp = new AsyncDisposableStack();
  const faults = chooseFaults(run.seed);
  if (!run.faults) faults.end();
  const proxy = startFaultProxy({ decide: faults.decide });
  cleanUp.defer(proxy.close);
  const directory = cleanUp.use(await openDirectory('soak'));
  const cloud = await startCloud({
    directory: directory.path,
    keepsData: run.data,
    proxy: await proxy.addClient('cloud'),
    ...(run.params && { params: run.params }),
  });
  cleanUp.defer(cloud.stop);
  const { AwsEndpointUrl: awsEndpoint = '', DynamoDbEndpointUrl: dynamoDbEndpoint = '' } = cloud.outputs;
  proxy.setUpstream({ awsEndpoint, dynamoDbEndpoint });
  return await Promise.race([soak(cloud, run, faults, cleanUp), cloud.crashed]);
}

async function soak(
  cloud: Cloud,
  run: SoakRun,
  faults: FaultChoice,
  cleanUp: AsyncDisposableStack,
): Promise<SoakResult> {
  const { duration, rate, signal } = run;
  const current = () => cloud;
  await restock(current, 'soak', stockFor((duration / 1_000) * rate), TIMEOUT_MS);
  const before = run.collects ? await cloud.call('heapsCollected') : null;
  await cloud.call('startCounting');
  await cloud.call('startEvents');

  const gone = new AbortController();
  cleanUp.defer(() => gone.abort());
  const journal = createJournal();
  const reading = new AbortController();
  const mails = readMails(cloud, journal, reading.signal, gone.signal);
  mails.catch(() => undefined);
  const page = watchPage(cloud.apiUrl, AbortSignal.any([reading.signal, gone.signal]));
  page.catch(() => undefined);
  const sampling = new AbortController();
  gone.signal.addEventListener('abort', () => sampling.abort());
  const samples: Sample[] = [];
  const sampled = takeSamples(
    startSampling(cloud, journal),
    run,
    (sample) => samples.push(sample),
    sampling.signal,
  );
  sampled.catch(() => undefined);

  const send = createSender({ current, journal, timeoutMs: TIMEOUT_MS, signal: gone.signal });
  await sendLoad([steadyLoad({ ...run, signal })], send, { waits: false });
  sampling.abort();
  await sampled;
  faults.end();
  const sentAt = Date.now();
  const left = await untilDrained(cloud.pipeline, TIMEOUT_MS);
  const drainMs = Date.now() - sentAt;
  reading.abort();
  await Promise.all([mails, page]);
  const after = run.collects ? await cloud.call('heapsCollected') : null;
  const counts = await cloud.call('counts');
  const everything = { from: 0, to: Date.now() + 60_000 };
  const evidence = {
    ...(await gatherEvidence(cloud.pipeline, journal)),
    left,
    counts,
    messages: messagesOf(counts),
    reconciliation: await reconcile(cloud.pipeline, everything, NO_PROGRESS),
  };
  return {
    samples,
    evidence,
    broken: checkPromise(evidence, allowedIn(run)),
    faults: faults.counts,
    drainMs,
    keptPerOrder: before && after && (servicesOf(after) - servicesOf(before)) / journal.load.counts.order,
  };
}

const NO_PROGRESS = () => ({ update: () => undefined, done: () => undefined });

/** With faults, the response of a publish may be lost, so any number of confirmations may be repeated. */
const allowedIn = ({ faults }: SoakRun): Allowed => ({
  repeats: faults ? Number.POSITIVE_INFINITY : 0,
  redrivable: true,
  faults,
});

/** Queues report the number of messages, not their ids. So a vanished message shows only as a difference between counts. */
const messagesOf = ({ received, deadLettered }: PipelineCounts): Evidence['messages'] => ({
  received,
  deadLettered,
  vanished: [],
});

async function takeSamples(
  take: () => Promise<Sample>,
  { sampleEvery, onSample }: SoakRun,
  keep: (sample: Sample) => void,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    // Skip the sample if the pipeline does not answer in time.
    const sample = await take().catch(() => undefined);
    if (sample) {
      keep(sample);
      onSample?.(sample);
    }
    await sleep(sampleEvery, undefined, { signal }).catch(() => undefined);
  }
}

/** Returns the units of each product. */
const stockFor = (orders: number): number => Math.ceil((orders / catalog.length) * STOCK_SHARE);

/**
 * Reads the live page's events like an open browser tab, so that the measurements include the page's cost.
 *
 * @param signal Closes the tab.
 */
async function watchPage(apiUrl: string, signal: AbortSignal): Promise<void> {
  try {
    const { body } = await fetch(`${apiUrl}/dashboard/events`, { signal });
    // Consume the stream, or backpressure would stop the server.
    for await (const _event of body ?? []);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
