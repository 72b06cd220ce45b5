import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { endProcess } from '../../harness/start-process.ts';

export interface WorkersOptions {
  /** Directory for the files with each worker's clock offset. */
  directory: string;
  /** Returns the worker settings of the embedded cloud, with the proxy endpoint of this worker. */
  environmentOf: (name: string) => Record<string, string>;
  /** Command lines of the workers by name, such as `consumer-1`. */
  workers: Readonly<Record<string, { functionName: string; args: readonly string[] }>>;
}

/** Workers in separate processes. A worker that exits is restarted, as by a supervisor. */
export interface Workers {
  /** Kills a worker, which is then restarted. */
  kill(name: string): void;
  /** Starts a new process for each worker, then stops the old one gracefully. */
  replace(): Promise<void>;
  /** Sets the clock offset of a worker. */
  setClock(name: string, ms: number): Promise<void>;
  /** Returns the number of restarts after a crash or kill of workers whose names start with the prefix. */
  restarts(prefix?: string): number;
  stop(): Promise<void>;
}

/** Seconds that a stopping worker has for messages in flight, and ms after which it is killed. */
const DEADLINE_SECONDS = 5;
const KILL_AFTER_MS = 3 * DEADLINE_SECONDS * 1_000;
const MAIN = resolve(import.meta.dirname, '../../worker/main.ts');
const PRELOAD = resolve(import.meta.dirname, 'worker-preload.ts');

export async function startWorkers({ directory, environmentOf, workers }: WorkersOptions): Promise<Workers> {
  const clocks = await mkdtemp(join(directory, 'clocks-'));
  const running = new Map<string, ChildProcess>();
  const stopping = new Set<ChildProcess>();
  const restarted: string[] = [];

  async function setClock(name: string, ms: number): Promise<void> {
    await writeFile(join(clocks, name), String(ms));
  }

  function start(name: string): void {
    const { functionName, args } = workers[name] ?? { functionName: 'consumer', args: [] };
    const preload = `${pathToFileURL(PRELOAD)}?${encodeURIComponent(join(clocks, name))}`;
    const child = spawn(
      process.execPath,
      [
        '--import',
        preload,
        MAIN,
        '--function',
        functionName,
        '--deadline',
        String(DEADLINE_SECONDS),
        ...args,
      ],
      { stdio: ['ignore', 'ignore', 'ignore', 'ipc'], env: environmentOf(name), detached: true },
    );
    running.set(name, child);
    child.once('exit', () => {
      if (stopping.delete(child)) return;
      restarted.push(name);
      start(name);
    });
  }

  async function end(child: ChildProcess): Promise<void> {
    stopping.add(child);
    await endProcess(child, () => child.kill('SIGTERM'), KILL_AFTER_MS);
  }

  for (const name of Object.keys(workers)) {
    await setClock(name, 0);
    start(name);
  }
  return {
    kill: (name) => void running.get(name)?.kill('SIGKILL'),
    async replace() {
      for (const [name, old] of [...running]) {
        start(name);
        await end(old);
      }
    },
    setClock,
    restarts: (prefix = '') => restarted.filter((name) => name.startsWith(prefix)).length,
    async stop() {
      await Promise.all(Array.from(running.values(), end));
    },
  };
}
