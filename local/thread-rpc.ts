import type { MessagePort } from 'node:worker_threads';

/** Functions that one side of a port serves. Arguments and results must be structured-cloneable. */
// `never[]` lets functions of any parameters be handlers.
export type ThreadCalls = Record<string, (...args: never[]) => unknown>;

/** Calls a function of the other side. Rejects with its error, or with code `THREAD_GONE` if the thread has ended. */
export type CallThread<Calls extends ThreadCalls> = <Name extends keyof Calls & string>(
  name: Name,
  ...args: Parameters<Calls[Name]>
) => Promise<Awaited<ReturnType<Calls[Name]>>>;

interface Call {
  kind: 'call';
  id: number;
  name: string;
  args: never[];
}
type Answer = { kind: 'answer'; id: number } & ({ value: unknown } | { error: ThreadError });
type ThreadError = Pick<Error, 'name' | 'message'> & { stack: string | undefined; code?: string };

/** Answers the calls that arrive on a port. The same port may also be used for calls. */
export function serve(port: MessagePort, handlers: ThreadCalls): void {
  port.on('message', async (message: Call | Answer) => {
    if (message.kind !== 'call') return;
    const { id, name, args } = message;
    try {
      const handler = handlers[name];
      if (!handler) throw new Error(`thread call: no handler serves "${name}"`);
      port.postMessage({ kind: 'answer', id, value: await handler(...args) });
    } catch (error) {
      port.postMessage({ kind: 'answer', id, error: describe(error) });
    }
  });
}

/** Returns a function that calls the other side of a port. */
export function connect<Calls extends ThreadCalls>(port: MessagePort): CallThread<Calls> {
  const waiting = new Map<number, PromiseWithResolvers<never>>();
  let calls = 0;
  let open = true;

  port.on('message', (message: Call | Answer) => {
    if (message.kind !== 'answer') return;
    const call = waiting.get(message.id);
    waiting.delete(message.id);
    if ('error' in message) call?.reject(Object.assign(new Error(), message.error));
    else call?.resolve(message.value as never);
  });
  port.on('close', () => {
    open = false;
    for (const call of waiting.values()) call.reject(threadGone());
    waiting.clear();
  });

  return (name, ...args) => {
    if (!open) return Promise.reject(threadGone());
    const call = Promise.withResolvers<never>();
    const id = ++calls;
    port.postMessage({ kind: 'call', id, name, args });
    waiting.set(id, call);
    return call.promise;
  };
}

// Structured cloning drops an error's code and the name of its class.
function describe(thrown: unknown): ThreadError {
  const error: Error & { code?: string } = thrown instanceof Error ? thrown : new Error(String(thrown));
  const { name, message, stack, code } = error;
  return { name, message, stack, ...(code !== undefined && { code }) };
}

const threadGone = () =>
  Object.assign(new Error('thread call: the thread ended before it answered'), { code: 'THREAD_GONE' });
