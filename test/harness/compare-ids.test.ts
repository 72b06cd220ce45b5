import { expect, it } from 'vitest';
import { compareIds } from '../../harness/compare-ids.ts';

it('counts missing, unknown and repeated ids', () => {
  expect(compareIds(new Set(['a', 'b', 'c']), ['a', 'x', 'a', 'b', 'a'])).toEqual({
    found: 2,
    missing: ['c'],
    unknown: ['x'],
    repeated: 2,
  });
});
