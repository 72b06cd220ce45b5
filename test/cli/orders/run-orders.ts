import { type ChildProcess, type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import type { EventEmitter } from 'node:events';
import { resolve } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { vi } from 'vitest';
import { main } from '../../../cli/orders/main.ts';

const PROGRAM = resolve(import.meta.dirname, '../../../cli/orders.ts');

/** The output and exit status of a run of `orders`. */
export interface OrdersRun {
  /** Undefined if a signal terminated the process. */
  exit: number | undefined;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  /** Content of stdin. Default: empty. */
  input?: string;
  env?: Readonly<Record<string, string | undefined>>;
  /** Runs in a process of its own: for output that is written by `console`. Default: only if another option needs it. */
  ownProcess?: true;
  /** Called with the process when it has started. */
  onStart?: (child: ChildProcess) => void;
}

/**
 * Runs `orders`: in this process, which is faster, or in a process of its own if the options need one.
 *
 * @param localDirectory Directory that the embedded cloud writes its outputs to.
 */
export async function runOrders(
  localDirectory: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<OrdersRun> {
  if (options.ownProcess || options.env || options.onStart) {
    return run(process.execPath, [PROGRAM, ...args], localDirectory, options);
  }
  // Runs share this process's streams, so they take turns.
  const turn = lastRun.then(() => runHere(localDirectory, args, options.input ?? ''));
  lastRun = turn.catch(() => undefined);
  return turn;
}

let lastRun: Promise<unknown> = Promise.resolve();

async function runHere(localDirectory: string, args: readonly string[], input: string): Promise<OrdersRun> {
  const written = { stdout: '', stderr: '' };
  const { stdin } = process;
  const removeListeners = watchListeners(process, ['SIGINT', 'SIGTERM', 'SIGHUP', 'exit']);
  const removeFromStdout = watchListeners(process.stdout, ['error']);
  for (const name of ['stdout', 'stderr'] as const)
    vi.spyOn(process[name], 'write').mockImplementation((chunk, ...rest) => {
      written[name] += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
      const done = rest.find((each) => typeof each === 'function');
      done?.();
      return true;
    });
  Object.defineProperty(process, 'stdin', { value: Readable.from([Buffer.from(input)]), configurable: true });
  vi.stubEnv('ORDER_PIPELINE_LOCAL_DIR', localDirectory);
  try {
    return { exit: await main(args), ...written };
  } finally {
    removeListeners();
    removeFromStdout();
    vi.mocked(process.stdout.write).mockRestore();
    vi.mocked(process.stderr.write).mockRestore();
    Object.defineProperty(process, 'stdin', { value: stdin, configurable: true });
    vi.unstubAllEnvs();
  }
}

/** Returns a function that removes the listeners that were added meanwhile, which a process would take with it. */
function watchListeners(emitter: EventEmitter, events: readonly string[]): () => void {
  const before = new Map(events.map((event) => [event, emitter.listeners(event)]));
  return () => {
    for (const [event, known] of before)
      for (const listener of emitter.listeners(event))
        if (!known.includes(listener)) emitter.removeListener(event, listener as () => void);
  };
}

/**
 * Runs `orders` on a terminal, which the program `script` creates. Its arguments differ between util-linux and BSD.
 *
 * @returns The run; `stdout` is everything that the terminal showed.
 */
export async function runOnTerminal(
  localDirectory: string,
  args: readonly string[],
  options: RunOptions,
): Promise<OrdersRun> {
  const command = [process.execPath, PROGRAM, ...args];
  const quoted = command.map((word) => `'${word}'`).join(' ');
  const scriptArgs =
    process.platform === 'darwin' ? ['-q', '/dev/null', ...command] : ['-qec', quoted, '/dev/null'];
  return run('script', scriptArgs, localDirectory, options);
}

/** Starts `orders`, for tests that write to its stdin or send it a signal. */
export function spawnOrders(
  localDirectory: string,
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>> = {},
): ChildProcessWithoutNullStreams {
  return start(process.execPath, [PROGRAM, ...args], localDirectory, env);
}

function start(
  command: string,
  args: readonly string[],
  localDirectory: string,
  env: Readonly<Record<string, string | undefined>>,
): ChildProcessWithoutNullStreams {
  return spawn(command, args, {
    env: { ...process.env, ...env, ORDER_PIPELINE_LOCAL_DIR: localDirectory },
  });
}

async function run(
  command: string,
  args: readonly string[],
  localDirectory: string,
  { input = '', env = {}, onStart }: RunOptions,
): Promise<OrdersRun> {
  const child = start(command, args, localDirectory, env);
  onStart?.(child);
  // The process may exit before it has read stdin.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const exited = new Promise<number | null>((done) => child.once('exit', done));
  const [exit, stdout, stderr] = await Promise.all([exited, text(child.stdout), text(child.stderr)]);
  return { exit: exit ?? undefined, stdout, stderr };
}
