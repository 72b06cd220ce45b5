import { createLogUpdate } from 'log-update';
import { bar } from '../../program/bar.ts';
import { duration, whole } from './format.ts';

/** Shows how long work is getting on. */
export interface ProgressBar {
  /** @param total where it has changed, or was not known before: without one there is a count, but no bar */
  update(done: number, total?: number): void;
  /** Leaves the last state on the screen. To be called whatever became of the work: the cursor is hidden until then. */
  done(): void;
}

/** Ms between two drawings. */
const REDRAW_MS = 100;
/** Rates are over this many ms: long enough to be steady, short enough to show a change. */
const RATE_WINDOW_MS = 3_000;

/**
 * A bar with rate and time left on a terminal; nothing at all elsewhere.
 *
 * @param label what is being done, in few words that are safe to print
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

/** A second, over all samples; 0 until it can be told. */
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
