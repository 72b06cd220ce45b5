import { type ChildProcess, type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';

const PROGRAM = resolve(import.meta.dirname, '../../../cli/orders.ts');

/** How a run of `orders` ended. */
export interface OrdersRun {
  /** Undefined where a signal ended it. */
  exit: number | undefined;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  /** What it reads from stdin; an empty text where it is left out. */
  input?: string;
  env?: Readonly<Record<string, string>>;
  /** Told of the process, e.g. to kill it. */
  onStart?: (child: ChildProcess) => void;
}

/** Runs `orders`, as a process of its own, on the embedded cloud that keeps its outputs in this folder. */
export async function runOrders(
  localDirectory: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<OrdersRun> {
  return run(process.execPath, [PROGRAM, ...args], localDirectory, options);
}

/**
 * The same on a terminal, which util-linux' `script` makes; BSD's takes the command in another way.
 *
 * @returns all that the terminal showed as `stdout`
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

/** Starts `orders`, for tests that talk to it, or end it. */
export function spawnOrders(
  localDirectory: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): ChildProcessWithoutNullStreams {
  return start(process.execPath, [PROGRAM, ...args], localDirectory, env);
}

function start(
  command: string,
  args: readonly string[],
  localDirectory: string,
  env: Readonly<Record<string, string>>,
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
  // A program that reads nothing may have ended before.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const exited = new Promise<number | null>((done) => child.once('exit', done));
  const [exit, stdout, stderr] = await Promise.all([exited, text(child.stdout), text(child.stderr)]);
  return { exit: exit ?? undefined, stdout, stderr };
}
