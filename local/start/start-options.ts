import { parseArgs } from 'node:util';

/** What `npm start` is asked to do. */
export interface StartOptions {
  count: number;
  via: 'queue' | 's3';
  ratePerSecond: number | undefined;
  /** Concurrent consumers; the stage parameter of serverless.yml where it is left out. */
  concurrency: number | undefined;
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
  --concurrency N   consumers at once: the throttle, 1 to 1,000       (as in serverless.yml)
  --exit            stop when all is drained; exit status 0 only if the numbers reconcile
  --no-produce      send nothing, just run; with --exit, drain what is in the queues
  --port N          port of the HTTP API, 0 for any free one          (3000)
  --aws-port N      port of SQS, SNS and S3, 0 for any free one       (4566)
  --data DIR        keep queues, files and the ledger in DIR, over restarts and crashes
  --help            show this
`;

/** A command line that cannot be followed. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/**
 * Reads the command line of `npm start`.
 *
 * @throws UsageError that names the option, its rule and the value received
 */
export function readStartOptions(args: readonly string[]): StartOptions {
  const { via, data, ...values } = parse(args);
  if (via !== 'queue' && via !== 's3')
    throw new UsageError(`--via: must be queue or s3, received ${via || 'nothing'}`);
  if (data === '') throw new UsageError('--data: must be a directory, received nothing');
  return {
    via,
    count: wholeNumber('--count', values.count, 1, 1_000_000),
    ratePerSecond: values.rate === undefined ? undefined : wholeNumber('--rate', values.rate, 1, 1_000_000),
    concurrency:
      values.concurrency === undefined
        ? undefined
        : wholeNumber('--concurrency', values.concurrency, 1, 1_000),
    exit: values.exit,
    produce: !values['no-produce'],
    port: wholeNumber('--port', values.port, 0, 65_535),
    awsPort: wholeNumber('--aws-port', values['aws-port'], 0, 65_535),
    dataDir: data,
    help: values.help,
  };
}

function parse(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        count: { type: 'string', default: '10000' },
        via: { type: 'string', default: 'queue' },
        rate: { type: 'string' },
        concurrency: { type: 'string' },
        exit: { type: 'boolean', default: false },
        'no-produce': { type: 'boolean', default: false },
        port: { type: 'string', default: '3000' },
        'aws-port': { type: 'string', default: '4566' },
        data: { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    return values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function wholeNumber(option: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  throw new UsageError(
    `${option}: must be a whole number from ${least} to ${most.toLocaleString('en')}, received ${text || 'nothing'}`,
  );
}
