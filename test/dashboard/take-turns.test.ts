import { expect, test } from 'vitest';
import { takeTurns } from '../../dashboard/server/dashboard-parts.ts';

/** Tasks that end when they are told to; what began and ended, in order. */
function tasks() {
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

test('tasks with a name in common run one after the other, others side by side', async () => {
  const inTurn = takeTurns<string>();
  const { log, task, end } = tasks();
  const results = [
    inTurn(['a'], task('1')),
    inTurn(['b'], task('2')),
    inTurn(['a', 'b', 'c'], task('3')),
    inTurn(['c'], task('4')),
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

test('a task that fails fails for itself alone', async () => {
  const inTurn = takeTurns<string>();
  const failing = inTurn(['a'], async () => {
    throw new Error('broken');
  });
  const next = inTurn(['a'], async () => 'fine');
  await expect(failing).rejects.toThrow('broken');
  expect(await next).toBe('fine');
});
