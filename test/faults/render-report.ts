import type { RunReport } from './run-schedule.ts';

/** Of a Markdown table, so that it can go into the docs as it is. */
export const heading = `\
| seed | schedule | run by | faults that hit | deaths | received | duplicates | dead-lettered | redriven | repeats | allowed | s |
|---:|---|---|---|---:|---:|---:|---:|---:|---:|---:|---:|
`;

/** One run as a row of the table. */
export function row(report: RunReport): string {
  const { schedule, hits, deaths, received, duplicates, deadLettered, redriven, repeats, allowed, seconds } =
    report;
  const faults = Object.entries(hits).map(([kind, count]) => `${count} ${kind}`);
  const happened = schedule.happenings.map(({ happening }) => happening.kind);
  const cells = [
    schedule.seed,
    schedule.title,
    schedule.runtime,
    [...new Set(happened), ...faults].join(', '),
    deaths,
    received,
    duplicates,
    deadLettered,
    redriven,
    repeats,
    allowed,
    seconds,
  ];
  return `| ${cells.join(' | ')} |\n`;
}
