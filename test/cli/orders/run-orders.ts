import { type ChildProcess, type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';

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
  /** Called with the process when it has started. */
  onStart?: (child: ChildProcess) => void;
}

/**
 * Runs `orders` in a process of its own.
 *
 * @param localDirectory Directory that the embedded cloud writes its outputs to.
 */
export async function runOrders(
  localDirectory: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<OrdersRun> {
  return run(process.execPath, [PROGRAM, ...args], localDirectory, options);
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
