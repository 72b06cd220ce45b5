import { fork } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { portOfProcess } from '../../local/port-of-process.ts';
import { type CallThread, connect } from '../../local/thread-rpc.ts';
import type { CloudProcessCalls, CloudProcessOptions } from './cloud-process.ts';

/** The embedded cloud in a process of its own. */
export interface CloudProcess {
  pid: number;
  outputs: Readonly<Record<string, string>>;
  call: CallThread<CloudProcessCalls>;
  /** Rejects when the process ends though nobody stopped it. */
  died: Promise<never>;
  /** Stops it, and removes what it kept. */
  stop(): Promise<void>;
}

export interface CloudProcessSettings extends Pick<CloudProcessOptions, 'proxy' | 'params'> {
  /** Whether queues, files and tables are kept in a data directory, or in memory. */
  keepsData: boolean;
}

/** Starts the embedded cloud in a process and folders of its own. Queues invoke the functions from `startEvents` on. */
export async function startCloudProcess({
  keepsData,
  ...options
}: CloudProcessSettings): Promise<CloudProcess> {
  const directory = await mkdtemp(join(tmpdir(), 'order-pipeline-soak-'));
  // Postgres does not run as root and must be able to enter its data directory.
  await chmod(directory, 0o711);
  const child = fork(join(import.meta.dirname, 'cloud-process.ts'), {
    // Not the parent's flags: a test runner's loaders have no business here.
    execArgv: ['--disable-warning=ExperimentalWarning'],
    // A group of its own: Ctrl-C reaches the parent, which stops it in order.
    detached: true,
  });
  const exited = once(child, 'exit');
  let stopping = false;
  const died = exited.then(([code, signal]): never => {
    throw new Error(`the embedded cloud's process has ended by itself: ${signal ?? `status ${code}`}`);
  });
  died.catch(() => undefined);
  const call = connect<CloudProcessCalls>(portOfProcess(child));

  async function stop(): Promise<void> {
    if (stopping) return;
    stopping = true;
    await call('stop').catch(() => undefined);
    if (child.connected) child.disconnect();
    await exited;
    await rm(directory, { recursive: true });
  }

  try {
    const outputs = await call('start', {
      ...options,
      projectDirectory: resolve(import.meta.dirname, '../..'),
      localDirectory: join(directory, 'local'),
      ...(keepsData && { dataDir: join(directory, 'data') }),
    });
    return { pid: child.pid ?? 0, outputs, call, died, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
