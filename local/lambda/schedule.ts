const UNITS: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };
/** Maximum delay of a Node.js timer. Node.js replaces a longer delay with 1 ms. */
const MAX_DELAY = 2 ** 31 - 1;

/** A task that runs periodically between its start and its stop. */
export interface Schedule {
  start(): void;
  stop(): void;
}

/**
 * Creates a schedule from an EventBridge rate such as `rate(5 minutes)`.
 *
 * @throws Error for any other expression, including `cron(…)`
 */
export function createSchedule(expression: string, task: () => void): Schedule {
  const [, count, unit = ''] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression) ?? [];
  const period = Number(count) * (UNITS[unit] ?? Number.NaN);
  if (!(period > 0 && period <= MAX_DELAY)) {
    throw new Error(
      `schedule: the embedded cloud accepts rate(N minutes|hours|days) up to 24 days, received ${expression}`,
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
