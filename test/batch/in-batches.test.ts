import { describe, expect, it } from 'vitest';
import { inBatches } from '../../lib/batch/in-batches.ts';

describe('inBatches', () => {
  it('gives all entries in their order, the last batch with what is left', () => {
    expect([...inBatches([1, 2, 3, 4, 5], 2)]).toEqual([[1, 2], [3, 4], [5]]);
    expect([...inBatches([1, 2], 2)]).toEqual([[1, 2]]);
    expect([...inBatches([], 2)]).toEqual([]);
  });

  it('asks for the size of the moment with each entry', () => {
    const sizes = [1, 3, 3, 3, 2, 2];
    expect([...inBatches([1, 2, 3, 4, 5, 6], () => sizes.shift() ?? 1)]).toEqual([[1], [2, 3, 4], [5, 6]]);
  });

  it('takes no more of a sequence than the batch that is asked for', () => {
    let taken = 0;
    function* endless() {
      for (;;) yield ++taken;
    }
    expect(inBatches(endless(), 3).next().value).toEqual([1, 2, 3]);
    expect(taken).toBe(3);
  });
});
