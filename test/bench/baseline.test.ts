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
  it('tells nothing of values that are better, or worse by no more than they may be', () => {
    const baseline = { 'suite/goal': 10 };
    for (const value of [9.1, 10, 20]) {
      expect(findRegressions([goal(value, { atLeast: 100 })], baseline)).toEqual([]);
    }
    for (const value of [1, 10, 10.9]) {
      expect(findRegressions([goal(value, { atMost: 1 })], baseline)).toEqual([]);
    }
  });

  it('tells which value is worse than it was, and by how much', () => {
    const baseline = { 'suite/goal': 10 };
    expect(findRegressions([goal(8, { atLeast: 1 })], baseline)).toEqual([
      'suite/goal: 8 is worse than 10 by 20 %, more than 10 %',
    ]);
    expect(findRegressions([goal(15, { atMost: 100 })], baseline)).toEqual([
      'suite/goal: 15 is worse than 10 by 50 %, more than 10 %',
    ]);
  });

  it('tells of a value that has never been recorded', () => {
    expect(findRegressions([goal(8, { atLeast: 1 })], {})).toEqual([
      'suite/goal: has no recorded value, run with --record',
    ]);
  });
});

describe('the recorded baseline', () => {
  it('holds ratios and figures above 0', async () => {
    const values = Object.values(await readBaseline());
    expect(values.length).toBeGreaterThan(10);
    for (const value of values) expect(value).toBeGreaterThan(0);
  });
});
