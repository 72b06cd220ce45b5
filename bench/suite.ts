import { median } from '../harness/statistics.ts';

/** The result of one run of a contender, by the metric's name. A metric that does not apply is absent. */
export type Sample = Readonly<Record<string, number>>;

/** One column of a suite's table. */
export interface Metric {
  /** Name within samples. */
  name: string;
  /** Heads the column: `orders/s`. */
  title: string;
  /** Digits after the decimal point. */
  digits: number;
  /** Whether contenders are compared by it: the first one's median as a multiple of each other's. */
  compared?: boolean;
}

/** One row of a suite's table. */
export interface ContenderResult {
  name: string;
  samples: readonly Sample[];
}

/** A goal of a suite: a ratio of medians within one run, or a figure that no machine changes. */
export interface Goal {
  /** Stable, for the baseline: `confirm/times-one-at-a-time`. */
  id: string;
  /** In words: `times the one-at-a-time consumer`. */
  title: string;
  value: number;
  /** The figure that the value must not fall below, or not exceed. */
  bound: { atLeast: number } | { atMost: number };
  /**
   * Share by which the value may be worse than the recorded one before that counts as a regression: `NOISY` for what is
   * timed, less for what is counted.
   */
  tolerance: number;
}

/** Medians of a few runs differ by this much between runs of the same code, on a machine that others use as well. */
export const NOISY = 0.3;
/** Counted, not timed. */
export const COUNTED = 0.02;

export interface SuiteResult {
  metrics: readonly Metric[];
  contenders: readonly ContenderResult[];
  goals: readonly Goal[];
}

export interface SuiteSettings {
  /** How often each contender runs; they take turns. */
  repeats: number;
  /** Multiplies the numbers of orders: below 1 for a quick look. */
  scale: number;
  /** Called with a line for each step. */
  log: (line: string) => void;
}

/** One benchmark: ours and its peers, in turn, on the same machine. */
export interface Suite {
  name: string;
  /** One sentence: what is measured, of what. */
  title: string;
  /** @throws Error where a contender's result is wrong */
  run(settings: SuiteSettings): Promise<SuiteResult>;
}

/** Who contends, and how one run of it is measured. */
export interface Contender {
  name: string;
  measure: () => Promise<Sample>;
}

/**
 * Measures contenders in turn, round after round: what slows the machine down for a while slows all of them.
 *
 * @param log called after each run
 */
export async function takeTurns(
  contenders: readonly Contender[],
  repeats: number,
  log: (line: string) => void,
): Promise<ContenderResult[]> {
  const samples = contenders.map((): Sample[] => []);
  for (let round = 1; round <= repeats; round++) {
    for (const [index, { name, measure }] of contenders.entries()) {
      const sample = await measure();
      samples[index]?.push(sample);
      const figures = Object.entries(sample).map(
        ([metric, value]) => `${metric} ${Number(value.toPrecision(4))}`,
      );
      log(`${round}/${repeats} ${name}: ${figures.join(', ')}`);
    }
  }
  return contenders.map(({ name }, index) => ({ name, samples: samples[index] ?? [] }));
}

/** The median of a contender's metric. @throws Error where there is no such contender, or metric */
export function medianOf(results: readonly ContenderResult[], contender: string, metric: string): number {
  const samples = results.find(({ name }) => name === contender)?.samples ?? [];
  return median(samples.flatMap((sample) => sample[metric] ?? []));
}

/** A ratio of rates that was measured in one run, and must not fall below a bound. */
export const ratioGoal = (id: string, title: string, value: number, atLeast: number): Goal => ({
  id,
  title,
  value,
  bound: { atLeast },
  tolerance: NOISY,
});
