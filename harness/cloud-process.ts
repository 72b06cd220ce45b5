import { resolve } from 'node:path';
import { getHeapSnapshot } from 'node:v8';
import type { Worker } from 'node:worker_threads';
import { type EmbeddedCloud, startEmbeddedCloud } from '../local/embedded-cloud.ts';
import type { InvokeResult } from '../local/lambda/execution-environment.ts';
import { type PipelineCounts, startCounting } from '../local/start/pipeline-counts.ts';
import { answerParent } from './start-process.ts';

/*
 * Runs the embedded cloud in a separate process, so that its memory, handles, threads and CPU time can be measured and it can be
 * killed. `start-cloud.ts` starts it and makes the calls below.
 */

/** Options of an embedded cloud in its own process. */
export interface CloudProcessOptions {
  /** Directory for outputs and settings. */
  localDirectory: string;
  /** Directory for data. Default: data is kept in memory. */
  dataDir?: string;
  /** URL of an existing Postgres. Default: the cloud starts its own. */
  databaseUrl?: string;
  /** Endpoint that functions and mappings use for all services. Default: the services' own endpoints. */
  proxy?: string;
  /** Stage parameters; they override those of serverless.yml. */
  params?: Readonly<Record<string, string | number>>;
  /** Whether IAM policies are enforced. Default: they are. */
  iam?: boolean;
}

/** Bytes of JavaScript heap and external buffers in use, by component. */
export interface HeapUse {
  /** The main thread, which polls queues, serves HTTP and keeps the functions' log. */
  main: number;
  /** SQS, SNS and S3. */
  awsServices: number;
  dynamoDb: number;
  /** All execution environments of all functions. */
  functions: number;
}

type Outputs = Readonly<Record<string, string>>;

const threads = new Set<Worker>();
process.on('worker', (worker) => {
  threads.add(worker);
  worker.once('exit', () => threads.delete(worker));
});
// With this handler, a write beyond the file size limit fails as on a full disk. By default the signal would end the process.
process.on('SIGXFSZ', () => undefined);

let cloud: EmbeddedCloud;
let count: () => Promise<PipelineCounts>;

const handlers = {
  async start({ proxy, params = {}, ...options }: CloudProcessOptions): Promise<Outputs> {
    cloud = await startEmbeddedCloud({
      ...options,
      projectDirectory: resolve(import.meta.dirname, '..'),
      params,
      ...(proxy !== undefined && { rewriteOutputs: (outputs: Outputs) => replaceEndpoints(outputs, proxy) }),
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
  /** Starts the counters. Call this before `startEvents`. */
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
      // A thread that ends meanwhile has no statistics.
      const statistics = await thread.getHeapStatistics().catch(() => undefined);
      use[partOf(threadName)] += (statistics?.used_heap_size ?? 0) + (statistics?.external_memory ?? 0);
    });
    await Promise.all(reading);
    return use;
  },
  /** Like `heaps`, after garbage collection of the services. Takes seconds, since only a heap snapshot forces it reliably. */
  async heapsCollected(): Promise<HeapUse> {
    getHeapSnapshot().destroy();
    for (const thread of threads) {
      if (partOf(thread.threadName) !== 'functions') (await thread.getHeapSnapshot()).destroy();
    }
    return handlers.heaps();
  },
  /** Returns the CPU seconds that all threads have used. */
  cpuSeconds(): number {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1_000_000;
  },
  stop: (): Promise<void> => cloud.stop(),
};
export type CloudCalls = typeof handlers;

/** Replaces the services' endpoints in all outputs; queue URLs contain them, too. */
function replaceEndpoints(outputs: Outputs, proxy: string): Outputs {
  const { AwsEndpointUrl = '', DynamoDbEndpointUrl = '' } = outputs;
  const seen = Object.entries(outputs).map(([name, value]) => [
    name,
    value.replaceAll(AwsEndpointUrl, proxy).replaceAll(DynamoDbEndpointUrl, proxy),
  ]);
  return Object.fromEntries(seen);
}

/** Maps a thread to its component. Threads of functions are named after their function. */
function partOf(threadName: string | null): keyof HeapUse {
  if (threadName === 'dynamodb') return 'dynamoDb';
  return threadName === 'aws-services' ? 'awsServices' : 'functions';
}

answerParent(handlers);
