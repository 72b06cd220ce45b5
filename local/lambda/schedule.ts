const UNITS: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };
/** The longest delay of a Node.js timer: it takes longer ones for 1 ms. */
const MAX_DELAY = 2 ** 31 - 1;

/** A task that runs again and again, from its start to its stop. */
export interface Schedule {
  start(): void;
  stop(): void;
}

/**
 * Schedules a task on an EventBridge rate, e.g. `rate(5 minutes)`.
 *
 * @throws Error for another expression; `cron(…)` is not embodied
 */
export function createSchedule(expression: string, task: () => void): Schedule {
  const [, count, unit = ''] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression) ?? [];
  const period = Number(count) * (UNITS[unit] ?? Number.NaN);
  if (!(period > 0 && period <= MAX_DELAY)) {
    throw new Error(
      `schedule: must be rate(N minutes|hours|days) of at most 24 days here, received ${expression}`,
    );
  }
  let timer: NodeJS.Timeout | undefined;
  return {
    start() {
      timer = setInterval(task, period);
    },
    stop: () => clearInterval(timer),
  };
}
