import { getHeapSnapshot } from 'node:v8';
import type { Worker } from 'node:worker_threads';
import { askFunction } from '../../local/ask-function.ts';
import { type EmbeddedCloud, startEmbeddedCloud } from '../../local/embedded-cloud.ts';
import { portOfProcess } from '../../local/port-of-process.ts';
import { type PipelineCounts, startCounting } from '../../local/start/pipeline-counts.ts';
import { serve } from '../../local/thread-rpc.ts';
import type { HeapUse } from './heap-use.ts';

/*
 * The embedded cloud in a process of its own, so that its memory, handles and threads are nobody else's. The process that
 * forks it calls what is served below.
 */

/** Directories of a run, and how its functions reach the services. */
export interface CloudProcessOptions {
  projectDirectory: string;
  localDirectory: string;
  dataDir?: string;
  /** Endpoint at which functions and mappings see all services; the services' own where it is left out. */
  proxy?: string | undefined;
  /** Stage parameters that override those of serverless.yml. */
  params?: Readonly<Record<string, string | number>> | undefined;
}

type Outputs = Readonly<Record<string, string>>;

const threads = new Set<Worker>();
process.on('worker', (worker) => {
  threads.add(worker);
  worker.once('exit', () => threads.delete(worker));
});

let cloud: EmbeddedCloud;
let count: () => Promise<PipelineCounts>;

const handlers = {
  async start({ proxy, params = {}, ...options }: CloudProcessOptions): Promise<Outputs> {
    cloud = await startEmbeddedCloud({
      ...options,
      params,
      ...(proxy !== undefined && { through: (outputs: Outputs) => readdress(outputs, proxy) }),
      port: 0,
      awsPort: 0,
      onCrash: (error) => {
        throw error;
      },
    });
    count = await startCounting(cloud);
    return cloud.outputs;
  },
  startEvents: (): void => cloud.startEvents(),
  /** Adds pieces of each product to the stock. */
  restock: (items: { product_id: string; quantity: number }[]): Promise<unknown> =>
    askFunction(cloud, 'restock', { items }),
  counts: (): Promise<PipelineCounts> => count(),
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
  /** The same once the garbage of the services is collected, which only a snapshot of a heap is sure to do: it takes seconds. */
  async heapsCollected(): Promise<HeapUse> {
    getHeapSnapshot().destroy();
    for (const thread of threads) {
      if (partOf(thread.threadName) !== 'functions') (await thread.getHeapSnapshot()).destroy();
    }
    return handlers.heaps();
  },
  stop: (): Promise<void> => cloud.stop(),
};
export type CloudProcessCalls = typeof handlers;

/** Queues, too, are known by the endpoint. */
function readdress(outputs: Outputs, proxy: string): Outputs {
  const { AwsEndpointUrl = '' } = outputs;
  const seen = Object.entries(outputs).map(([name, value]) => [
    name,
    value.replaceAll(AwsEndpointUrl, proxy),
  ]);
  return { ...Object.fromEntries(seen), DynamoDbEndpointUrl: proxy };
}

/** Functions' threads are called as the functions are. */
function partOf(threadName: string | null): keyof HeapUse {
  if (threadName === 'dynamodb') return 'dynamoDb';
  return threadName === 'aws-services' ? 'awsServices' : 'functions';
}

serve(portOfProcess(process), handlers);
// Whoever wanted this has gone.
process.once('disconnect', () => process.exit());
