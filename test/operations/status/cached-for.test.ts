import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { cachedFor } from '../../../operations/status/cached-for.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] });
});
afterEach(() => {
  vi.useRealTimers();
});

test('reads a value again when its time has passed, and not before', async () => {
  let reads = 0;
  const read = cachedFor(1_000, async () => ++reads);
  expect([await read(), await read()]).toEqual([1, 1]);
  vi.setSystemTime(Date.now() + 999);
  expect(await read()).toBe(1);
  vi.setSystemTime(Date.now() + 1);
  expect(await read()).toBe(2);
});

test('does not cache a failure, and a late failure does not discard a newer value', async () => {
  const answers = [
    Promise.withResolvers<string>(),
    Promise.withResolvers<string>(),
    Promise.withResolvers<string>(),
  ];
  let reads = 0;
  const read = cachedFor(1_000, async () => answers[reads++]?.promise);
  const first = read();
  vi.setSystemTime(Date.now() + 1_000);
  const second = read();
  answers[0]?.reject(new Error('late'));
  await expect(first).rejects.toThrow('late');
  answers[1]?.resolve('second');
  expect([await second, await read(), reads]).toEqual(['second', 'second', 2]);
  vi.setSystemTime(Date.now() + 1_000);
  const third = read();
  answers[2]?.reject(new Error('down'));
  await expect(third).rejects.toThrow('down');
  void read();
  expect(reads).toBe(4);
});
