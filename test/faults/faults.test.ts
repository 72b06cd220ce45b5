import { expect, it } from 'vitest';
import { createSchedule } from './create-schedule.ts';
import { runSchedule } from './run-schedule.ts';

/**
 * One schedule of workers that die, and one of functions that lose their cloud; the others are run by `npm run test:faults`, which
 * repeats any of these two as well.
 */
it.each([6, 20])(
  'the promise is kept under the schedule of seed %i',
  async (seed) => {
    const { broken, hits, schedule, deaths } = await runSchedule(createSchedule(seed));
    expect(broken).toEqual([]);
    expect(deaths, schedule.title).toBeGreaterThan(0);
    expect(Object.keys(hits).length).toBeGreaterThan(0);
  },
  300_000,
);
