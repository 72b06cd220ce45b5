import { parseOptions, UsageError, wholeNumber } from '../../program/options.ts';

/** The options of `npm run soak`. */
export interface SoakOptions {
  minutes: number;
  /** New orders a second. */
  rate: number;
  seed: number;
  /** Whether the embedded cloud keeps its data in a directory. */
  data: boolean;
  faults: boolean;
  /** File that the plot is written to. */
  plot: string | undefined;
}

export const SOAK_HELP = `Usage: npm run soak -- --minutes N [options]

Runs the pipeline on the embedded cloud under a steady load, by all ways in and with faults under way, and watches memory,
handles, queues and latency. Exits with 1 where an order is lost or doubled, or where something grows. Linux only.

  --minutes N       how long orders are sent, 1 to 1,440
  --rate N          orders a second                                  (100)
  --seed N          of orders and faults                             (1)
  --data            keep queues, files and tables in a data directory, rather than in memory
  --no-faults       let everything go well
  --plot FILE       draw memory, handles and latency, as SVG
  --help            show this
`;

/**
 * Reads the command line of `npm run soak`.
 *
 * @returns undefined where it asks for help
 * @throws UsageError that names the option, its rule and the value received
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
  if (values.plot === '') throw new UsageError('--plot: must be a file, received nothing');
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
  /** Whether the embedded cloud keeps its data in a directory, case by case. */
  cases: boolean[];
  /** File that the plot is written to. */
  plot: string | undefined;
}

export const BACKLOG_HELP = `Usage: npm run backlog -- [options]

Puts a backlog into the order queue of the embedded cloud while no consumer runs, starts the consumers and records how it
drains. Exits with 1 where an order is lost or doubled. Linux only.

  --orders N     orders in the queue, 1,000 to 1,000,000             (200000)
  --seed N       of the orders                                       (1)
  --data         keep queues, files and tables in a data directory, rather than in memory
  --both         first the one, then the other
  --plot FILE    draw rate, queues and memory, as SVG
  --help         show this
`;

/**
 * Reads the command line of `npm run backlog`.
 *
 * @returns undefined where it asks for help
 * @throws UsageError that names the option, its rule and the value received
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
  if (values.plot === '') throw new UsageError('--plot: must be a file, received nothing');
  return {
    orders: wholeNumber('--orders', values.orders, 1_000, 1_000_000),
    seed: wholeNumber('--seed', values.seed, 0, 2 ** 32 - 1),
    cases: values.both ? [false, true] : [values.data],
    plot: values.plot,
  };
}
