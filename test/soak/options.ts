import { parseOptions, UsageError, wholeNumber } from '../../program/options.ts';
import { MIN_MINUTES } from './judge-growth.ts';

/** The options of `npm run soak`. */
export interface SoakOptions {
  minutes: number;
  /** New orders per second. */
  rate: number;
  seed: number;
  /** Whether the embedded cloud keeps its data in a directory. */
  data: boolean;
  faults: boolean;
  /** File that the plot is written to. */
  plot: string | undefined;
}

export const SOAK_HELP = `Usage: npm run soak -- --minutes N [options]

Run the pipeline on the embedded cloud under a steady load through the queue, HTTP and files, with injected faults, and record
memory, handles, queues and latency. Linux only.

  --minutes N       minutes of load, 1 to 1,440 (required)
  --rate N          orders per second, default 100
  --seed N          seed of orders and faults, default 1
  --data            keep queues, files and tables in a data directory instead of in memory
  --no-faults       inject no faults
  --plot FILE       write a plot of memory, handles and latency as SVG
  --help            show this help

Exit status:
  0  every order is accounted for, and nothing grows
  1  an order is lost, or shipped or recorded as a sale twice; memory, handles or threads grow (checked from ${MIN_MINUTES} minutes on);
     or the run failed. With --no-faults, also if an order is confirmed twice. With faults, repeated confirmations are only
     reported: the response of a publish may be lost. Valid orders in the order DLQ are only reported, too.
  2  invalid command line
  130  interrupted by a second Ctrl-C
`;

/**
 * Reads the command line of `npm run soak`.
 *
 * @returns Undefined for `--help`.
 * @throws UsageError that names the option, its rule and the received value
 */
export function readSoakOptions(args: readonly string[]): SoakOptions | undefined {
  const values = parseOptions(args, {
    minutes: { type: 'string' },
    rate: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
    data: { type: 'boolean', default: false },
    'no-faults': { type: 'boolean', default: false },
    plot: { type: 'string' },
    help: { type: 'boolean', short: 'h', default: false },
  });
  if (values.help) return undefined;
  if (values.plot === '') throw new UsageError('--plot: must be a file name, received nothing');
  return {
    minutes: wholeNumber('--minutes', values.minutes ?? '', 1, 1_440),
    rate: wholeNumber('--rate', values.rate, 1, 10_000),
    seed: wholeNumber('--seed', values.seed, 0, 2 ** 32 - 1),
    data: values.data,
    faults: !values['no-faults'],
    plot: values.plot,
  };
}

/** The options of `npm run backlog`. */
export interface BacklogOptions {
  orders: number;
  seed: number;
  /** For each case, whether the embedded cloud keeps its data in a directory. */
  cases: boolean[];
  /** File that the plot is written to. */
  plot: string | undefined;
}

export const BACKLOG_HELP = `Usage: npm run backlog -- [options]

Fill the order queue of the embedded cloud while no consumer runs, then start the consumers and record how the backlog drains.
Linux only.

  --orders N     orders in the queue, 1,000 to 1,000,000, default 200000
  --seed N       seed of the orders, default 1
  --data         keep queues, files and tables in a data directory instead of in memory
  --both         run in memory, then with a data directory
  --plot FILE    write a plot of rates, queues and memory as SVG
  --help         show this help

Exit status:
  0  every order is confirmed, shipped and recorded as a sale once
  1  an order is lost or repeated, or the run failed
  2  invalid command line
`;

/**
 * Reads the command line of `npm run backlog`.
 *
 * @returns Undefined for `--help`.
 * @throws UsageError that names the option, its rule and the received value
 */
export function readBacklogOptions(args: readonly string[]): BacklogOptions | undefined {
  const values = parseOptions(args, {
    orders: { type: 'string', default: '200000' },
    seed: { type: 'string', default: '1' },
    data: { type: 'boolean', default: false },
    both: { type: 'boolean', default: false },
    plot: { type: 'string' },
    help: { type: 'boolean', short: 'h', default: false },
  });
  if (values.help) return undefined;
  if (values.plot === '') throw new UsageError('--plot: must be a file name, received nothing');
  return {
    orders: wholeNumber('--orders', values.orders, 1_000, 1_000_000),
    seed: wholeNumber('--seed', values.seed, 0, 2 ** 32 - 1),
    cases: values.both ? [false, true] : [values.data],
    plot: values.plot,
  };
}
