import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CallThread } from '../local/thread-rpc.ts';
import { openEmbeddedPipeline } from '../operations/pipeline/open-pipeline.ts';
import type { Pipeline } from '../operations/pipeline/pipeline.ts';
import type { CloudCalls, CloudProcessOptions, HeapUse } from './cloud-process.ts';
import { startProcess } from './start-process.ts';

/** Returns the heap use of the services alone. The many heaps of functions are short-lived. */
export const servicesOf = ({ main, awsServices, dynamoDb }: HeapUse): number => main + awsServices + dynamoDb;

/** An embedded cloud in a separate process. */
export interface Cloud {
  pid: number;
  outputs: Readonly<Record<string, string>>;
  apiUrl: string;
  /** The pipeline as operators access it, bypassing any proxy. It is closed with the process. */
  pipeline: Pipeline;
  call: CallThread<CloudCalls>;
  /** Rejects when the process exits unexpectedly, with the end of its stderr. */
  crashed: Promise<never>;
  /** Sends the process a signal and waits until it exits. */
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Waits until batches in flight have finished, then ends the process. */
  stop(): Promise<void>;
}

export interface CloudOptions extends Omit<CloudProcessOptions, 'localDirectory' | 'dataDir'> {
  /** Directory for outputs and settings (`local/`) and, if data is kept, for data (`data/`) that a later cloud can use again. */
  directory: string;
  /** Whether queues, files and tables are kept in the directory rather than in memory. */
  keepsData: boolean;
  /** Whether stderr of the process appears only in errors. Default: false. */
  quiet?: boolean;
}

/**
 * Starts the embedded cloud in a separate process. Queues invoke functions only after the call `startEvents`.
 *
 * @throws Error with the process's stderr, if it does not start
 */
export async function startCloud({
  directory,
  keepsData,
  quiet = false,
  ...options
}: CloudOptions): Promise<Cloud> {
  const { pid, call, crashed, kill, end } = startProcess<CloudCalls>(
    join(import.meta.dirname, 'cloud-process.ts'),
    { quiet },
  );
  try {
    const outputs = await call('start', {
      ...options,
      localDirectory: join(directory, 'local'),
      ...(keepsData && { dataDir: join(directory, 'data') }),
    });
    const pipeline = openEmbeddedPipeline(outputs);
    return {
      pid,
      outputs,
      apiUrl: outputs.ApiUrl ?? '',
      pipeline,
      call,
      crashed,
      async kill(signal) {
        await pipeline.close();
        await kill(signal);
      },
      async stop() {
        await pipeline.close();
        await call('stop').catch(() => undefined);
        await end();
      },
    };
  } catch (error) {
    await end();
    throw error;
  }
}

/** Creates a temporary directory that Postgres, which does not run as root, can enter. Disposal removes it. */
export async function openDirectory(lab: string): Promise<{ path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), `order-pipeline-${lab}-`));
  await chmod(path, 0o711);
  return {
    path,
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true, maxRetries: 5 }),
  };
}
