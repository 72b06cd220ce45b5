import { PRODUCER_LIMITS } from '../../lib/produce/producer-input.ts';
import { oneOf, parseOptions, UsageError, wholeNumber } from '../../program/options.ts';

/** What `npm start` is asked to do. */
export interface StartOptions {
  count: number;
  via: 'queue' | 's3';
  ratePerSecond: number | undefined;
  /** Generates the same orders as every time it is given; a random one where it is left out. */
  seed: number | undefined;
  /** Concurrent consumers; the stage parameter of serverless.yml where it is left out. */
  concurrency: number | undefined;
  /** Whether orders are shipped, and sales loaded; the stage parameters of serverless.yml where they are left out. */
  shipping: 'on' | 'off' | undefined;
  sales: 'on' | 'off' | undefined;
  /** Stop when drained. */
  exit: boolean;
  produce: boolean;
  port: number;
  awsPort: number;
  dataDir: string | undefined;
  help: boolean;
}

export const HELP = `Usage: npm start -- [options]

Runs the whole pipeline on this machine, sends generated orders through it and shows what becomes of them.

  --count N         orders to send, 1 to 1,000,000                    (10000)
  --via queue|s3    send messages, or drop order files in the bucket  (queue)
  --rate N          orders a second                                   (as fast as it goes)
  --seed N          the same orders as every time with this seed      (other orders each time)
  --concurrency N   consumers at once: the throttle, 1 to 1,000       (as in serverless.yml)
  --shipping on|off stock and shipments, in Postgres                  (as in serverless.yml)
  --sales on|off    sales and reports, in Postgres                    (as in serverless.yml)
  --exit            stop when all is drained; exit status 0 only if the numbers reconcile
  --no-produce      send nothing, just run; with --exit, drain what is in the queues
  --port N          port of the HTTP API, 0 for any free one          (3000)
  --aws-port N      port of SQS, SNS and S3, 0 for any free one       (4566)
                    DynamoDB and Postgres take the next two, if they are free
  --data DIR        keep queues, files and databases in DIR, over restarts and crashes
  --help            show this
`;

/**
 * Reads the command line of `npm start`.
 *
 * @throws UsageError that names the option, its rule and the value received
 */
export function readStartOptions(args: readonly string[]): StartOptions {
  const { data, ...values } = parseOptions(args, {
    count: { type: 'string', default: '10000' },
    via: { type: 'string', default: 'queue' },
    rate: { type: 'string' },
    seed: { type: 'string' },
    concurrency: { type: 'string' },
    shipping: { type: 'string' },
    sales: { type: 'string' },
    exit: { type: 'boolean', default: false },
    'no-produce': { type: 'boolean', default: false },
    port: { type: 'string', default: '3000' },
    'aws-port': { type: 'string', default: '4566' },
    data: { type: 'string' },
    help: { type: 'boolean', short: 'h', default: false },
  });
  if (data === '') throw new UsageError('--data: must be a directory, received nothing');
  return {
    count: wholeNumber('--count', values.count, 1, PRODUCER_LIMITS.count),
    via: oneOf('--via', values.via, ['queue', 's3']),
    ratePerSecond: given(values.rate, (rate) =>
      wholeNumber('--rate', rate, 1, PRODUCER_LIMITS.ratePerSecond),
    ),
    seed: given(values.seed, (seed) => wholeNumber('--seed', seed, 0, PRODUCER_LIMITS.seed)),
    concurrency: given(values.concurrency, (most) => wholeNumber('--concurrency', most, 1, 1_000)),
    shipping: given(values.shipping, (setting) => oneOf('--shipping', setting, ['on', 'off'])),
    sales: given(values.sales, (setting) => oneOf('--sales', setting, ['on', 'off'])),
    exit: values.exit,
    produce: !values['no-produce'],
    port: wholeNumber('--port', values.port, 0, 65_535),
    awsPort: wholeNumber('--aws-port', values['aws-port'], 0, 65_535),
    dataDir: data,
    help: values.help,
  };
}

/** Reads an option that may be left out. */
const given = <Value>(text: string | undefined, read: (text: string) => Value): Value | undefined =>
  text === undefined ? undefined : read(text);
