import { expect, test } from 'vitest';
import { createKeyedLock } from '../../dashboard/server/dashboard-parts.ts';

/** Creates tasks that a test ends by name, and a log of starts and ends. */
function createTasks() {
  const log: string[] = [];
  const ends = new Map<string, () => void>();
  const task = (name: string) => async () => {
    log.push(`${name} begins`);
    await new Promise<void>((resolve) => ends.set(name, resolve));
    log.push(`${name} ends`);
    return name;
  };
  const end = async (name: string) => {
    ends.get(name)?.();
    await new Promise(setImmediate);
  };
  return { log, task, end };
}

test('runs tasks that share a name one after the other and all others concurrently', async () => {
  const withLock = createKeyedLock<string>();
  const { log, task, end } = createTasks();
  const results = [
    withLock(['a'], task('1')),
    withLock(['b'], task('2')),
    withLock(['a', 'b', 'c'], task('3')),
    withLock(['c'], task('4')),
  ];
  await new Promise(setImmediate);
  expect(log).toEqual(['1 begins', '2 begins']);
  await end('1');
  expect(log.slice(2)).toEqual(['1 ends']);
  await end('2');
  expect(log.slice(3)).toEqual(['2 ends', '3 begins']);
  await end('3');
  expect(log.slice(5)).toEqual(['3 ends', '4 begins']);
  await end('4');
  expect(await Promise.all(results)).toEqual(['1', '2', '3', '4']);
});

test('runs the next task after a task has failed', async () => {
  const withLock = createKeyedLock<string>();
  const failing = withLock(['a'], async () => {
    throw new Error('broken');
  });
  const next = withLock(['a'], async () => 'fine');
  await expect(failing).rejects.toThrow('broken');
  expect(await next).toBe('fine');
});
