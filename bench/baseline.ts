import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Goal } from './suite.ts';

/** Recorded values of goals by their ids. */
export type Baseline = Readonly<Record<string, number>>;

const FILE = join(import.meta.dirname, 'baseline.json');

export async function readBaseline(): Promise<Baseline> {
  return JSON.parse(await readFile(FILE, 'utf8'));
}

/** Records the values of goals; those of other goals stay as they are. */
export async function recordBaseline(goals: readonly Goal[]): Promise<void> {
  const measured = goals.map(({ id, value }) => [id, Number(value.toPrecision(4))]);
  const baseline = { ...(await readBaseline()), ...Object.fromEntries(measured) };
  await writeFile(FILE, `${JSON.stringify(baseline, null, 2)}\n`);
}

/** @returns One line for each goal that is worse than its recorded value by more than its tolerance. */
export function findRegressions(goals: readonly Goal[], baseline: Baseline): string[] {
  return goals.flatMap(({ id, value, bound, tolerance }) => {
    const recorded = baseline[id];
    if (recorded === undefined) return [`${id}: no recorded value, run with --record`];
    const worse = 'atLeast' in bound ? 1 - value / recorded : value / recorded - 1;
    if (worse <= tolerance) return [];
    const percent = (share: number) => `${Math.round(share * 100)} %`;
    return [
      `${id}: ${Number(value.toPrecision(3))} is ${percent(worse)} worse than the recorded ${recorded}, at most ${percent(tolerance)} is allowed`,
    ];
  });
}
