import { afterEach, expect, test, vi } from 'vitest';
import { untilReachable } from '../../lib/database/until-reachable.ts';
import { DatabaseError } from '../../lib/errors.ts';
import { skipPauses } from '../skip-pauses.ts';

const starting = new DatabaseError('57P03', 'the database system is starting up', true);
const broken = new DatabaseError('42601', 'syntax error', false);

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** Throws these errors in turn, then returns the number of calls. */
function failWith(...errors: Error[]) {
  const calls = { count: 0 };
  const attempt = async (): Promise<number> => {
    const error = errors[calls.count++];
    if (error) throw error;
    return calls.count;
  };
  return { calls, attempt };
}

test('untilReachable repeats an attempt until the database is reachable', async () => {
  expect(await untilReachable(failWith(starting, starting).attempt)).toBe(3);
});

test('untilReachable throws any other error immediately', async () => {
  for (const error of [broken, new Error('no database at all')]) {
    const { attempt, calls } = failWith(starting, error);
    await expect(untilReachable(attempt)).rejects.toBe(error);
    expect(calls.count).toBe(2);
  }
});

test('untilReachable throws the error of a database that stays unreachable', async () => {
  const { attempt, calls } = failWith(...Array<Error>(1_000).fill(starting));
  const started = performance.now();
  await expect(untilReachable(attempt, 600)).rejects.toBe(starting);
  expect(performance.now() - started).toBeGreaterThan(100);
  expect(calls.count).toBeGreaterThan(1);
  expect(calls.count).toBeLessThan(20);
});

test('untilReachable makes one attempt if the wait is 0', async () => {
  const { attempt, calls } = failWith(starting);
  await expect(untilReachable(attempt, 0)).rejects.toBe(starting);
  expect(calls.count).toBe(1);
});

test.each([
  ['the longest', 0, 1],
  ['the shortest', 0.999, 0.5005],
])(
  'untilReachable waits 20 s by default, with pauses that grow to 2 s, with %s jitter',
  async (_name, random, share) => {
    vi.useFakeTimers({ toFake: ['Date'] });
    vi.spyOn(Math, 'random').mockReturnValue(random);
    const pauses = skipPauses((ms) => vi.setSystemTime(Date.now() + ms));
    const start = Date.now();
    const { attempt } = failWith(...Array<Error>(1_000).fill(starting));
    await expect(untilReachable(attempt)).rejects.toBe(starting);
    const longest = pauses.map((ms) => Math.round(ms / share));
    expect(longest.slice(0, 7)).toEqual([100, 200, 400, 800, 1_600, 2_000, 2_000]);
    expect(new Set(longest.slice(7))).toEqual(new Set([2_000]));
    expect(Date.now() - start).toBeLessThan(20_000);
    expect(Date.now() - start).toBeGreaterThanOrEqual(18_000);
  },
);
