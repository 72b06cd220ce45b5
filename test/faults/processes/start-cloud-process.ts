import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';

export interface CloudOptions {
  localDirectory: string;
  dataDir: string | undefined;
  /** A Postgres of the caller's own. */
  databaseUrl?: string;
  /** Stage parameters. */
  params: Record<string, string | number>;
  /** The endpoint at which functions and mappings reach all services. */
  proxy?: string;
}

/** The embedded cloud in a process of its own. */
export interface CloudProcess {
  pid: number;
  outputs: Readonly<Record<string, string>>;
  /** Lets queues invoke the functions. */
  startEvents(): void;
  kill(signal: NodeJS.Signals): void;
  /** Resolves when the process is gone, with what it wrote to stderr. */
  ended: Promise<string>;
}

/** @throws Error with what the process wrote, where it does not start */
export async function startCloudProcess(options: CloudOptions): Promise<CloudProcess> {
  const child = spawn(
    process.execPath,
    [resolve(import.meta.dirname, 'cloud-main.ts'), JSON.stringify(options)],
    { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] },
  );
  let written = '';
  child.stderr?.on('data', (chunk) => {
    written += chunk;
  });
  const ended = once(child, 'exit').then(() => written);
  const started = await Promise.race([once(child, 'message'), ended]);
  if (typeof started === 'string') throw new Error(`the embedded cloud has not started: ${started}`);
  const [outputs] = started as [Record<string, string>];
  return {
    pid: child.pid ?? Number.NaN,
    outputs,
    startEvents: () => child.send('events'),
    kill: (signal) => child.kill(signal),
    ended,
  };
}
