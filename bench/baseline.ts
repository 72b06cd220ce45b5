import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Goal } from './suite.ts';

/** The recorded value of each goal, by its id. */
export type Baseline = Readonly<Record<string, number>>;

const FILE = join(import.meta.dirname, 'baseline.json');

export async function readBaseline(): Promise<Baseline> {
  return JSON.parse(await readFile(FILE, 'utf8'));
}

/** Goals that were not measured stay as they are. */
export async function recordBaseline(goals: readonly Goal[]): Promise<void> {
  const measured = goals.map(({ id, value }) => [id, Number(value.toPrecision(4))]);
  const baseline = { ...(await readBaseline()), ...Object.fromEntries(measured) };
  await writeFile(FILE, `${JSON.stringify(baseline, null, 2)}\n`);
}

/** @returns a sentence for each goal that is worse than its recorded value by more than it may be */
export function findRegressions(goals: readonly Goal[], baseline: Baseline): string[] {
  return goals.flatMap(({ id, value, bound, tolerance }) => {
    const recorded = baseline[id];
    if (recorded === undefined) return [`${id}: has no recorded value, run with --record`];
    const worse = 'atLeast' in bound ? 1 - value / recorded : value / recorded - 1;
    if (worse <= tolerance) return [];
    const percent = (share: number) => `${Math.round(share * 100)} %`;
    return [
      `${id}: ${Number(value.toPrecision(3))} is worse than ${recorded} by ${percent(worse)}, more than ${percent(tolerance)}`,
    ];
  });
}
