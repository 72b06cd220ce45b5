import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { type Pace, paced } from '../../lib/batch/paced.ts';

/** Returns the yielded batches with their times in ms. Timers may fire a millisecond early. */
async function go(batches: readonly string[][], pace: Partial<Pace>, work?: (batch: string[]) => unknown) {
  const start = Date.now();
  const yielded: { batch: string; after: number }[] = [];
  for await (const batch of paced(batches, { deadline: start + 1_000_000, ...pace })) {
    yielded.push({ batch: batch.join(''), after: Date.now() - start + 1 });
    await work?.(batch);
  }
  return {
    batches: yielded.map(({ batch }) => batch),
    times: yielded.map(({ after }) => after),
    took: Date.now() - start,
  };
}

const BATCHES = [['a', 'b'], ['c', 'd'], ['e']];

describe('paced', () => {
  test('yields batches without delay if there is no rate', async () => {
    const { batches, took } = await go(BATCHES, {});
    expect(batches).toEqual(['ab', 'cd', 'e']);
    expect(took).toBeLessThan(1_000);
  });

  test('yields a batch once the rate allows all of its entries', async () => {
    const { batches, times, took } = await go(BATCHES, { ratePerSecond: 20 });
    expect(batches).toEqual(['ab', 'cd', 'e']);
    for (const [index, due] of [100, 200, 250].entries()) expect(times[index]).toBeGreaterThanOrEqual(due);
    expect(took).toBeLessThan(2_000);
  });

  test('does not delay the batches after a late one', async () => {
    // Due at 100, 200 … 1,100 ms: all but the first are late when it ends.
    const batches = Array.from({ length: 11 }, (_, index) => [String(index)]);
    const { took } = await go(batches, { ratePerSecond: 10 }, ([entry]) => entry === '0' && sleep(1_200));
    expect(took).toBeGreaterThanOrEqual(1_295);
    expect(took).toBeLessThan(2_200);
  });

  test('ends immediately if the next batch is due after the deadline', async () => {
    const late = Array.from({ length: 100 }, () => 'b');
    const { batches, took } = await go([['a'], late], { ratePerSecond: 10, deadline: Date.now() + 5_000 });
    expect(batches).toEqual(['a']);
    expect(took).toBeLessThan(4_000);
  });

  test('yields no batch after the deadline, even without a rate', async () => {
    expect((await go(BATCHES, { deadline: Date.now() - 1 })).batches).toEqual([]);
    const deadline = Date.now() + 300;
    expect((await go(BATCHES, { deadline }, () => sleep(350))).batches).toEqual(['ab']);
  });
});

describe('a signal of paced', () => {
  test('that is already aborted yields no batch', async () => {
    expect((await go(BATCHES, { signal: AbortSignal.abort() })).batches).toEqual([]);
  });

  test('ends the wait for the next batch within 100 ms of its abort', async () => {
    const { batches, took } = await go(BATCHES, { ratePerSecond: 0.01, signal: AbortSignal.timeout(50) });
    expect(batches).toEqual([]);
    expect(took).toBeLessThan(1_000);
  });
});

describe('a changed rate of paced', () => {
  test('applies from the change on, starting with the waiting batch', async () => {
    const start = Date.now();
    const ratePerSecond = () => (Date.now() - start < 150 ? 0.01 : 20);
    const { batches, times, took } = await go(BATCHES, { ratePerSecond });
    expect(batches).toEqual(['ab', 'cd', 'e']);
    for (const [index, due] of [250, 350, 400].entries()) expect(times[index]).toBeGreaterThanOrEqual(due);
    expect(took).toBeLessThan(2_000);
  });

  test('to undefined yields all batches without delay', async () => {
    const start = Date.now();
    const ratePerSecond = () => (Date.now() - start < 50 ? 0.01 : undefined);
    expect((await go(BATCHES, { ratePerSecond })).took).toBeLessThan(1_000);
  });
});
