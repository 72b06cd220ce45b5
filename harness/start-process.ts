import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { portOfProcess } from '../local/port-of-process.ts';
import { type CallThread, connect, serve, type ThreadCalls } from '../local/thread-rpc.ts';

/** A child process that answers calls, which `answerParent` serves in it. */
export interface StartedProcess<Calls extends ThreadCalls> {
  pid: number;
  /** Rejects with the reason once the process has ended by itself, with `THREAD_GONE` once it was ended. */
  call: CallThread<Calls>;
  /** Rejects when the process ends by itself, with what it last wrote to stderr. */
  died: Promise<never>;
  /** Ends the process by a signal and waits for its exit. A process that has exited stays as it is. */
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Ends the process, gracefully if it can, and waits for its exit. */
  end(): Promise<void>;
}

export interface ProcessOptions {
  /** Added to the environment of this process. */
  environment?: Readonly<Record<string, string>>;
  /** Flags of Node. */
  flags?: readonly string[];
  /** Whether stderr is kept for the error alone; default: it is passed on as well. */
  quiet?: boolean;
}

/** Ms that a process has to end by itself, which writes what `--cpu-prof` has recorded. */
const GRACE_MS = 3_000;
/** Characters of stderr that are kept for the error. */
const KEPT_STDERR = 8_000;
/** Ms to wait for the rest of stderr after the exit: a grandchild may hold it open. */
const STDERR_MS = 500;

/**
 * Starts a TypeScript or JavaScript module in a process of its own.
 *
 * @param module path of the module, which calls `answerParent`
 */
export function startProcess<Calls extends ThreadCalls>(
  module: string,
  { environment = {}, flags = [], quiet = false }: ProcessOptions = {},
): StartedProcess<Calls> {
  const child = fork(module, {
    // A test runner's loaders, which are flags of this process, have no business in it.
    execArgv: ['--disable-warning=ExperimentalWarning', ...flags],
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    // Ctrl-C reaches this process only, which ends the child in order.
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
  const died = exited.then(async ([status, signal]): Promise<never> => {
    await Promise.race([stderrEnded, sleep(STDERR_MS)]);
    const end = signal ?? `status ${status}`;
    throw new Error(`${module}: must run until it is ended, ended by itself with ${end}\n${written}`);
  });
  died.catch(() => undefined);

  const connected = connect<Calls>(portOfProcess(child));
  return {
    pid: child.pid ?? Number.NaN,
    died,
    call: (name, ...args) =>
      connected(name, ...args).catch((error: Error & { code?: string }): Promise<never> => {
        if (!isEnding && error.code === 'THREAD_GONE') return died;
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
 * Asks a process to end, and kills it if it has not ended in time.
 *
 * @param graceMs ms between the two
 */
export async function endProcess(child: ChildProcess, ask: () => unknown, graceMs: number): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  ask();
  const forced = setTimeout(() => child.kill('SIGKILL'), graceMs);
  await exited;
  clearTimeout(forced);
}

/** Answers the calls of the process that started this one, and ends with it. */
export function answerParent(handlers: ThreadCalls): void {
  serve(portOfProcess(process), handlers);
  process.once('disconnect', () => process.exit());
}
