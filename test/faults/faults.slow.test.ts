import { expect, it } from 'vitest';
import { createSchedule } from './create-schedule.ts';
import { runSchedule } from './run-schedule.ts';

/** Two of the 50 schedules of `npm run test:faults`: consumers killed after a publish, and a stopped database. */
it.each([6, 18])(
  'the pipeline keeps the promise under the schedule of seed %i',
  async (seed) => {
    const schedule = createSchedule(seed);
    const { broken, hits, restarts } = await runSchedule(schedule);
    expect(broken, schedule.title).toEqual([]);
    expect(Object.keys(hits).length).toBeGreaterThan(0);
    if (seed === 6) expect(restarts).toBeGreaterThan(0);
  },
  300_000,
);
