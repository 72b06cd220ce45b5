import { dirname, join, relative } from 'node:path';
import { inspect } from 'node:util';
import { UsageError } from '../../program/options.ts';
import type { EmbeddedCloud } from '../embedded-cloud.ts';

/** Codes of errors whose message alone is shown, without a stack. */
const EXPLAINED = new Set<string | undefined>([
  'DATA_DIR_IN_USE',
  'DATA_DIR_NOT_WRITTEN',
  'DATA_DIR_OUTDATED',
  'DATA_DIR_INACCESSIBLE',
  'MIGRATION_FAILED',
  'POSTGRES_UNSUPPORTED',
  'SERVERLESS_FAILED',
]);

/** Returns the addresses and files of the running cloud. */
export function describeCloud(
  { outputs, unsupportedResources, log }: EmbeddedCloud,
  startMs: number,
): string {
  const file = relative('', log.file);
  const places = [
    ['Live page', outputs.ApiUrl && `${outputs.ApiUrl}/`],
    ['HTTP API', outputs.ApiUrl],
    ['SQS, SNS, S3', outputs.AwsEndpointUrl],
    ['DynamoDB', outputs.DynamoDbEndpointUrl],
    ['Postgres', outputs.DatabaseUrl],
    ['All addresses', join(dirname(file), 'outputs.json')],
    ['Function log', file],
    ['On AWS only', wrap(unsupportedResources.map((type) => type.replace('AWS::', '')))],
  ];
  return `\norder-pipeline is up (${(startMs / 1_000).toFixed(1)} s).\n\n${list(places)}`;
}

/** Returns commands to try next, with the addresses of this run. */
export function listNextCommands({ outputs }: EmbeddedCloud): string {
  const { ApiUrl, AwsEndpointUrl, MailboxQueueUrl, DatabaseUrl } = outputs;
  const order =
    '{"order_id":"first","customer_name":"Jane Doe","email_id":"jane@example.com","product_id":"P-1004","product_name":"Kettle","price":39.9,"timestamp":"2026-11-27T08:00:00Z"}';
  const commands = [
    ['Watch it', `${ApiUrl}/ in a browser, or npx orders status --watch`],
    ['Send an order', `curl -X POST ${ApiUrl}/orders -d '${order}'`],
    ['Trace it', 'npx orders trace first'],
    ['Send many orders', 'npx orders send --count 1000 --rate 200'],
    ['Upload a file', 'npx orders upload events/files/orders.csv'],
    ['Report sales', outputs.AnalyticsQueueUrl && 'npx orders report --from 2026-01-01 --limit 5'],
    ['Add stock', outputs.ShippingQueueUrl && 'npx orders restock P-1001 2000'],
    ['See all commands', 'npx orders --help'],
    ['Add a customer', `curl -X POST ${ApiUrl}/customers -d '{"email_id":"jane@example.com"}'`],
    ['Run a function', `npx serverless invoke local -f producer --stage local -d '{"count":50}'`],
    ['Add a worker', 'npm run worker -- --function consumer --settings .local/workers/consumer.env'],
    [
      'Set up AWS CLI',
      'export AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local AWS_DEFAULT_REGION=us-east-1',
    ],
    [
      'Read an e-mail',
      `aws --endpoint-url ${AwsEndpointUrl} sqs receive-message --queue-url ${MailboxQueueUrl}`,
    ],
    ['Query the tables', DatabaseUrl && `psql ${DatabaseUrl}`],
  ];
  return `\nTry in another terminal:\n\n${list(commands)}\nPress Ctrl-C to stop.\n`;
}

/** Columns at which the second column begins, and at which it wraps. */
const INDENT = 19;
const WIDTH = 100;

/** Formats two columns; entries with an undefined value are omitted. */
const list = (entries: readonly (readonly (string | undefined)[])[]): string =>
  entries
    .flatMap(([name, value]) => (value ? [`  ${name}`.padEnd(INDENT) + value] : []))
    .map((line) => `${line}\n`)
    .join('');

/** Wraps words within the second column. */
function wrap(words: readonly string[]): string {
  const lines: string[] = [];
  for (const word of words) {
    const last = lines.at(-1);
    if (last !== undefined && INDENT + last.length + word.length + 3 <= WIDTH)
      lines.splice(-1, 1, `${last}, ${word}`);
    else lines.push(word);
  }
  return lines.join(`,\n${' '.repeat(INDENT)}`);
}

/** Returns a message that a user can act on; an unexpected error keeps its stack and causes. */
export function explainFailure(error: unknown): string {
  if (error instanceof UsageError) return `${error.message}\nSee npm start -- --help`;
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') {
    // Node.js puts the address at the end of the message.
    const [, port] = /:(\d+)$/.exec(message) ?? [];
    return `Port ${port} on 127.0.0.1 is used by another program, possibly another npm start. Stop that program, or use free ports: npm start -- --port 0 --aws-port 0`;
  }
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (EXPLAINED.has((cause as NodeJS.ErrnoException).code)) return cause.message;
  }
  return inspect(error);
}
