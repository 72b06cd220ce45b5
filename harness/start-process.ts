import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { portOfProcess } from '../local/port-of-process.ts';
import { type CallThread, connect, serve, type ThreadCalls } from '../local/thread-rpc.ts';

/** A child process that answers calls with `answerParent`. */
export interface StartedProcess<Calls extends ThreadCalls> {
  pid: number;
  /** Makes a call. Rejects with the reason after a crash, and with `THREAD_GONE` after `kill` or `end`. */
  call: CallThread<Calls>;
  /** Rejects when the process exits unexpectedly, with the end of its stderr. */
  crashed: Promise<never>;
  /** Sends the process a signal and waits until it exits. */
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Ends the process, gracefully if possible, and waits until it exits. */
  end(): Promise<void>;
}

export interface ProcessOptions {
  /** Environment variables in addition to those of this process. */
  environment?: Readonly<Record<string, string>>;
  /** Node flags. */
  flags?: readonly string[];
  /** Whether stderr of the process appears only in errors. Default: false. */
  quiet?: boolean;
}

/** Time limit in milliseconds for a process to end gracefully, for instance to write the profile of `--cpu-prof`. */
const GRACE_MS = 3_000;
/** Number of characters of stderr that an error includes. */
const KEPT_STDERR = 8_000;
/** Milliseconds to wait for the rest of stderr after the exit; a grandchild may keep it open. */
const STDERR_MS = 500;

/**
 * Runs a TypeScript or JavaScript module in a separate process.
 *
 * @param module Path of the module; it must call `answerParent`.
 */
export function startProcess<Calls extends ThreadCalls>(
  module: string,
  { environment = {}, flags = [], quiet = false }: ProcessOptions = {},
): StartedProcess<Calls> {
  const child = fork(module, {
    // This process's flags are not inherited: they may include a test runner's loaders.
    execArgv: ['--disable-warning=ExperimentalWarning', ...flags],
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    // Detached, so that Ctrl-C reaches only this process, which ends the child gracefully.
    detached: true,
  });
  let written = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    written = (written + text).slice(-KEPT_STDERR);
    if (!quiet) process.stderr.write(text);
  });
  const stderrEnded = child.stderr && once(child.stderr, 'end');
  let isEnding = false;

  const exited = once(child, 'exit');
  const crashed = exited.then(async ([status, signal]): Promise<never> => {
    await Promise.race([stderrEnded, sleep(STDERR_MS)]);
    const end = signal ?? `status ${status}`;
    throw new Error(`${module}: exited unexpectedly with ${end}\n${written}`);
  });
  crashed.catch(() => undefined);

  const connected = connect<Calls>(portOfProcess(child));
  return {
    pid: child.pid ?? Number.NaN,
    crashed,
    call: (name, ...args) =>
      connected(name, ...args).catch((error: Error & { code?: string }): Promise<never> => {
        if (!isEnding && error.code === 'THREAD_GONE') return crashed;
        throw error;
      }),
    async kill(signal) {
      isEnding = true;
      child.kill(signal);
      await exited;
    },
    async end() {
      isEnding = true;
      await endProcess(child, () => child.connected && child.disconnect(), GRACE_MS);
    },
  };
}

/**
 * Asks a process to end, and kills it if it is still running after a grace period.
 *
 * @param graceMs Grace period in milliseconds.
 */
export async function endProcess(child: ChildProcess, ask: () => unknown, graceMs: number): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  ask();
  const forced = setTimeout(() => child.kill('SIGKILL'), graceMs);
  await exited;
  clearTimeout(forced);
}

/** Serves the calls of the parent process, and exits with it. */
export function answerParent(handlers: ThreadCalls): void {
  serve(portOfProcess(process), handlers);
  process.once('disconnect', () => process.exit());
}
