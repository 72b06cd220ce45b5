import { expect, it } from 'vitest';
import { formatSoak } from './format-soak.ts';
import { judgeSoak } from './judge-growth.ts';
import { plotSoak } from './plot.ts';
import { runSoak } from './run-soak.ts';

it('runSoak keeps the promise in a short run, whose result is formatted as a table and a plot', {
  timeout: 180_000,
}, async () => {
  const result = await runSoak({
    duration: 2_000,
    rate: 120,
    // Fewer execution environments start faster.
    params: { consumerConcurrency: 2, fulfillmentConcurrency: 2, ingestConcurrency: 2 },
    seed: 11,
    data: false,
    // With faults, a message whose receive is lost would stay invisible for minutes.
    faults: false,
    collects: false,
    sampleEvery: 1_000,
    signal: new AbortController().signal,
  });
  expect(result.broken).toEqual([]);
  const { load, confirmations, reconciliation } = result.evidence;
  expect(load.counts).toMatchObject({ order: 240, invalid: 1 });
  expect(confirmations).toEqual({ found: load.counts.order, missing: [], unknown: [], repeated: 0 });
  expect(reconciliation.orders.confirmed).toBe(load.counts.order);
  expect(result.samples.length).toBeGreaterThanOrEqual(1);
  for (const { rss, handles, threads, heaps, postgres } of result.samples) {
    const all = [rss, handles, threads, postgres, ...Object.values(heaps)];
    expect(all.filter((value) => !(value > 0))).toEqual([]);
  }

  // The run is too short for a growth check.
  const growth = judgeSoak(result.samples, result.keptPerOrder, false);
  expect(growth).toEqual([]);
  expect(formatSoak(result, growth)).toContain('OK: every order is accounted for');
  const svg = plotSoak(result.samples);
  for (const title of ['open handles', 'threads', 'ms from sending to confirmation']) {
    expect(svg).toContain(`>${title}</text>`);
  }
  expect(svg).not.toMatch(/NaN|undefined/);
});
