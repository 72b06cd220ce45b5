import { describe, expect, it } from 'vitest';
import { judgeGrowth, judgeSoak, type Point, slope } from './judge-growth.ts';
import type { Sample } from './sample.ts';

/** Creates a sample every 5 s for 6,000 orders per minute. `grow` is the growth per minute. */
function samples(
  minutes: number,
  grow: { rssMiB?: number; handles?: number; threads?: number } = {},
): Sample[] {
  return Array.from({ length: minutes * 12 + 1 }, (_, index) => {
    const minute = index / 12;
    return {
      minute,
      rss: (1_000 + (grow.rssMiB ?? 0) * minute) * 2 ** 20,
      handles: 300 + (grow.handles ?? 0) * minute,
      threads: 30 + (grow.threads ?? 0) * minute,
      heaps: { main: 0, awsServices: 0, dynamoDb: 0, functions: 0 },
      postgres: 0,
      queues: {},
      p50: null,
      p99: null,
      sent: minute * 6_000,
      confirmed: minute * 6_000,
    };
  });
}
const grown = (...args: Parameters<typeof judgeSoak>) =>
  judgeSoak(...args).flatMap(({ name, grew }) => (grew ? [name] : []));

describe('judgeSoak', () => {
  it('reports no growth for constant samples', () => {
    expect(judgeSoak(samples(10), 0, true)).toHaveLength(4);
    expect(grown(samples(10), 0, true)).toEqual([]);
  });

  it('allows the ledger records to grow in memory, but not with a data directory', () => {
    // 6,000 orders of 2,000 bytes are 11.4 MiB; their heap is up to twice as large.
    expect(grown(samples(10, { rssMiB: 20 }), 1_900, false)).toEqual([]);
    expect(grown(samples(10, { rssMiB: 20 }), 1_900, true)).toEqual([
      'resident memory, MiB',
      'heap retained, MiB',
    ]);
  });

  it('reports growing handles and threads', () => {
    expect(grown(samples(10, { handles: 3 }), 0, true)).toEqual(['open handles']);
    expect(grown(samples(10, { threads: 1 }), 0, true)).toEqual(['threads']);
  });

  it('returns nothing for runs of a few minutes', () => {
    expect(judgeSoak(samples(4, { rssMiB: 100 }), 0, true)).toEqual([]);
    expect(judgeSoak([], 0, true)).toEqual([]);
  });
});

const line = (perX: number, count = 40): Point[] =>
  Array.from({ length: count }, (_, x) => [x, 7 + perX * x] as const);

describe('slope', () => {
  it('returns the slope of points on a rising or falling line', () => {
    expect(slope(line(0.25))).toBeCloseTo(0.25, 9);
    expect(slope(line(-3))).toBeCloseTo(-3, 9);
  });

  it('returns 0 for no points, one point, or points with the same x', () => {
    expect([
      slope([]),
      slope([[1, 5]]),
      slope([
        [1, 5],
        [1, 9],
      ]),
    ]).toEqual([0, 0, 0]);
  });

  it('is robust against a quarter of outliers', () => {
    const disturbed = line(2).map(([x, y]) => [x, x % 4 === 3 ? 100_000 : y] as const);
    expect(slope(disturbed)).toBeGreaterThan(1.5);
    expect(slope(disturbed)).toBeLessThan(5);
  });

  it('returns the trend of a sawtooth, as from garbage collection', () => {
    const saw = line(1, 200).map(([x, y]) => [x, y + (x % 10) * 5] as const);
    expect(slope(saw)).toBeCloseTo(1, 1);
  });
});

describe('judgeGrowth', () => {
  it('ignores growth in the first half', () => {
    const settled = line(1).map(([x, y]) => [x, x < 20 ? y : 27] as const);
    expect(judgeGrowth('memory', settled, 0.5)).toEqual({
      name: 'memory',
      perMinute: 0,
      allowed: 0.5,
      grew: false,
    });
  });

  it('reports growth above the limit, but not at the limit', () => {
    expect(judgeGrowth('memory', line(0.5), 0.499).grew).toBe(true);
    expect(judgeGrowth('memory', line(0.5), 0.5).grew).toBe(false);
  });

  it('ignores growth between two garbage collections unless the trend exceeds it', () => {
    // Rises by 200 within 5 minutes, then drops.
    const sway = (minutes: number, trend: number) =>
      line(trend, minutes * 12).map(([x, y]) => [x / 12, (y - 7) / 12 + ((x % 60) / 60) * 200] as const);
    expect(judgeGrowth('memory', sway(16, 8), 4)).toMatchObject({ grew: false });
    expect(judgeGrowth('memory', sway(16, 20), 4)).toMatchObject({ grew: true });
    expect(judgeGrowth('memory', sway(60, 8), 4)).toMatchObject({ grew: true });
  });
});
