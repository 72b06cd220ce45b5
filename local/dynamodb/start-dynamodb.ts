import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { memoryForStores } from '../memory-for-stores.ts';

/** When a thread that was asked to stop is ended by force, in ms. */
const STOP_DEADLINE_MS = 2_000;

export interface DynamoDbOptions {
  /** Port on 127.0.0.1; 0 takes any free one. */
  port: number;
  /** Directory that tables are kept in, over restarts and crashes; in memory where it is left out. */
  dataDir?: string;
  /** Told when the thread dies by itself; where it is left out that is an uncaught exception. */
  onCrash?: (error: Error) => void;
}

export interface EmbeddedDynamoDb {
  /** URL for the SDK's `endpoint`. */
  endpoint: string;
  /** Ends requests under way and the thread, by force after two seconds. */
  stop(): Promise<void>;
}

/**
 * Starts DynamoDB on this machine: dynalite, and PartiQL inserts, in a thread of their own, so that a busy event loop
 * here and the database do not slow each other.
 *
 * @throws Error with code `EADDRINUSE` where the port is taken; an error that names the data directory where it cannot be
 * opened, e.g. because another process has it
 */
export async function startDynamoDb({
  port,
  dataDir,
  onCrash = (error) => {
    throw error;
  },
}: DynamoDbOptions): Promise<EmbeddedDynamoDb> {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), {
    name: 'dynamodb',
    workerData: { port, dataDir },
    // Not the parent's flags: a test runner's loaders have no business here.
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: memoryForStores() },
  });
  const exited = new Promise((resolve) => worker.once('exit', resolve));
  const [listening] = await once(worker, 'message');

  let stopping = false;
  let cause: unknown;
  worker.once('error', (error) => {
    cause = error;
  });
  void exited.then(() => {
    if (!stopping) onCrash(new Error('DynamoDB: the thread ended by itself', { cause }));
  });

  return {
    endpoint: `http://127.0.0.1:${listening}`,
    async stop() {
      stopping = true;
      worker.postMessage('stop');
      const force = setTimeout(() => worker.terminate(), STOP_DEADLINE_MS);
      await exited;
      clearTimeout(force);
    },
  };
}
