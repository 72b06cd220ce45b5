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
import { catalogue } from '../../lib/produce/catalogue.ts';
import type { PipelineCounts } from '../../local/start/pipeline-counts.ts';
import { reconcile } from '../../operations/reconcile/reconcile.ts';
import { chooseFaults, type FaultChoice } from './choose-faults.ts';
import { steadyLoad } from './load.ts';
import { type Sample, startSampling } from './sample.ts';

export interface SoakRun {
  /** Ms for which orders are sent. */
  duration: number;
  /** New orders a second. */
  rate: number;
  seed: number;
  data: boolean;
  faults: boolean;
  /** Stage parameters that override those of serverless.yml. */
  params?: Readonly<Record<string, string | number>>;
  /** Whether to collect garbage before and after, and so to tell what is kept for an order: takes seconds. */
  collects: boolean;
  /** Ms between samples. */
  sampleEvery: number;
  onSample?: (sample: Sample) => void;
  /** Ends it before its time; what was sent until then is judged. */
  signal: AbortSignal;
}

/** The evidence of a soak has the counts of its one cloud, and the ledger's side. */
type SoakEvidence = Evidence & Required<Pick<Evidence, 'counts' | 'reconciliation'>>;

/** The result of a soak. */
export interface SoakResult {
  /** Samples of the time in which orders were sent. */
  samples: Sample[];
  evidence: SoakEvidence;
  /** Each clause of the promise that is broken; empty if it is kept. */
  broken: string[];
  /** Requests that met with each kind of fault. */
  faults: Record<string, number>;
  /** Ms from the last order sent until nothing was on its way. */
  drainMs: number;
  /** Bytes that the services have for each order once all is drained, and garbage collected; null where it was not. */
  keptPerOrder: number | null;
}

/** The share of orders that the stock would be enough for, were all products as popular: the best sellers sell out. */
const STOCK_SHARE = 0.8;
/** A message is out of sight for 6 min at the most, and three times at the most: two of those are waited for. */
const PATIENCE_MS = 13 * 60_000;

/**
 * Sends a steady load through the embedded cloud, samples it meanwhile, lets all drain and checks the promise.
 *
 * @throws Error where the embedded cloud dies, or a way in takes nothing
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
  return await Promise.race([soak(cloud, run, faults, cleanUp), cloud.died]);
}

async function soak(
  cloud: Cloud,
  run: SoakRun,
  faults: FaultChoice,
  cleanUp: AsyncDisposableStack,
): Promise<SoakResult> {
  const { duration, rate, signal } = run;
  const current = () => cloud;
  await restock(current, 'soak', stockFor((duration / 1_000) * rate), PATIENCE_MS);
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

  const send = createSender({ current, journal, patience: PATIENCE_MS, signal: gone.signal });
  await sendLoad([steadyLoad({ ...run, signal })], send, { waits: false });
  sampling.abort();
  await sampled;
  faults.end();
  const sentAt = Date.now();
  const left = await untilDrained(cloud.pipeline, PATIENCE_MS);
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
    reconciliation: await reconcile(cloud.pipeline, everything, QUIETLY),
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

const QUIETLY = () => ({ update: () => undefined, done: () => undefined });

/** A batch whose answer was lost may be published again, and those batches are not counted. */
const allowedIn = ({ faults }: SoakRun): Allowed => ({
  repeats: faults ? Number.POSITIVE_INFINITY : 0,
  redrivable: true,
  faults,
});

/** Queues say how many messages they took, not which: what has vanished is what is missing from the sum. */
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
    // A pipeline that does not answer in time has none.
    const sample = await take().catch(() => undefined);
    if (sample) {
      keep(sample);
      onSample?.(sample);
    }
    await sleep(sampleEvery, undefined, { signal }).catch(() => undefined);
  }
}

/** Pieces of each product. */
const stockFor = (orders: number): number => Math.ceil((orders / catalogue.length) * STOCK_SHARE);

/**
 * Follows the live page's events, as an open tab does, so that what the page costs is part of what is measured.
 *
 * @param signal closes the tab
 */
async function watchPage(apiUrl: string, signal: AbortSignal): Promise<void> {
  try {
    const { body } = await fetch(`${apiUrl}/dashboard/events`, { signal });
    // Read, or the server would hold back what it has to tell.
    for await (const _event of body ?? []);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
