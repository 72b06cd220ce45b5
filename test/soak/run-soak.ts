import { setTimeout as sleep } from 'node:timers/promises';
import { catalogue } from '../../lib/produce/catalogue.ts';
import { openEmbeddedPipeline } from '../../operations/pipeline/open-pipeline.ts';
import { startFaultProxy } from '../faults/proxy/start-fault-proxy.ts';
import { checkPromise, type Evidence } from './check-promise.ts';
import { chooseFaults, type FaultChoice } from './choose-faults.ts';
import { gatherEvidence } from './gather-evidence.ts';
import { servicesOf } from './heap-use.ts';
import { createOrderJournal } from './order-journal.ts';
import { readMails } from './read-mails.ts';
import { type Sample, startSampling } from './sample.ts';
import { sendLoad } from './send-load.ts';
import { createSenders, type Sent } from './senders.ts';
import { type CloudProcess, startCloudProcess } from './start-cloud-process.ts';
import { untilDrained } from './until-drained.ts';
import { watchPage } from './watch-page.ts';

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

/** What came of a soak. */
export interface SoakResult {
  /** Those of the time in which orders were sent. */
  samples: Sample[];
  evidence: Evidence;
  /** What of the promise is broken; nothing if all is well. */
  broken: string[];
  /** HTTP requests that had to be sent again. */
  resent: number;
  /** Requests that met with each kind of fault. */
  faults: Record<string, number>;
  /** Ms from the last order sent until nothing was on its way. */
  drainMs: number;
  /** Bytes that the services have for each order once all is drained, and garbage collected; null where it was not. */
  keptPerOrder: number | null;
}

/** What part of the orders the stock would be enough for, were all products as popular: the best sellers sell out. */
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
  const cloud = await startCloudProcess({
    keepsData: run.data,
    proxy: await proxy.addClient('cloud'),
    params: run.params,
  });
  cleanUp.defer(cloud.stop);
  const { AwsEndpointUrl: awsEndpoint = '', DynamoDbEndpointUrl: dynamoDbEndpoint = '' } = cloud.outputs;
  proxy.setUpstream({ awsEndpoint, dynamoDbEndpoint });
  return await Promise.race([soak(cloud, run, faults, cleanUp), cloud.died]);
}

async function soak(
  cloud: CloudProcess,
  run: SoakRun,
  faults: FaultChoice,
  cleanUp: AsyncDisposableStack,
): Promise<SoakResult> {
  const { duration, rate, seed, signal } = run;
  const pipeline = openEmbeddedPipeline(cloud.outputs);
  cleanUp.defer(pipeline.close);
  await cloud.call('restock', stockFor((duration / 1_000) * rate));
  const before = run.collects ? await cloud.call('heapsCollected') : null;
  await cloud.call('startEvents');

  const gone = new AbortController();
  cleanUp.defer(() => gone.abort());
  const journal = createOrderJournal();
  const sent: Sent = { refused: 0, resent: 0, files: [] };
  const senders = createSenders(pipeline, cloud.outputs.ApiUrl ?? '', sent, gone.signal);
  const reading = new AbortController();
  const mails = readMails(
    pipeline,
    cloud.outputs.MailboxQueueUrl ?? '',
    journal,
    reading.signal,
    gone.signal,
  );
  mails.catch(() => undefined);
  const page = watchPage(cloud.outputs.ApiUrl ?? '', AbortSignal.any([reading.signal, gone.signal]));
  page.catch(() => undefined);
  const sampling = new AbortController();
  gone.signal.addEventListener('abort', () => sampling.abort());
  const samples: Sample[] = [];
  const sampled = takeSamples(
    startSampling(cloud, pipeline, journal),
    run,
    (sample) => samples.push(sample),
    sampling.signal,
  );
  sampled.catch(() => undefined);

  const load = await sendLoad({ duration, rate, seed, senders, journal, signal });
  sampling.abort();
  await sampled;
  faults.end();
  const sentAt = Date.now();
  const counts = await untilDrained(() => cloud.call('counts'), PATIENCE_MS);
  const drainMs = Date.now() - sentAt;
  reading.abort();
  await Promise.all([mails, page]);
  const after = run.collects ? await cloud.call('heapsCollected') : null;
  const evidence = await gatherEvidence(pipeline, { load, sent, counts, journal });
  return {
    samples,
    evidence,
    broken: checkPromise(evidence, run.faults),
    faults: faults.counts,
    resent: sent.resent,
    drainMs,
    keptPerOrder: before && after && (servicesOf(after) - servicesOf(before)) / load.order,
  };
}

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

const stockFor = (orders: number) =>
  catalogue.map(({ product_id }) => ({
    product_id,
    quantity: Math.ceil((orders / catalogue.length) * STOCK_SHARE),
  }));
