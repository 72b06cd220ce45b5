import { createLogUpdate } from 'log-update';
import { bar } from '../../program/bar.ts';
import { duration, whole } from './format.ts';

/** Shows the progress of work. */
export interface ProgressBar {
  /** @param total Amount of work. Default: as before. While it is unknown, a count is shown instead of a bar. */
  update(done: number, total?: number): void;
  /** Leaves the last state on the screen. Must also be called when the work fails, because the cursor is hidden until then. */
  done(): void;
}

/** Minimum time between two drawings, in ms. */
const REDRAW_MS = 100;
/** Period that a rate is averaged over, in ms. */
const RATE_WINDOW_MS = 3_000;

/**
 * Creates a progress bar with rate and time left. It draws nothing if the stream is not a terminal.
 *
 * @param label Name of the work.
 */
export function createProgressBar(label: string, stream: NodeJS.WriteStream = process.stderr): ProgressBar {
  if (!stream.isTTY) return { update: () => undefined, done: () => undefined };
  const log = createLogUpdate(stream);
  const samples: { at: number; done: number }[] = [];
  let total: number | undefined;
  let drawn = Number.NEGATIVE_INFINITY;
  let latest = '';
  return {
    update(done, newTotal = total) {
      total = newTotal;
      const now = Date.now();
      samples.push({ at: now, done });
      while (samples.length > 2 && now - (samples[0]?.at ?? now) > RATE_WINDOW_MS) samples.shift();
      latest = line(label, done, total, rateOf(samples));
      if (now - drawn < REDRAW_MS) return;
      drawn = now;
      log(latest);
    },
    done() {
      if (latest) log(latest);
      log.done();
    },
  };
}

/** Returns the rate per second over all samples; 0 while there are fewer than two. */
function rateOf(samples: readonly { at: number; done: number }[]): number {
  const [first] = samples;
  const last = samples.at(-1);
  if (!first || !last || first.at === last.at) return 0;
  return ((last.done - first.done) * 1_000) / (last.at - first.at);
}

function line(label: string, done: number, total: number | undefined, rate: number): string {
  const pace = `${whole(rate)}/s`;
  const count = whole(done);
  if (total === undefined) return `  ${label}  ${count}  ${pace}`;
  const left = rate > 0 && done < total ? `  ${duration((total - done) / rate)} left` : '';
  return `  ${label}  ${bar(done, total)} ${count} of ${whole(total)}  ${pace}${left}`;
}
