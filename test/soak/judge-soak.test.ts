import { describe, expect, it } from 'vitest';
import { judgeSoak } from './judge-soak.ts';
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
