import { type Goal, NOISY } from './suite.ts';

/** A ratio of rates that was measured in one run, and must not fall below a bound. */
export const ratioGoal = (id: string, title: string, value: number, atLeast: number): Goal => ({
  id,
  title,
  value,
  bound: { atLeast },
  tolerance: NOISY,
});
