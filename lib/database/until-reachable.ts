import { setTimeout as sleep } from 'node:timers/promises';
import { DatabaseError } from '../errors.ts';

/**
 * How long an unreachable database is waited for, in ms. Aurora takes about 15 s to wake up
 * (https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-serverless-v2-auto-pause.html); a function's other
 * 40 s of 60 are for its statement. What takes longer comes back with its message.
 */
const PATIENCE_MS = 20_000;
/** First delay, in ms; doubled with each attempt. */
const FIRST_DELAY_MS = 100;
/** No delay is longer than this, in ms. */
const LONGEST_DELAY_MS = 2_000;

/** Repeats what fails because the database is unreachable until it does not, or the time is up. */
export async function untilReachable<Answer>(
  attempt: () => Promise<Answer>,
  patienceMs = PATIENCE_MS,
): Promise<Answer> {
  const deadline = Date.now() + patienceMs;
  for (let delay = FIRST_DELAY_MS; ; delay = Math.min(2 * delay, LONGEST_DELAY_MS)) {
    try {
      return await attempt();
    } catch (error) {
      const isWorthIt = error instanceof DatabaseError && error.unreachable && Date.now() + delay < deadline;
      if (!isWorthIt) throw error;
    }
    // With jitter, so that functions that met the same outage do not come back together.
    await sleep(delay * (1 - Math.random() / 2));
  }
}
