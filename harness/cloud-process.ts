import { resolve } from 'node:path';
import { getHeapSnapshot } from 'node:v8';
import type { Worker } from 'node:worker_threads';
import { type EmbeddedCloud, startEmbeddedCloud } from '../local/embedded-cloud.ts';
import type { InvokeResult } from '../local/lambda/execution-environment.ts';
import { type PipelineCounts, startCounting } from '../local/start/pipeline-counts.ts';
import { answerParent } from './start-process.ts';

/*
 * The embedded cloud in a process of its own: its memory, handles, threads and processor time are its own, and it can be
 * killed. `start-cloud.ts` starts it and makes the calls below.
 */

/** Folders of the embedded cloud, and how its functions reach the services. */
export interface CloudProcessOptions {
  localDirectory: string;
  /** Default: in memory. */
  dataDir?: string;
  /** An existing Postgres; default: one of its own. */
  databaseUrl?: string;
  /** Endpoint at which functions and mappings reach all services; default: the services' own. */
  proxy?: string;
  /** Stage parameters that override those of serverless.yml. */
  params?: Readonly<Record<string, string | number>>;
}

/** Bytes of JavaScript heap in use, with the buffers that hang on it, by what uses them. */
export interface HeapUse {
  /** The main thread, which polls queues, serves HTTP, and keeps the functions' log. */
  main: number;
  /** SQS, SNS and S3. */
  awsServices: number;
  dynamoDb: number;
  /** All environments of all functions. */
  functions: number;
}

type Outputs = Readonly<Record<string, string>>;

const threads = new Set<Worker>();
process.on('worker', (worker) => {
  threads.add(worker);
  worker.once('exit', () => threads.delete(worker));
});
// A write beyond the limit of a file's size then fails as on a full disk, rather than end the process.
process.on('SIGXFSZ', () => undefined);

let cloud: EmbeddedCloud;
let count: () => Promise<PipelineCounts>;

const handlers = {
  async start({ proxy, params = {}, ...options }: CloudProcessOptions): Promise<Outputs> {
    cloud = await startEmbeddedCloud({
      ...options,
      projectDirectory: resolve(import.meta.dirname, '..'),
      params,
      ...(proxy !== undefined && { through: (outputs: Outputs) => readdress(outputs, proxy) }),
      port: 0,
      awsPort: 0,
      onCrash: (error) => {
        process.stderr.write(`${error.message}: ${error.cause}\n`);
        process.exit(1);
      },
    });
    process.once('SIGTERM', async () => {
      await cloud.stop();
      process.exit(0);
    });
    return cloud.outputs;
  },
  /** Begins to count, which has to be before `startEvents`. */
  async startCounting(): Promise<void> {
    count = await startCounting(cloud);
  },
  counts: (): Promise<PipelineCounts> => count(),
  startEvents: (): void => cloud.startEvents(),
  invoke: (name: string, event: unknown): Promise<InvokeResult> => cloud.invoke(name, event),
  async heaps(): Promise<HeapUse> {
    const { heapUsed, external } = process.memoryUsage();
    const use: HeapUse = { main: heapUsed + external, awsServices: 0, dynamoDb: 0, functions: 0 };
    const reading = Array.from(threads, async (thread) => {
      const { threadName } = thread;
      // A thread that ends meanwhile has none.
      const statistics = await thread.getHeapStatistics().catch(() => undefined);
      use[partOf(threadName)] += (statistics?.used_heap_size ?? 0) + (statistics?.external_memory ?? 0);
    });
    await Promise.all(reading);
    return use;
  },
  /** The same after garbage collection of the services, which only a heap snapshot is sure to do: it takes seconds. */
  async heapsCollected(): Promise<HeapUse> {
    getHeapSnapshot().destroy();
    for (const thread of threads) {
      if (partOf(thread.threadName) !== 'functions') (await thread.getHeapSnapshot()).destroy();
    }
    return handlers.heaps();
  },
  /** Processor time of all threads so far, in seconds. */
  cpuSeconds(): number {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1_000_000;
  },
  stop: (): Promise<void> => cloud.stop(),
};
export type CloudCalls = typeof handlers;

/** Queue URLs hold the endpoint, too. */
function readdress(outputs: Outputs, proxy: string): Outputs {
  const { AwsEndpointUrl = '', DynamoDbEndpointUrl = '' } = outputs;
  const seen = Object.entries(outputs).map(([name, value]) => [
    name,
    value.replaceAll(AwsEndpointUrl, proxy).replaceAll(DynamoDbEndpointUrl, proxy),
  ]);
  return Object.fromEntries(seen);
}

/** A function's threads have its name. */
function partOf(threadName: string | null): keyof HeapUse {
  if (threadName === 'dynamodb') return 'dynamoDb';
  return threadName === 'aws-services' ? 'awsServices' : 'functions';
}

answerParent(handlers);
