import { parseArguments, UsageError, wholeNumber } from '../program/options.ts';

/** The options of `npm run bench`. */
export interface BenchOptions {
  /** Texts of which a suite's name must contain one; all suites where there are none. */
  filters: string[];
  repeats: number;
  scale: number;
  /** File that gets everything that was measured. */
  json: string;
  /** Whether to compare with the recorded baseline, or to record a new one. */
  check: boolean;
  record: boolean;
}

export const HELP = `Usage: npm run bench -- [suite…] [options]

Measures this pipeline beside its peers: in turn, on the same embedded services in a process of their own, with the same orders.
Exits with 1 where a result is wrong, and with --check also where a ratio is worse than the recorded one.

  suite…         only suites whose name contains one of these
  --repeats N    how often each contender runs, 1 to 50               (5)
  --percent N    orders of a run, as a percentage of the usual, 1 to 1000   (100)
  --json FILE    where all that was measured is written to            (.bench/results.json)
  --check        compare with bench/baseline.json
  --record       make this run the baseline
  --help         show this
`;

/**
 * Reads the command line of `npm run bench`.
 *
 * @returns undefined where it asks for help
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
      throw new UsageError(`suite: must be in the name of one of ${suites.join(', ')}, received ${filter}`);
  }
  if (values.json === '') throw new UsageError('--json: must be a file, received nothing');
  if (values.check && values.record)
    throw new UsageError('--check: must not go with --record, received both');
  return {
    filters,
    repeats: wholeNumber('--repeats', values.repeats, 1, 50),
    scale: wholeNumber('--percent', values.percent, 1, 1_000) / 100,
    json: values.json,
    check: values.check,
    record: values.record,
  };
}
