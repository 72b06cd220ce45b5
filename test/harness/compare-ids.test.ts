import { expect, it } from 'vitest';
import { compareIds } from '../../harness/compare-ids.ts';

it('ids are compared by what is missing, unknown and repeated', () => {
  expect(compareIds(new Set(['a', 'b', 'c']), ['a', 'x', 'a', 'b', 'a'])).toEqual({
    found: 2,
    missing: ['c'],
    unknown: ['x'],
    repeated: 2,
  });
});
