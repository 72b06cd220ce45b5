import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { type Pace, paced } from '../../lib/batch/paced.ts';

/** Batches that went, with the ms after which each did; timers may be a millisecond early. */
async function go(batches: readonly string[][], pace: Partial<Pace>, work?: (batch: string[]) => unknown) {
  const start = Date.now();
  const went: { batch: string; after: number }[] = [];
  for await (const batch of paced(batches, { deadline: start + 1_000_000, ...pace })) {
    went.push({ batch: batch.join(''), after: Date.now() - start + 1 });
    await work?.(batch);
  }
  return {
    batches: went.map(({ batch }) => batch),
    times: went.map(({ after }) => after),
    took: Date.now() - start,
  };
}

const BATCHES = [['a', 'b'], ['c', 'd'], ['e']];

describe('batches', () => {
  test('go as fast as they are taken where no rate is asked for', async () => {
    const { batches, took } = await go(BATCHES, {});
    expect(batches).toEqual(['ab', 'cd', 'e']);
    expect(took).toBeLessThan(1_000);
  });

  test('go at the end of the time that their entries stand for', async () => {
    const { batches, times, took } = await go(BATCHES, { ratePerSecond: 20 });
    expect(batches).toEqual(['ab', 'cd', 'e']);
    for (const [index, due] of [100, 200, 250].entries()) expect(times[index]).toBeGreaterThanOrEqual(due);
    expect(took).toBeLessThan(2_000);
  });

  test('behind a late one are not pushed back', async () => {
    // Due at 100, 200 … 1,100 ms: all but the first are late when it ends.
    const batches = Array.from({ length: 11 }, (_, index) => [String(index)]);
    const { took } = await go(batches, { ratePerSecond: 10 }, ([entry]) => entry === '0' && sleep(1_200));
    expect(took).toBeGreaterThanOrEqual(1_295);
    expect(took).toBeLessThan(2_200);
  });

  test('that are due after the deadline do not go, nor are they waited for', async () => {
    const late = Array.from({ length: 100 }, () => 'b');
    const { batches, took } = await go([['a'], late], { ratePerSecond: 10, deadline: Date.now() + 5_000 });
    expect(batches).toEqual(['a']);
    expect(took).toBeLessThan(4_000);
  });

  test('do not go after the deadline, however fast they may', async () => {
    expect((await go(BATCHES, { deadline: Date.now() - 1 })).batches).toEqual([]);
    const deadline = Date.now() + 300;
    expect((await go(BATCHES, { deadline }, () => sleep(350))).batches).toEqual(['ab']);
  });
});

describe('a signal', () => {
  test('that is given beforehand lets nothing through', async () => {
    expect((await go(BATCHES, { signal: AbortSignal.abort() })).batches).toEqual([]);
  });

  test('ends the wait for the next batch within a tenth of a second', async () => {
    const { batches, took } = await go(BATCHES, { ratePerSecond: 0.01, signal: AbortSignal.timeout(50) });
    expect(batches).toEqual([]);
    expect(took).toBeLessThan(1_000);
  });
});

describe('a rate that changes', () => {
  test('counts from then on, and from the batch that waits', async () => {
    const start = Date.now();
    const ratePerSecond = () => (Date.now() - start < 150 ? 0.01 : 20);
    const { batches, times, took } = await go(BATCHES, { ratePerSecond });
    expect(batches).toEqual(['ab', 'cd', 'e']);
    for (const [index, due] of [250, 350, 400].entries()) expect(times[index]).toBeGreaterThanOrEqual(due);
    expect(took).toBeLessThan(2_000);
  });

  test('to none lets everything through', async () => {
    const start = Date.now();
    const ratePerSecond = () => (Date.now() - start < 50 ? 0.01 : undefined);
    expect((await go(BATCHES, { ratePerSecond })).took).toBeLessThan(1_000);
  });
});
