import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { endProcess } from '../../harness/start-process.ts';

export interface WorkersOptions {
  /** Gets the files that say how far off each one's clock is. */
  directory: string;
  /** Returns the settings that the embedded cloud wrote for workers, with the worker's own endpoint of the proxy. */
  environmentOf: (name: string) => Record<string, string>;
  /** Workers by name, `consumer-1`, with what their command lines say. */
  workers: Readonly<Record<string, { functionName: string; args: readonly string[] }>>;
}

/** Workers in processes of their own; each one that ends is started again, as a supervisor would. */
export interface Workers {
  /** Kills one; it is started again. */
  kill(name: string): void;
  /** Starts a new one of each, and then has the old ones stop in order. */
  replace(): Promise<void>;
  /** Sets the clock of one off. */
  setClock(name: string, ms: number): Promise<void>;
  /** Returns how often workers whose names begin with the prefix have ended unasked. */
  deaths(prefix?: string): number;
  stop(): Promise<void>;
}

/** Seconds that a worker has for what is in flight when it is stopped, and ms after which it is killed. */
const DEADLINE = 5;
const GRACE_MS = 3 * DEADLINE * 1_000;
const MAIN = resolve(import.meta.dirname, '../../worker/main.ts');
const PRELOAD = resolve(import.meta.dirname, 'worker-preload.ts');

export async function startWorkers({ directory, environmentOf, workers }: WorkersOptions): Promise<Workers> {
  const clocks = await mkdtemp(join(directory, 'clocks-'));
  const running = new Map<string, ChildProcess>();
  const stopping = new Set<ChildProcess>();
  const deaths: string[] = [];

  async function setClock(name: string, ms: number): Promise<void> {
    await writeFile(join(clocks, name), String(ms));
  }

  function start(name: string): void {
    const { functionName, args } = workers[name] ?? { functionName: 'consumer', args: [] };
    const preload = `${pathToFileURL(PRELOAD)}?${encodeURIComponent(join(clocks, name))}`;
    const child = spawn(
      process.execPath,
      ['--import', preload, MAIN, '--function', functionName, '--deadline', String(DEADLINE), ...args],
      { stdio: ['ignore', 'ignore', 'ignore', 'ipc'], env: environmentOf(name), detached: true },
    );
    running.set(name, child);
    child.once('exit', () => {
      if (stopping.delete(child)) return;
      deaths.push(name);
      start(name);
    });
  }

  async function end(child: ChildProcess): Promise<void> {
    stopping.add(child);
    await endProcess(child, () => child.kill('SIGTERM'), GRACE_MS);
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
    deaths: (prefix = '') => deaths.filter((name) => name.startsWith(prefix)).length,
    async stop() {
      await Promise.all(Array.from(running.values(), end));
    },
  };
}
