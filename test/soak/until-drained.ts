import { setTimeout as sleep } from 'node:timers/promises';
import { isDrained, type PipelineCounts } from '../../local/start/pipeline-counts.ts';

/** Ms between looks, and looks in a row that must find nothing under way. */
const LOOK_MS = 500;
const QUIET_LOOKS = 4;

/**
 * Waits until no order is on its way.
 *
 * @param count counts, with what is stored once nothing is on its way
 * @param patience ms after which it gives up
 * @returns the last counts, drained or not
 */
export async function untilDrained(
  count: () => Promise<PipelineCounts>,
  patience: number,
): Promise<PipelineCounts> {
  const deadline = Date.now() + patience;
  for (let quiet = 0; ; ) {
    const counts = await count();
    quiet = isDrained(counts) ? quiet + 1 : 0;
    if (quiet === QUIET_LOOKS || Date.now() > deadline) return counts;
    await sleep(LOOK_MS);
  }
}
