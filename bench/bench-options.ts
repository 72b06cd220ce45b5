import { parseArguments, UsageError, wholeNumber } from '../program/options.ts';

/** The options of `npm run bench`. */
export interface BenchOptions {
  /** Runs only suites whose name contains one of these. Default: all suites. */
  filters: string[];
  repeats: number;
  scale: number;
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
  --percent N    orders per run, as a percentage of the suite's number, 1 to 1000 (default: 100)
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
  return {
    filters,
    repeats: wholeNumber('--repeats', values.repeats, 1, 50),
    scale: wholeNumber('--percent', values.percent, 1, 1_000) / 100,
    json: values.json,
    check: values.check,
    record: values.record,
  };
}
