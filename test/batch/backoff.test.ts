import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { backoff } from '../../lib/batch/backoff.ts';

/** What the dice show: a tenth of the longest delay. */
beforeEach(() => {
  vi.spyOn(Math, 'random').mockReturnValue(0.1);
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** Milliseconds; timers may be a millisecond early. */
async function waitFor(attempt: number): Promise<number> {
  const start = performance.now();
  await backoff(attempt);
  return performance.now() - start + 1;
}

test('the longest delay is 100 ms after the first attempt and doubles with each', async () => {
  expect(await waitFor(1)).toBeGreaterThanOrEqual(10);
  expect(await waitFor(4)).toBeGreaterThanOrEqual(80);
});

test('no delay is longer than two seconds, however many attempts were made', async () => {
  const waited = await waitFor(20);
  expect(waited).toBeGreaterThanOrEqual(200);
  expect(waited).toBeLessThan(2_000);
});

test('the delay is drawn anew each time, from none at all', async () => {
  vi.mocked(Math.random).mockReturnValue(0);
  expect(await waitFor(20)).toBeLessThan(1_000);
});
