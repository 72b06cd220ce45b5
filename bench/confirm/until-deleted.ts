import { setTimeout as sleep } from 'node:timers/promises';
import type { Services } from '../processes/start-services.ts';

/** Ms between looks at how far it is. */
const LOOK_MS = 25;

/**
 * Waits until so many messages of a queue were deleted.
 *
 * @param deadline epoch ms at which `failure` is thrown
 * @returns how many were by then
 */
export async function untilDeleted(
  services: Services,
  queueUrl: string,
  wanted: number,
  deadline: number,
  failure: string,
): Promise<number> {
  for (;;) {
    const { deleted } = await services.counts(queueUrl);
    if (deleted >= wanted) return deleted;
    if (Date.now() > deadline) throw new Error(failure);
    await sleep(LOOK_MS);
  }
}
