import { fork } from 'node:child_process';
import { once } from 'node:events';
import { portOfProcess } from '../../local/port-of-process.ts';
import { type CallThread, connect, type ThreadCalls } from '../../local/thread-rpc.ts';

/** A process of ours that answers calls. */
export interface StartedProcess<Calls extends ThreadCalls> {
  /** Rejects with `THREAD_GONE` once the process has ended. */
  call: CallThread<Calls>;
  /** Ends it, whatever it is doing. */
  end(): Promise<void>;
}

/** Ms that a process gets to end by itself, which writes what `--cpu-prof` has recorded. */
const GRACE_MS = 3_000;

/**
 * @param module that the process runs
 * @param environment added to our own
 * @param flags of Node
 */
export function startProcess<Calls extends ThreadCalls>(
  module: string,
  environment: Readonly<Record<string, string>> = {},
  flags: readonly string[] = [],
): StartedProcess<Calls> {
  const child = fork(module, {
    execArgv: ['--disable-warning=ExperimentalWarning', ...flags],
    env: { ...process.env, ...environment },
    // What functions log is no part of the table.
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const exited = once(child, 'exit');
  return {
    call: connect<Calls>(portOfProcess(child)),
    async end() {
      if (child.connected) child.disconnect();
      const kill = setTimeout(() => child.kill('SIGKILL'), GRACE_MS);
      await exited;
      clearTimeout(kill);
    },
  };
}
