import { expect, it } from 'vitest';
import { createSchedule } from './create-schedule.ts';
import { runSchedule } from './run-schedule.ts';

/** Two of the fifty that `npm run test:faults` runs: consumers that die after their publish, and a database that is stopped. */
it.each([6, 18])(
  'the promise is kept under the schedule of seed %i',
  async (seed) => {
    const schedule = createSchedule(seed);
    const { broken, hits, deaths } = await runSchedule(schedule);
    expect(broken, schedule.title).toEqual([]);
    expect(Object.keys(hits).length).toBeGreaterThan(0);
    if (seed === 6) expect(deaths).toBeGreaterThan(0);
  },
  300_000,
);
