import { setTimeout as sleep } from 'node:timers/promises';
import { DatabaseError } from '../errors.ts';

/**
 * Longest wait for an unreachable database, in ms. Aurora takes about 15 s to resume
 * (https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-serverless-v2-auto-pause.html). The other 40 s of a
 * function's 60 are for its statement. After a longer outage the message is redelivered.
 */
const MAX_WAIT_MS = 20_000;
/** First delay, in ms, which doubles with each attempt. */
const FIRST_DELAY_MS = 100;
/** Longest delay, in ms. */
const LONGEST_DELAY_MS = 2_000;

/** Repeats an attempt while the database is unreachable, up to `maxWaitMs`. */
export async function untilReachable<Answer>(
  attempt: () => Promise<Answer>,
  maxWaitMs = MAX_WAIT_MS,
): Promise<Answer> {
  const deadline = Date.now() + maxWaitMs;
  for (let delay = FIRST_DELAY_MS; ; delay = Math.min(2 * delay, LONGEST_DELAY_MS)) {
    try {
      return await attempt();
    } catch (error) {
      const isRetryable =
        error instanceof DatabaseError && error.unreachable && Date.now() + delay < deadline;
      if (!isRetryable) throw error;
    }
    // With jitter, so that functions that saw the same outage do not retry together.
    await sleep(delay * (1 - Math.random() / 2));
  }
}
