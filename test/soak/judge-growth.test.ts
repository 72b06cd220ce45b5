import { describe, expect, it } from 'vitest';
import { judgeGrowth, judgeSoak, type Point, slope } from './judge-growth.ts';
import type { Sample } from './sample.ts';

/** A sample every 5 s, of 6,000 orders a minute; `grow` tells how much is added in a minute. */
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

describe('a soak', () => {
  it('is well where nothing grows', () => {
    expect(judgeSoak(samples(10), 0, true)).toHaveLength(4);
    expect(grown(samples(10), 0, true)).toEqual([]);
  });

  it('may keep in memory what the ledger has of each order, and not with a data directory', () => {
    // 6,000 orders of 2,000 bytes are 11.4 MiB, and their heap is up to twice that.
    expect(grown(samples(10, { rssMiB: 20 }), 1_900, false)).toEqual([]);
    expect(grown(samples(10, { rssMiB: 20 }), 1_900, true)).toEqual([
      'resident memory, MiB',
      'heap kept, MiB',
    ]);
  });

  it('is not well where handles or threads grow', () => {
    expect(grown(samples(10, { handles: 3 }), 0, true)).toEqual(['open handles']);
    expect(grown(samples(10, { threads: 1 }), 0, true)).toEqual(['threads']);
  });

  it('of a few minutes says nothing', () => {
    expect(judgeSoak(samples(4, { rssMiB: 100 }), 0, true)).toEqual([]);
    expect(judgeSoak([], 0, true)).toEqual([]);
  });
});

const line = (perX: number, count = 40): Point[] =>
  Array.from({ length: count }, (_, x) => [x, 7 + perX * x] as const);

describe('slope', () => {
  it('is that of the line on which all points are, up or down', () => {
    expect(slope(line(0.25))).toBeCloseTo(0.25, 9);
    expect(slope(line(-3))).toBeCloseTo(-3, 9);
  });

  it('is 0 of no points, of one, and of several at one time', () => {
    expect([
      slope([]),
      slope([[1, 5]]),
      slope([
        [1, 5],
        [1, 9],
      ]),
    ]).toEqual([0, 0, 0]);
  });

  it('is not moved by a quarter of points that are far off', () => {
    const disturbed = line(2).map(([x, y]) => [x, x % 4 === 3 ? 100_000 : y] as const);
    expect(slope(disturbed)).toBeGreaterThan(1.5);
    expect(slope(disturbed)).toBeLessThan(5);
  });

  it('is that of the trend beneath a saw-tooth, as collected garbage draws it', () => {
    const saw = line(1, 200).map(([x, y]) => [x, y + (x % 10) * 5] as const);
    expect(slope(saw)).toBeCloseTo(1, 1);
  });
});

describe('growth', () => {
  it('is what goes on after the first half', () => {
    const settled = line(1).map(([x, y]) => [x, x < 20 ? y : 27] as const);
    expect(judgeGrowth('memory', settled, 0.5)).toEqual({
      name: 'memory',
      perMinute: 0,
      allowed: 0.5,
      grew: false,
    });
  });

  it('is told where it is more than allowed, and not where it is just that', () => {
    expect(judgeGrowth('memory', line(0.5), 0.499).grew).toBe(true);
    expect(judgeGrowth('memory', line(0.5), 0.5).grew).toBe(false);
  });

  it('is not what garbage does between two collections, unless it comes to more in the end', () => {
    // Up by 200 in 5 minutes, and down again.
    const sway = (minutes: number, trend: number) =>
      line(trend, minutes * 12).map(([x, y]) => [x / 12, (y - 7) / 12 + ((x % 60) / 60) * 200] as const);
    expect(judgeGrowth('memory', sway(16, 8), 4)).toMatchObject({ grew: false });
    expect(judgeGrowth('memory', sway(16, 20), 4)).toMatchObject({ grew: true });
    expect(judgeGrowth('memory', sway(60, 8), 4)).toMatchObject({ grew: true });
  });
});
