import type { ContenderResult, Sample } from './suite.ts';

/** Who contends, and how one run of it is measured. */
export interface Contender {
  name: string;
  measure: () => Promise<Sample>;
}

/**
 * Measures contenders in turn, round after round: what slows the machine down for a while slows all of them.
 *
 * @param log told of each run
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
