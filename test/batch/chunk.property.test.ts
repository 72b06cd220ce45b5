import fc from 'fast-check';
import { expect, test } from 'vitest';
import { chunk } from '../../lib/batch/chunk.ts';
import { propertyRuns } from '../property-runs.ts';

interface Entry {
  /** In bytes. */
  size: number;
}

const total = (entries: readonly Entry[]): number => entries.reduce((sum, { size }) => sum + size, 0);

const cases = fc.record({
  entries: fc.array(fc.record({ size: fc.nat(12) }), { maxLength: 60 }),
  maxEntries: fc.integer({ min: 1, max: 12 }),
  maxBytes: fc.option(fc.nat(40), { nil: undefined }),
});

test('chunk keeps both limits and the order of all entries, and fills every batch as far as possible', () => {
  fc.assert(
    fc.property(cases, ({ entries, maxEntries, maxBytes }) => {
      const sizeOf = ({ size }: Entry): number => size;
      const limits = maxBytes === undefined ? { maxEntries } : { maxEntries, maxBytes, sizeOf };
      const limit = maxBytes ?? Number.POSITIVE_INFINITY;
      const batches = chunk(entries, limits);

      expect(batches.flat()).toEqual(entries);
      for (const [index, batch] of batches.entries()) {
        expect(batch.length).toBeGreaterThan(0);
        expect(batch.length).toBeLessThanOrEqual(maxEntries);
        // The service rejects an entry that is too large by itself.
        if (batch.length > 1) expect(total(batch)).toBeLessThanOrEqual(limit);
        const next = batches[index + 1]?.[0];
        if (next) expect(batch.length === maxEntries || total([...batch, next]) > limit).toBe(true);
      }
    }),
    propertyRuns(300),
  );
});
