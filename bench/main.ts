import { mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { dirname } from 'node:path';
import { UsageError } from '../program/options.ts';
import { findRegressions, readBaseline, recordBaseline } from './baseline.ts';
import { type BenchOptions, HELP, readBenchOptions } from './bench-options.ts';
import { coldStart } from './cold-start/cold-start.ts';
import { confirm } from './confirm/confirm.ts';
import { endToEnd } from './end-to-end/end-to-end.ts';
import { growth } from './growth/growth.ts';
import { ingest } from './ingest/ingest.ts';
import { npmStart } from './npm-start/npm-start.ts';
import { produce } from './produce/produce.ts';
import { renderGoals, renderSuite } from './render.ts';
import type { Goal, Suite, SuiteResult } from './suite.ts';

/** All benchmarks, in the order in which they run. */
const suites: readonly Suite[] = [produce, confirm, endToEnd, ingest, coldStart, npmStart, growth];

/** Exit statuses: success; a result is wrong or a ratio regressed; the command line is wrong. */
const EXIT = { ok: 0, failed: 1, usage: 2 } as const;

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  try {
    const options = readBenchOptions(
      args,
      suites.map(({ name }) => name),
    );
    if (options) return await run(options);
    process.stdout.write(HELP);
    return EXIT.ok;
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    return error instanceof UsageError ? EXIT.usage : EXIT.failed;
  }
}

async function run({ filters, json, check, record, ...settings }: BenchOptions): Promise<number> {
  const chosen = suites.filter(
    ({ name }) => filters.length === 0 || filters.some((filter) => name.includes(filter)),
  );
  const results: Record<string, SuiteResult> = {};
  for (const { name, title, run: runSuite } of chosen) {
    process.stdout.write(`${name}: ${title}\n`);
    const log = (line: string) => process.stderr.write(`  ${line}\n`);
    results[name] = await runSuite({ ...settings, log });
    const { goals } = results[name];
    process.stdout.write(`\n${renderSuite(results[name])}\n`);
    if (goals.length > 0) process.stdout.write(`${renderGoals(goals)}\n`);
  }
  await mkdir(dirname(json), { recursive: true });
  await writeFile(json, `${JSON.stringify({ machine: describeMachine(), ...settings, results }, null, 2)}\n`);
  process.stdout.write(`All measurements are in ${json}.\n`);

  const goals = Object.values(results).flatMap((result): readonly Goal[] => result.goals);
  if (record) await recordBaseline(goals);
  const regressions = check ? findRegressions(goals, await readBaseline()) : [];
  for (const regression of regressions) process.stderr.write(`${regression}\n`);
  if (check && regressions.length === 0) process.stdout.write('No ratio is worse than recorded.\n');
  return regressions.length > 0 ? EXIT.failed : EXIT.ok;
}

function describeMachine() {
  return {
    node: process.version,
    processors: availableParallelism(),
    model: cpus()[0]?.model,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
  };
}
