import { setTimeout as sleep } from 'node:timers/promises';

/** First delay's upper bound, in ms; doubled with each attempt. */
const BASE_MS = 50;
/** No delay is longer than this, in ms. */
const LIMIT_MS = 2_000;

/**
 * Waits before the next attempt: exponential with full jitter, so that callers throttled together do not come back
 * together (AWS Architecture Blog, "Exponential Backoff And Jitter").
 *
 * @param attempt how many attempts were made, from 1
 */
export async function backoff(attempt: number): Promise<void> {
  await sleep(Math.random() * Math.min(LIMIT_MS, BASE_MS * 2 ** attempt));
}
