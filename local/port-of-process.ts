import type { ChildProcess, Serializable } from 'node:child_process';
import type { MessagePort } from 'node:worker_threads';

/** One end of the channel between a process and its child, as far as calls by name (`thread-rpc.ts`) need a port. */
export function portOfProcess(end: NodeJS.Process | ChildProcess): MessagePort {
  const port = {
    on: (event: 'message' | 'close', listener: (message: unknown) => void) =>
      (end as ChildProcess).on(event === 'close' ? 'disconnect' : event, listener),
    postMessage: (message: Serializable) => void end.send?.(message),
  };
  return port as unknown as MessagePort;
}
