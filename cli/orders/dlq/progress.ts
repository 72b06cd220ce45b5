import { whole } from '../format.ts';
import { createProgressBar, type ProgressBar } from '../progress.ts';

/** Progress of looking a queue through, and then of what is done with the messages that were chosen. */
export interface TwoProgressBars extends Disposable {
  /** @param total there for the second part only */
  update(done: number, total?: number): void;
}

export function createProgressBars(looking: string, doing: string): TwoProgressBars {
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
    update: (done, total) => use(total === undefined ? looking : doing).update(done, total),
    [Symbol.dispose]: () => bar?.done(),
  };
}

/** Failures that are listed; `--json` has all. */
const SHOWN = 20;

/** Why messages stayed where they are, a line each. */
export function failuresText(failures: readonly { id: string; message: string }[]): string {
  const lines = failures.slice(0, SHOWN).map(({ id, message }) => `  ${id}  ${message}\n`);
  const left = failures.length - lines.length;
  if (left > 0) lines.push(`  … and ${whole(left)} more; --json lists them\n`);
  return lines.join('');
}
