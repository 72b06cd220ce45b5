import { describe, expect, it } from 'vitest';
import { findRegressions, readBaseline } from '../../bench/baseline.ts';
import type { Goal } from '../../bench/suite.ts';

const goal = (value: number, bound: Goal['bound']): Goal => ({
  id: 'suite/goal',
  title: 'of a goal',
  value,
  bound,
  tolerance: 0.1,
});

describe('findRegressions', () => {
  it('returns nothing for values that are better, or worse within the tolerance', () => {
    const baseline = { 'suite/goal': 10 };
    for (const value of [9.1, 10, 20]) {
      expect(findRegressions([goal(value, { atLeast: 100 })], baseline)).toEqual([]);
    }
    for (const value of [1, 10, 10.9]) {
      expect(findRegressions([goal(value, { atMost: 1 })], baseline)).toEqual([]);
    }
  });

  it('names a value that is worse than recorded, and by how much', () => {
    const baseline = { 'suite/goal': 10 };
    expect(findRegressions([goal(8, { atLeast: 1 })], baseline)).toEqual([
      'suite/goal: 8 is 20 % worse than the recorded 10, at most 10 % is allowed',
    ]);
    expect(findRegressions([goal(15, { atMost: 100 })], baseline)).toEqual([
      'suite/goal: 15 is 50 % worse than the recorded 10, at most 10 % is allowed',
    ]);
  });

  it('names a goal that has no recorded value', () => {
    expect(findRegressions([goal(8, { atLeast: 1 })], {})).toEqual([
      'suite/goal: no recorded value, run with --record',
    ]);
  });
});

describe('the recorded baseline', () => {
  it('contains only values above 0', async () => {
    const values = Object.values(await readBaseline());
    expect(values.length).toBeGreaterThan(10);
    for (const value of values) expect(value).toBeGreaterThan(0);
  });
});
