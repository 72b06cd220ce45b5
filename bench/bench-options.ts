import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArguments, UsageError, wholeNumber } from '../program/options.ts';

/** The options of `npm run bench`. */
export interface BenchOptions {
  /** Runs only suites whose name contains one of these. Default: all suites. */
  filters: string[];
  repeats: number;
  scale: number;
  /** Number of orders of an end-to-end run. Default: the suite's. */
  orders?: number;
  /** Directory of another checkout that the end-to-end suite runs in turn with this one. */
  beside?: string;
  /** Path of the file for all measurements. */
  json: string;
  /** Whether to compare with the recorded baseline. */
  check: boolean;
  /** Whether to record a new baseline. */
  record: boolean;
}

export const HELP = `Usage: npm run bench -- [suite…] [options]

Compare this pipeline with its peers. All contenders take turns, with the same orders, on embedded services in a separate process.
The exit status is 1 if a result is wrong or, with --check, if a ratio is worse than the recorded one.

  suite…         run only suites whose name contains one of these
  --repeats N    number of runs of each contender, 1 to 50 (default: 5)
  --percent N    measured orders per run, as a percentage of the suite's number, 1 to 1000 (default: 100). Warm-ups stay as
                 they are, and no run gets so short that its rate would be wrong: 20 is the short form
  --orders N     orders of each end-to-end run, 1000 to 1000000 (default: 20,000, and once 100,000)
  --beside DIR   run end-to-end also in this checkout of another commit, in turn with this one, and print the ratio:
                   git worktree add ../before COMMIT && ln -s "$PWD/node_modules" ../before/node_modules
                   npm run bench -- end-to-end --orders 20000 --beside ../before
  --json FILE    write all measurements to this file (default: .bench/results.json)
  --check        compare with bench/baseline.json
  --record       record this run as the baseline
  --help         show this help
`;

/**
 * Reads the command line of `npm run bench`.
 *
 * @returns The options; undefined for `--help`.
 * @throws UsageError that names the option, its rule and the value received
 */
export function readBenchOptions(
  args: readonly string[],
  suites: readonly string[],
): BenchOptions | undefined {
  const { values, positionals: filters } = parseArguments({
    args: [...args],
    allowPositionals: true,
    options: {
      repeats: { type: 'string', default: '5' },
      orders: { type: 'string' },
      beside: { type: 'string' },
      percent: { type: 'string', default: '100' },
      json: { type: 'string', default: '.bench/results.json' },
      check: { type: 'boolean', default: false },
      record: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return undefined;
  for (const filter of filters) {
    if (!suites.some((name) => name.includes(filter)))
      throw new UsageError(`suite: must match one of ${suites.join(', ')}, received ${filter}`);
  }
  if (values.json === '') throw new UsageError('--json: must be the path of a file, received nothing');
  if (values.check && values.record)
    throw new UsageError('--check: cannot be combined with --record, give one of them');
  if (values.orders !== undefined && (values.check || values.record))
    throw new UsageError(
      '--orders: cannot be combined with --check or --record, whose runs must be comparable',
    );
  const endToEnd = { orders: values.orders, beside: values.beside };
  for (const [option, value] of Object.entries(endToEnd)) {
    if (value !== undefined && filters.length > 0 && !filters.some((filter) => 'end-to-end'.includes(filter)))
      throw new UsageError(`--${option}: is for the suite end-to-end, received ${filters.join(', ')}`);
  }
  return {
    filters,
    repeats: wholeNumber('--repeats', values.repeats, 1, 50),
    scale: wholeNumber('--percent', values.percent, 1, 1_000) / 100,
    ...(values.orders !== undefined && {
      orders: wholeNumber('--orders', values.orders, 1_000, 1_000_000),
    }),
    ...(values.beside !== undefined && { beside: checkout(values.beside) }),
    json: values.json,
    check: values.check,
    record: values.record,
  };
}

/** A module of the pipeline that the end-to-end suite loads from a checkout. */
export const PIPELINE_MODULE = join('harness', 'start-cloud.ts');

/** @throws UsageError for a directory that is not a checkout, or of a commit before there was `harness/` */
function checkout(directory: string): string {
  const path = resolve(directory);
  if (existsSync(join(path, PIPELINE_MODULE))) return path;
  throw new UsageError(
    `--beside: must be a checkout of this project with ${PIPELINE_MODULE}, received ${directory || 'nothing'}`,
  );
}
