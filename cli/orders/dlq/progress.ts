import { whole } from '../format.ts';
import { createProgressBar, type ProgressBar } from '../progress.ts';

/** The progress of reading a dead-letter queue, followed by that of processing the chosen messages. */
export interface TwoProgressBars extends Disposable {
  /** @param total Number of chosen messages; undefined while the queue is read. */
  update(done: number, total?: number): void;
}

/**
 * @param reading Label while the queue is read.
 * @param processing Label while the chosen messages are processed.
 */
export function createProgressBars(reading: string, processing: string): TwoProgressBars {
  let bar: ProgressBar | undefined;
  let label = '';
  const use = (wanted: string): ProgressBar => {
    if (bar && label === wanted) return bar;
    bar?.done();
    label = wanted;
    bar = createProgressBar(label);
    return bar;
  };
  return {
    update: (done, total) => use(total === undefined ? reading : processing).update(done, total),
    [Symbol.dispose]: () => bar?.done(),
  };
}

/** Maximum number of failures shown; `--json` has all. */
const SHOWN = 20;

/** Formats failures, one line per message. */
export function failuresText(failures: readonly { id: string; message: string }[]): string {
  const lines = failures.slice(0, SHOWN).map(({ id, message }) => `  ${id}  ${message}\n`);
  const left = failures.length - lines.length;
  if (left > 0) lines.push(`  … and ${whole(left)} more; --json lists them\n`);
  return lines.join('');
}
