import { PRODUCER_LIMITS } from '../../lib/produce/producer-input.ts';
import { oneOf, parseOptions, UsageError, wholeNumber } from '../../program/options.ts';

export interface StartOptions {
  count: number;
  via: 'queue' | 's3';
  ratePerSecond: number | undefined;
  /** Seed of the generated orders. Default: a random one. */
  seed: number | undefined;
  /** Concurrent invocations of the consumer. Default: the stage parameter of serverless.yml. */
  concurrency: number | undefined;
  /** Whether shipping and sales are enabled. Default: the stage parameters of serverless.yml. */
  shipping: 'on' | 'off' | undefined;
  sales: 'on' | 'off' | undefined;
  /** Exits once the pipeline is drained. */
  exit: boolean;
  produce: boolean;
  port: number;
  awsPort: number;
  dataDir: string | undefined;
  /** Whether IAM policies are enforced. */
  iam: boolean;
  help: boolean;
}

export const HELP = `Usage: npm start -- [options]

Run the whole pipeline on this machine, send generated orders through it and check that every order is accounted for.
Defaults are in parentheses.

  --count N         Send N orders, 1 to 1,000,000                          (10000)
  --via queue|s3    Send orders as messages, or as files in the bucket     (queue)
  --rate N          Send at most N orders per second, 1 to 1,000,000       (no limit)
  --seed N          Generate the same orders as other runs with this seed  (a random seed)
  --concurrency N   Run at most N consumers concurrently, 1 to 1,000       (as in serverless.yml)
  --shipping on|off Enable shipments and stock, in Postgres                (as in serverless.yml)
  --sales on|off    Enable sales and reports, in Postgres                  (as in serverless.yml)
  --exit            Exit when the queues are empty, with status 0 only if the numbers reconcile
  --no-produce      Send no orders; with --exit, process what is in the queues
  --port N          Port of the HTTP API and the live page, 0 for any free port  (3000)
  --aws-port N      Port of SQS, SNS and S3, 0 for any free port                 (4566)
                    DynamoDB and Postgres use the next two ports if they are free
  --no-iam          Allow every request, whatever the policies of the stack say
  --data DIR        Keep queues, files and databases in DIR across restarts      (not kept)
  --help            Show this help
`;

/**
 * Reads the command line of `npm start`.
 *
 * @throws UsageError with the option, the accepted values and the value received
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
    'no-iam': { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  });
  if (data === '') throw new UsageError('--data: must be a directory, received an empty value');
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
    iam: !values['no-iam'],
    help: values.help,
  };
}

/** Reads the value of an option, if it was given. */
const given = <Value>(text: string | undefined, read: (text: string) => Value): Value | undefined =>
  text === undefined ? undefined : read(text);
