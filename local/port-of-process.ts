import type { ChildProcess, Serializable } from 'node:child_process';
import type { MessagePort } from 'node:worker_threads';

/** Adapts the IPC channel of a process or its child to a `MessagePort`, as far as `thread-rpc.ts` uses one. */
export function portOfProcess(end: NodeJS.Process | ChildProcess): MessagePort {
  const port = {
    on: (event: 'message' | 'close', listener: (message: unknown) => void) =>
      (end as ChildProcess).on(event === 'close' ? 'disconnect' : event, listener),
    postMessage: (message: Serializable) => void end.send?.(message),
  };
  return port as unknown as MessagePort;
}
