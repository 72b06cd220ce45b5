import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CallThread } from '../local/thread-rpc.ts';
import { openEmbeddedPipeline } from '../operations/pipeline/open-pipeline.ts';
import type { Pipeline } from '../operations/pipeline/pipeline.ts';
import type { CloudCalls, CloudProcessOptions, HeapUse } from './cloud-process.ts';
import { startProcess } from './start-process.ts';

/** The services' share: functions' heaps keep nothing for long, and are many. */
export const servicesOf = ({ main, awsServices, dynamoDb }: HeapUse): number => main + awsServices + dynamoDb;

/** The embedded cloud in a process of its own. */
export interface Cloud {
  pid: number;
  outputs: Readonly<Record<string, string>>;
  apiUrl: string;
  /** The pipeline as operators reach it, past any proxy; closed with the process. */
  pipeline: Pipeline;
  call: CallThread<CloudCalls>;
  /** Rejects when the process ends by itself, with what it last wrote to stderr. */
  died: Promise<never>;
  /** Ends the process by a signal and waits for its exit. */
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Lets batches in flight end, then ends the process. */
  stop(): Promise<void>;
}

export interface CloudOptions extends Omit<CloudProcessOptions, 'localDirectory' | 'dataDir'> {
  /** Gets `local/` with outputs and settings, and `data/` if data is kept: a later cloud goes on with it. */
  directory: string;
  /** Whether queues, files and tables are kept in the directory, rather than in memory. */
  keepsData: boolean;
  /** Whether what the process writes to stderr is kept for the error alone. */
  quiet?: boolean;
}

/**
 * Starts the embedded cloud. Queues invoke the functions only after the call `startEvents`.
 *
 * @throws Error with what the process wrote to stderr, if it does not start
 */
export async function startCloud({
  directory,
  keepsData,
  quiet = false,
  ...options
}: CloudOptions): Promise<Cloud> {
  const { pid, call, died, kill, end } = startProcess<CloudCalls>(
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
      died,
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

/** Makes a directory that Postgres, which does not run as root, can enter; it is removed when disposed. */
export async function openDirectory(lab: string): Promise<{ path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), `order-pipeline-${lab}-`));
  await chmod(path, 0o711);
  return {
    path,
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true, maxRetries: 5 }),
  };
}
