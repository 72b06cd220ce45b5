import { MessageChannel, Worker } from 'node:worker_threads';
import { memoryForStores } from '../memory-for-stores.ts';
import { connect, serve } from '../thread-rpc.ts';
import type { TopicNotification } from './bucket-notifications.ts';
import { INSPECTION_PATH } from './inspection-routes.ts';
import type { FunctionCalls, ServiceCounts, WorkerCalls, WorkerOptions } from './worker.ts';

export interface AwsServicesOptions {
  /** Port on 127.0.0.1; 0 for any that is free. */
  port: number;
  /** Name of the queue that takes the customers' e-mails; made if it is not there. */
  mailboxQueueName: string;
  /** Directory in which queues, topics and objects survive a restart or a crash. Without it they live in memory. */
  dataDir?: string;
  /** The functions and mappings behind Lambda's API. Without them none is found. */
  functions?: Partial<FunctionCalls>;
  /** Told when the thread dies though nobody stopped it. Without it, that is an uncaught exception. */
  onCrash?: (error: Error) => void;
}

export interface AwsServices {
  /** `http://127.0.0.1:PORT`, for SQS, SNS, S3, STS, and Lambda's Invoke and event source mappings. */
  endpoint: string;
  /** Base of what operators are told, see `inspection-routes.ts`. */
  inspectionUrl: string;
  /** Totals since the start; confirmations also count what the mailbox queue already held in `dataDir`. */
  counts(): Promise<ServiceCounts>;
  /** Sets where a bucket announces new objects. Rejects with NoSuchBucket, or NotFound for a topic that is not there. */
  putBucketNotification(bucket: string, topics: TopicNotification[]): Promise<void>;
  /** Ends what is under way, long polls included, and the thread. */
  stop(): Promise<void>;
}

const NO_FUNCTIONS: FunctionCalls = {
  invoke: async () => ({ found: false }),
  listMappings: async () => [],
  updateMapping: async () => undefined,
  functionCounts: async () => ({}),
};

/**
 * Starts SQS, SNS, S3 and Lambda's Invoke API in a thread of their own, so that queues do not compete with the
 * functions for one event loop. Region us-east-1, account 000000000000.
 *
 * @throws EADDRINUSE when the port is taken, DATA_DIR_IN_USE when another process uses the directory
 */
export async function startAwsServices({
  functions,
  onCrash = (error) => {
    throw error;
  },
  ...options
}: AwsServicesOptions): Promise<AwsServices> {
  const { port1: port, port2: workerPort } = new MessageChannel();
  const worker = new Worker(new URL('./worker.ts', import.meta.url), {
    name: 'aws-services',
    workerData: workerPort,
    transferList: [workerPort],
    // node:sqlite is still announced as experimental.
    execArgv: ['--disable-warning=ExperimentalWarning'],
    resourceLimits: { maxOldGenerationSizeMb: memoryForStores() },
  });
  const call = connect<WorkerCalls>(port);
  serve(port, { ...NO_FUNCTIONS, ...functions });

  let cause: unknown;
  let running = false;
  let stopped: Promise<void> | undefined;
  worker.once('error', (error) => {
    cause = error;
  });
  worker.once('exit', (code) => {
    if (running) onCrash(new Error(`AWS services: the thread ended by itself, exit code ${code}`, { cause }));
    running = false;
  });

  async function end(): Promise<void> {
    port.close();
    await worker.terminate();
  }

  async function stop(): Promise<void> {
    if (!running) return;
    running = false;
    await call('stop').finally(end);
  }

  try {
    const { endpoint } = await call('start', options satisfies WorkerOptions);
    running = true;
    return {
      endpoint,
      inspectionUrl: `${endpoint}${INSPECTION_PATH}`,
      counts: () => call('counts'),
      putBucketNotification: (bucket, topics) => call('putBucketNotification', bucket, topics),
      stop: () => {
        stopped ??= stop();
        return stopped;
      },
    };
  } catch (error) {
    await end();
    throw cause ?? error;
  }
}
