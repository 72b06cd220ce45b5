import { expect, onTestFinished, test, vi } from 'vitest';
import type { LambdaFunction } from '../../local/lambda/execution-environment.ts';
import { FunctionRuntime } from '../../local/lambda/function-runtime.ts';
import { guardThreads } from './guard-threads.ts';
import { writeFunction } from './write-function.ts';

guardThreads();

async function start(source: string, concurrency: number, properties: Partial<LambdaFunction> = {}) {
  const lines: string[] = [];
  const runtime = new FunctionRuntime(await writeFunction(source, properties), concurrency, (line) =>
    lines.push(line),
  );
  onTestFinished(() => runtime.stop());
  /** Invokes the function and parses its payload. */
  async function invoke(event: unknown = {}) {
    const { payload, functionError } = await runtime.invoke(JSON.stringify(event));
    return { functionError, payload: JSON.parse(payload) };
  }
  return { runtime, lines, invoke };
}

/** A handler that returns the id of its environment, and how many invocations run in it now and have run in total. */
const COUNTING = `
  import { threadId } from 'node:worker_threads';
  import { setTimeout as sleep } from 'node:timers/promises';
  let running = 0;
  let calls = 0;
  export async function handler({ ms = 0 }) {
    const together = ++running;
    calls += 1;
    await sleep(ms);
    running -= 1;
    return { threadId, together, calls };
  }`;

test('an idle environment is reused with the state of its module', async () => {
  const { invoke } = await start(COUNTING, 2);
  const first = await invoke();
  const second = await invoke();
  expect(second.payload).toEqual({ ...first.payload, calls: 2 });
});

test('invocations run concurrently up to the limit, one at a time in each environment', async () => {
  const { invoke } = await start(COUNTING, 2);
  const answers = await Promise.all(Array.from({ length: 8 }, () => invoke({ ms: 50 })));
  const threads = new Set(answers.map(({ payload }) => payload.threadId));
  expect(threads.size).toBe(2);
  expect(answers.map(({ payload }) => payload.together)).toEqual(Array(8).fill(1));
});

test('an environment that timed out is replaced', async () => {
  const { invoke } = await start(COUNTING, 1, { timeout: 1 });
  const { payload: first } = await invoke();
  const { payload: timedOut } = await invoke({ ms: 60_000 });
  expect(timedOut.errorType).toBe('Sandbox.Timedout');
  const { payload: next } = await invoke();
  expect(next.calls).toBe(1);
  expect(next.threadId).not.toBe(first.threadId);
});

test('an environment that ended after its answer is replaced before the next invocation', async () => {
  const { invoke } = await start(
    "export const handler = () => { setTimeout(() => { throw new Error('late'); }, 20); return 'well'; };",
    1,
  );
  const thread = new Promise<void>((resolve) =>
    process.once('worker', (worker) => worker.once('exit', () => resolve())),
  );
  expect(await invoke()).toEqual({ payload: 'well' });
  await thread;
  expect(await invoke()).toEqual({ payload: 'well' });
});

test('a failed invocation is logged', async () => {
  const { lines, invoke } = await start(
    "export const handler = () => { throw new Error('out of tea'); };",
    1,
  );
  await invoke();
  expect(lines).toEqual([expect.stringMatching(/^ERROR Invoke Error \{.*"errorMessage":"out of tea"/)]);
});

test('running, queued and later invocations fail when the runtime is stopped', async () => {
  const { runtime, lines, invoke } = await start(
    "export const handler = () => { console.log('working'); return new Promise((resolve) => setTimeout(resolve, 60_000)); };",
    1,
  );
  const running = invoke();
  const waiting = invoke();
  await vi.waitFor(() => expect(lines).toEqual(['working']), 20_000);
  const justBefore = invoke();
  await runtime.stop();
  expect((await running).payload.errorType).toBe('Runtime.ExitError');
  for (const refused of [waiting, justBefore, invoke()]) {
    expect(await refused).toMatchObject({
      functionError: 'Unhandled',
      payload: { errorMessage: 'function greet: stopped before it ran' },
    });
  }
});

test('invocations, errors, durations and running invocations are counted', async () => {
  const { runtime, invoke } = await start(
    `import { setTimeout as sleep } from 'node:timers/promises';
     export async function handler({ ms = 0, fail }) {
       await sleep(ms);
       if (fail) throw new Error('no');
     }`,
    2,
  );
  expect(runtime.counts()).toEqual({ invocations: 0, errors: 0, totalMs: 0, running: 0 });
  const slow = invoke({ ms: 2_000 });
  await invoke({ fail: true });
  expect(runtime.counts()).toMatchObject({ invocations: 1, errors: 1, running: 1 });
  await slow;
  const { totalMs, ...counts } = runtime.counts();
  expect(counts).toEqual({ invocations: 2, errors: 1, running: 0 });
  expect(totalMs).toBeGreaterThanOrEqual(1_990);
});
