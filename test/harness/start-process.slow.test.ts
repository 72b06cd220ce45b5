import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it, onTestFinished, vi } from 'vitest';
import { startProcess } from '../../harness/start-process.ts';
import { createTestDirectory } from '../local/create-test-directory.ts';

const HARNESS = pathToFileURL(join(import.meta.dirname, '../../harness/start-process.ts')).href;

type Calls = { add(one: number, other: number): number; crash(): void; hang(): void };

async function start() {
  const module = join(await createTestDirectory(), 'child.ts');
  await writeFile(
    module,
    `import { answerParent } from '${HARNESS}';
    answerParent({
      add: (one: number, other: number): number => one + other,
      crash: () => { process.stderr.write('out of paper\\n', () => process.exit(3)); return new Promise(() => {}); },
      hang: () => { for (;;); },
    });`,
  );
  const started = startProcess<Calls>(module, { quiet: true });
  onTestFinished(() => started.end());
  return started;
}

const isRunning = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

it('answers calls until the process is ended', async () => {
  const { call, end, pid } = await start();
  expect(await call('add', 1, 2)).toBe(3);
  await end();
  expect(isRunning(pid)).toBe(false);
  await expect(call('add', 1, 2)).rejects.toMatchObject({ code: 'THREAD_GONE' });
});

it('rejects calls and `crashed` with the reason if the process exits unexpectedly', async () => {
  const { call, crashed } = await start();
  const reason = /child\.ts: exited unexpectedly with status 3\nout of paper/;
  await expect(call('crash')).rejects.toThrow(reason);
  await expect(crashed).rejects.toThrow(reason);
});

it('kills a process that does not end gracefully within three seconds', async () => {
  const { call, end, pid } = await start();
  await call('add', 1, 2);
  call('hang').catch(() => undefined);
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const ending = end();
  await vi.advanceTimersByTimeAsync(2_999);
  expect(isRunning(pid)).toBe(true);
  await vi.advanceTimersByTimeAsync(1);
  await ending;
  expect(isRunning(pid)).toBe(false);
  expect(vi.getTimerCount()).toBe(0);
});

it('does not count a kill as an unexpected exit', async () => {
  const { call, kill, pid } = await start();
  await call('add', 1, 2);
  const waiting = call('hang');
  waiting.catch(() => undefined);
  await kill('SIGKILL');
  expect(isRunning(pid)).toBe(false);
  await expect(waiting).rejects.toMatchObject({ code: 'THREAD_GONE' });
});
