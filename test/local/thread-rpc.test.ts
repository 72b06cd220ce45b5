import { MessageChannel } from 'node:worker_threads';
import { expect, onTestFinished, test } from 'vitest';
import { connect, serve, type ThreadCalls } from '../../local/thread-rpc.ts';

function connectTo<Handlers extends ThreadCalls>(handlers: Handlers) {
  const { port1, port2 } = new MessageChannel();
  onTestFinished(() => port1.close());
  serve(port2, handlers);
  return { call: connect<Handlers>(port1), near: port1, far: port2 };
}

test('each concurrent call resolves with the result of its own handler, synchronous or asynchronous', async () => {
  const { call } = connectTo({
    add: (a: number, b: number) => a + b,
    later: (ms: number) => new Promise<number>((resolve) => setTimeout(resolve, ms, ms)),
  });
  expect(await Promise.all([call('later', 20), call('add', 1, 2), call('later', 1)])).toEqual([20, 3, 1]);
});

test("a call rejects with the name, message, code and stack of the handler's error", async () => {
  const { call } = connectTo({
    fail() {
      throw Object.assign(new RangeError('too far'), { code: 'FAR' });
    },
  });
  const error = await call('fail').catch((error: Error) => error);
  expect(error).toMatchObject({ name: 'RangeError', message: 'too far', code: 'FAR' });
  expect((error as Error).stack).toContain('thread-rpc.test.ts');
});

test('a call rejects if its result cannot be cloned or no handler has its name', async () => {
  const { call } = connectTo({ give: () => () => 1 } as ThreadCalls);
  await expect(call('give')).rejects.toMatchObject({ name: 'DataCloneError' });
  await expect(call('nothing')).rejects.toThrow('no handler serves "nothing"');
});

test('both sides of a port can serve and call', async () => {
  const { call, near, far } = connectTo({ ask: async () => `the answer is ${await back('think')}` });
  const back = connect<{ think: () => number }>(far);
  serve(near, { think: () => 42 });
  expect(await call('ask')).toBe('the answer is 42');
});

test('calls reject with THREAD_GONE when the other side has closed its port', async () => {
  const { call, far } = connectTo({ never: () => new Promise(() => {}) });
  const waiting = call('never');
  far.close();
  await expect(waiting).rejects.toMatchObject({ code: 'THREAD_GONE' });
  await expect(call('never')).rejects.toMatchObject({ code: 'THREAD_GONE' });
});
