import { median } from '../harness/statistics.ts';

/**
 * Measurements of one run of a contender by metric name. Metrics that do not apply are absent. `uncertainty` is the fraction
 * by which the compared metrics may be wrong.
 */
export type Sample = Readonly<Record<string, number>>;

/** One column of a suite's table. */
export interface Metric {
  /** Key in samples. */
  name: string;
  /** Column heading, such as `orders/s`. */
  title: string;
  /** Number of decimal places. */
  digits: number;
  /** Whether the table shows spreads, and the first contender's median as a multiple of the others' medians. */
  compared?: boolean;
}

/** One row of a suite's table. */
export interface ContenderResult {
  name: string;
  samples: readonly Sample[];
}

/** A goal of a suite: a ratio of medians within one run, or a number that does not depend on the machine. */
export interface Goal {
  /** Stable id, such as `confirm/one-at-a-time`; the baseline refers to it. */
  id: string;
  /** Description of the value, such as `times one at a time`. */
  title: string;
  value: number;
  /** Minimum or maximum of the value. */
  bound: { atLeast: number } | { atMost: number };
  /** Fraction by which it may be worse than the recorded value: `NOISY` for times and rates, `COUNTED` for counts. */
  tolerance: number;
}

/** Tolerance for times and rates. On a shared machine, medians of a few runs of the same code differ by this much. */
export const NOISY = 0.3;
/** Tolerance for counts. */
export const COUNTED = 0.02;

export interface SuiteResult {
  metrics: readonly Metric[];
  contenders: readonly ContenderResult[];
  goals: readonly Goal[];
}

export interface SuiteSettings {
  /** Number of runs of each contender. */
  repeats: number;
  /** Factor for the numbers of orders; below 1 for a quick run. */
  scale: number;
  /** Number of orders of an end-to-end run. Default: the suite's. */
  orders?: number;
  /** Directory of another checkout that the end-to-end suite runs in turn with this one. */
  beside?: string;
  /** Called with a line for each step. */
  log: (line: string) => void;
}

/** One benchmark, which compares this pipeline with its peers on the same machine. */
export interface Suite {
  name: string;
  /** One sentence about the measured task. */
  title: string;
  /** @throws Error if a contender's result is wrong */
  run(settings: SuiteSettings): Promise<SuiteResult>;
}

/** One of the implementations that a suite compares. */
export interface Contender {
  name: string;
  /** Measures one run. */
  measure: () => Promise<Sample>;
}

/**
 * Runs contenders in turn for several rounds, so that a temporary slowdown of the machine affects all of them. Every other round
 * is in reverse order, so that no contender always runs right after the same one.
 *
 * @param log Called with a line after each run.
 */
export async function takeTurns(
  contenders: readonly Contender[],
  repeats: number,
  log: (line: string) => void,
): Promise<ContenderResult[]> {
  const samples = contenders.map((): Sample[] => []);
  for (let round = 1; round <= repeats; round++) {
    const turns = [...contenders.entries()];
    if (round % 2 === 0) turns.reverse();
    for (const [index, { name, measure }] of turns) {
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

/** Returns the median of a contender's metric. @throws Error if the contender or its metric does not exist */
export function medianOf(results: readonly ContenderResult[], contender: string, metric: string): number {
  const samples = results.find(({ name }) => name === contender)?.samples ?? [];
  return median(samples.flatMap((sample) => sample[metric] ?? []));
}

/** Creates a goal for a ratio of two rates of the same run. */
export const ratioGoal = (id: string, title: string, value: number, atLeast: number): Goal => ({
  id,
  title,
  value,
  bound: { atLeast },
  tolerance: NOISY,
});
