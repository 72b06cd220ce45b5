import { parseOptions, UsageError, wholeNumber } from '../../program/options.ts';
import { peakRange } from './black-friday.ts';
import type { Scenario } from './compare.ts';

/** The command line of `npm run scaling`. */
export interface ScalingOptions {
  scenario: Scenario;
  /** Directory that scaling.svg is written to. */
  out: string;
  json: boolean;
}

export const HELP = `Usage: npm run scaling -- [options]

Simulate a Black Friday under three scaling policies: Lambda's event source mapping and two policies of a worker fleet.
Prints tables and draws scaling.svg. Needs no AWS account. docs/scaling-model.md describes the model.

  --orders N               orders of the day, 100,000 to 1,000,000,000    (default: 50000000)
  --peak N                 orders a second at the height of the rush      (default: 60 per million orders)
  --rate-per-worker N      orders a second that one worker processes      (default: 200)
  --min N, --max N         minimum and maximum instances of the fleet     (default: 2, 20)
  --warm-up S              seconds from launch until an instance works    (default: 120)
  --metric-delay S         seconds until an alarm receives a datapoint    (default: 60)
  --scale-in N             maximum instances removed in one minute        (default: 1)
  --target-backlog N       target of backlog per instance                 (default: 300 times --rate-per-worker)
  --target-queue-length N  target of queue length                         (default: 300 times --rate-per-worker)
  --max-concurrency N      maximum concurrency of the mapping             (default: 10)
  --out DIR                directory of scaling.svg                       (default: docs)
  --json                   print JSON
  --help                   show this help
`;

/**
 * Acceptable latency of an order. AWS derives the target from it: acceptable latency / processing time of a message.
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-using-sqs-queue.html
 */
const ACCEPTABLE_WAIT_SECONDS = 300;

/** Peak rate per order of the day. The default day has 50 million orders and a peak of 3,000 a second. */
const PEAK_PER_ORDER = 60 / 1_000_000;

/**
 * Reads the command line of `npm run scaling`.
 *
 * @returns The options; undefined with `--help`.
 * @throws UsageError if an option is unknown or invalid.
 */
export function readScalingOptions(args: readonly string[]): ScalingOptions | undefined {
  const values = parseOptions(args, {
    orders: { type: 'string', default: '50000000' },
    peak: { type: 'string' },
    'rate-per-worker': { type: 'string', default: '200' },
    min: { type: 'string', default: '2' },
    max: { type: 'string', default: '20' },
    'warm-up': { type: 'string', default: '120' },
    'metric-delay': { type: 'string', default: '60' },
    'scale-in': { type: 'string', default: '1' },
    'target-backlog': { type: 'string' },
    'target-queue-length': { type: 'string' },
    'max-concurrency': { type: 'string', default: '10' },
    out: { type: 'string', default: 'docs' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  });
  if (values.help) return undefined;
  if (values.out === '') throw new UsageError('--out: must be a directory, received nothing');
  const orders = wholeNumber('--orders', values.orders, 100_000, 1_000_000_000);
  const { least, most } = peakRange(orders);
  const ratePerWorker = wholeNumber('--rate-per-worker', values['rate-per-worker'], 1, 100_000);
  const target = String(ACCEPTABLE_WAIT_SECONDS * ratePerWorker);
  const min = wholeNumber('--min', values.min, 1, 1_000);
  return {
    scenario: {
      orders,
      peak: wholeNumber('--peak', values.peak ?? String(Math.round(orders * PEAK_PER_ORDER)), least, most),
      ratePerWorker,
      min,
      max: wholeNumber('--max', values.max, min, 1_000),
      // The maximum of a group's default instance warm-up.
      warmUpSeconds: wholeNumber('--warm-up', values['warm-up'], 0, 3_600),
      metricDelaySeconds: wholeNumber('--metric-delay', values['metric-delay'], 0, 3_600),
      scaleInStep: wholeNumber('--scale-in', values['scale-in'], 1, 1_000),
      targetBacklog: wholeNumber('--target-backlog', values['target-backlog'] ?? target, 1, 1_000_000_000),
      targetQueueLength: wholeNumber(
        '--target-queue-length',
        values['target-queue-length'] ?? target,
        1,
        1_000_000_000,
      ),
      // https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
      maximumConcurrency: wholeNumber('--max-concurrency', values['max-concurrency'], 2, 1_000),
    },
    out: values.out,
    json: values.json,
  };
}
