import { MessageChannel, Worker } from 'node:worker_threads';
import type { DeniedRequest } from '../../operations/status/inspection.ts';
import type { Principal } from '../iam/access.ts';
import { connectAccess, type RemoteAccess } from '../iam/thread-access.ts';
import type { QueueReader } from '../lambda/queue-reader.ts';
import { memoryForStores } from '../memory-for-stores.ts';
import type { TopicNotification } from '../s3/notifications.ts';
import { connect, serve } from '../thread-rpc.ts';
import { INSPECTION_PATH } from './inspection-routes.ts';
import type { FunctionCalls, MainCalls, ServiceCounts, WorkerCalls, WorkerOptions } from './worker.ts';

export interface AwsServicesOptions {
  /** Port on 127.0.0.1; 0 for any free port. */
  port: number;
  /** Name of the queue that receives the customers' e-mails. It is created if it does not exist. */
  mailboxQueueName: string;
  /** Directory that keeps queues, topics and objects across restarts and crashes. Default: memory. */
  dataDir?: string;
  /** Functions and event source mappings for Lambda's API. Default: none. */
  functions?: Partial<FunctionCalls>;
  /** Called with each request that is refused after `setAccess`. Default: nothing. */
  onDenied?: (request: DeniedRequest) => void;
  /** Called when the thread crashes. Default: throws an uncaught exception. */
  onCrash?: (error: Error) => void;
}

export interface AwsServices extends RemoteAccess {
  /** `http://127.0.0.1:PORT`, for SQS, SNS, S3, STS, and Lambda's Invoke and event source mappings. */
  endpoint: string;
  /** Base URL of the inspection routes, see `inspection-routes.ts`. */
  inspectionUrl: string;
  /** Returns the totals since the start. Confirmations include those that the mailbox in `dataDir` already contained. */
  counts(): Promise<ServiceCounts>;
  /**
   * Sets the topics that a bucket notifies of new objects.
   *
   * @throws Error with code `NoSuchBucket`, or `NotFound` for an unknown topic
   */
  putBucketNotification(bucket: string, topics: TopicNotification[]): Promise<void>;
  /**
   * Returns the reader of a queue for its event source mapping. It reads an unknown queue as one that is unreachable.
   *
   * @param principal Role of the function, whose rights are checked after `setAccess`. Default: none is checked.
   */
  readQueue(queueName: string, principal?: Principal): QueueReader;
  /** Ends pending requests, including long polls, and the thread. */
  stop(): Promise<void>;
}

const NO_FUNCTIONS: FunctionCalls = {
  invoke: async () => ({ found: false }),
  listMappings: async () => [],
  updateMapping: async () => undefined,
  functionCounts: async () => ({}),
  denials: async () => [],
};

/**
 * Starts SQS, SNS, S3 and Lambda's API in a thread of their own, so that queues and the main thread do not share an event loop.
 * The region is us-east-1, the account 000000000000.
 *
 * @throws Error with code `EADDRINUSE` if the port is in use, `DATA_DIR_IN_USE` if another process uses the directory
 */
export async function startAwsServices({
  functions,
  onDenied = () => undefined,
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
    // Hides the warning that node:sqlite is experimental.
    execArgv: ['--disable-warning=ExperimentalWarning'],
    resourceLimits: { maxOldGenerationSizeMb: memoryForStores() },
  });
  const call = connect<WorkerCalls>(port);
  const mainCalls: MainCalls = { ...NO_FUNCTIONS, ...functions, denied: onDenied };
  serve(port, { ...mainCalls });

  let cause: unknown;
  let running = false;
  let stopped: Promise<void> | undefined;
  worker.once('error', (error) => {
    cause = error;
  });
  worker.once('exit', (code) => {
    if (running)
      onCrash(new Error(`AWS services: the thread ended unexpectedly with exit code ${code}`, { cause }));
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

  let receives = 0;
  const readQueue = (queueName: string, principal?: Principal): QueueReader => ({
    async receive(max, waitMs, signal) {
      if (signal.aborted) return [];
      const id = ++receives;
      const cancel = () => void call('cancelReceive', id).catch(() => undefined);
      signal.addEventListener('abort', cancel, { once: true });
      return call('receive', id, queueName, max, waitMs, principal).finally(() =>
        signal.removeEventListener('abort', cancel),
      );
    },
    delete: (receiptHandles) => call('deleteMessages', queueName, receiptHandles, principal),
  });

  try {
    const { endpoint } = await call('start', options satisfies WorkerOptions);
    running = true;
    return {
      endpoint,
      inspectionUrl: `${endpoint}${INSPECTION_PATH}`,
      counts: () => call('counts'),
      putBucketNotification: (bucket, topics) => call('putBucketNotification', bucket, topics),
      readQueue,
      ...connectAccess(call),
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
