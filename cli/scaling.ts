import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { UsageError } from '../program/options.ts';
import { comparePolicies, varyTargets } from './scaling/compare.ts';
import { plotRuns } from './scaling/plot.ts';
import { HELP, readScalingOptions, type ScalingOptions } from './scaling/scaling-options.ts';
import { formatRuns, formatVariants } from './scaling/table.ts';

const PROJECT = resolve(import.meta.dirname, '..');

/** Exit statuses: success; failure; usage error. */
const EXIT = { ok: 0, failed: 1, usage: 2 } as const;

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  try {
    const options = readScalingOptions(args);
    if (options) await run(options);
    else process.stdout.write(HELP);
    return EXIT.ok;
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    return error instanceof UsageError ? EXIT.usage : EXIT.failed;
  }
}

async function run({ scenario, out, json }: ScalingOptions): Promise<void> {
  const runs = comparePolicies(scenario);
  const variants = varyTargets(scenario);
  const directory = resolve(PROJECT, out);
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, 'scaling.svg'), plotRuns(runs, scenario.ratePerWorker));
  if (json) {
    const outcomes = runs.map(({ policy, outcome }) => ({ policy, outcome }));
    process.stdout.write(`${JSON.stringify({ scenario, outcomes, variants }, null, 2)}\n`);
    return;
  }
  process.stdout.write(`${formatRuns(runs, scenario)}\n${formatVariants(variants)}`);
}
