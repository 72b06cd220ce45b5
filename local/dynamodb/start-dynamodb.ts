import { once } from 'node:events';
import { MessageChannel, Worker } from 'node:worker_threads';
import type { DeniedRequest } from '../../operations/status/inspection.ts';
import { type AccessCalls, connectAccess, type RemoteAccess } from '../iam/thread-access.ts';
import { memoryForStores } from '../memory-for-stores.ts';
import { connect, serve } from '../thread-rpc.ts';
import type { MainCalls, WorkerOptions } from './worker.ts';

/** Milliseconds after which a stopping thread is terminated. */
const STOP_DEADLINE_MS = 2_000;

export interface DynamoDbOptions {
  /** Port on 127.0.0.1; 0 for any free port. */
  port: number;
  /** Directory that keeps tables across restarts and crashes. Default: memory. */
  dataDir?: string;
  /** Called with each request that is refused after `setAccess`. Default: nothing. */
  onDenied?: (request: DeniedRequest) => void;
  /** Called when the thread crashes. Default: throws an uncaught exception. */
  onCrash?: (error: Error) => void;
}

export interface EmbeddedDynamoDb extends RemoteAccess {
  /** URL for the SDK's `endpoint`. */
  endpoint: string;
  /** Stops the server. Pending requests have 0.5 s; the thread is terminated after 2 s. */
  stop(): Promise<void>;
}

/**
 * Starts DynamoDB on this machine, in a thread of its own so that it does not compete with the main thread's event loop.
 *
 * @throws Error with code `EADDRINUSE` if the port is in use; `DATA_DIR_IN_USE` if another process uses the data directory,
 *   `DATA_DIR_OUTDATED` if an earlier version wrote it, or another error that names the directory if it cannot be opened
 */
export async function startDynamoDb({
  port,
  dataDir,
  onDenied = () => undefined,
  onCrash = (error) => {
    throw error;
  },
}: DynamoDbOptions): Promise<EmbeddedDynamoDb> {
  const { port1, port2: calls } = new MessageChannel();
  const worker = new Worker(new URL('./worker.ts', import.meta.url), {
    name: 'dynamodb',
    workerData: { port, calls, ...(dataDir !== undefined && { dataDir }) } satisfies WorkerOptions,
    transferList: [calls],
    // Keeps a test runner's loaders out of the thread.
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: memoryForStores() },
  });
  const exited = new Promise((resolve) => worker.once('exit', resolve));
  const call = connect<AccessCalls>(port1);
  const mainCalls: MainCalls = { denied: onDenied };
  serve(port1, { ...mainCalls });
  void exited.then(() => port1.close());
  const [listening] = await once(worker, 'message');

  let stopping = false;
  let cause: unknown;
  worker.once('error', (error) => {
    cause = error;
  });
  void exited.then(() => {
    if (!stopping) onCrash(new Error('DynamoDB: the thread ended unexpectedly', { cause }));
  });

  return {
    endpoint: `http://127.0.0.1:${listening}`,
    ...connectAccess(call),
    async stop() {
      stopping = true;
      worker.postMessage('stop');
      const force = setTimeout(() => worker.terminate(), STOP_DEADLINE_MS);
      await exited;
      clearTimeout(force);
    },
  };
}
