import { dirname, join, relative } from 'node:path';
import { inspect } from 'node:util';
import { UsageError } from '../../program/options.ts';
import type { EmbeddedCloud } from '../embedded-cloud.ts';

/** Codes of errors whose message says it all. */
const EXPLAINED = new Set<string | undefined>([
  'DATA_DIR_IN_USE',
  'DATA_DIR_NOT_WRITTEN',
  'DATA_DIR_OUT_OF_REACH',
  'MIGRATION_FAILED',
  'POSTGRES_UNSUPPORTED',
  'VARIABLE_RESOLUTION_ERROR',
]);

/** What is running, and where. */
export function describeCloud({ outputs, notEmbodied, log }: EmbeddedCloud, startMs: number): string {
  const file = relative('', log.file);
  const places = [
    ['Live page', outputs.ApiUrl && `${outputs.ApiUrl}/`],
    ['HTTP API', outputs.ApiUrl],
    ['SQS, SNS, S3', outputs.AwsEndpointUrl],
    ['DynamoDB', outputs.DynamoDbEndpointUrl],
    ['Postgres', outputs.DatabaseUrl],
    ['all addresses', join(dirname(file), 'outputs.json')],
    ["functions' log", file],
    ['on AWS only', wrap(notEmbodied.map((type) => type.replace('AWS::', '')))],
  ];
  return `\norder-pipeline is up (${(startMs / 1_000).toFixed(1)} s).\n\n${list(places)}`;
}

/** Commands to try next, as they work with this very run. */
export function whereToGoNext({ outputs }: EmbeddedCloud): string {
  const { ApiUrl, AwsEndpointUrl, MailboxQueueUrl, DatabaseUrl } = outputs;
  const order =
    '{"order_id":"first","customer_name":"Jane Doe","email_id":"jane@example.com","product_id":"P-1004","product_name":"Kettle","price":39.9,"timestamp":"2026-11-27T08:00:00Z"}';
  const commands = [
    ['watch it', `${ApiUrl}/ in a browser, or npx orders status --watch`],
    ['send an order', `curl -X POST ${ApiUrl}/orders -d '${order}'`],
    ['follow it', 'npx orders trace first'],
    ['send many', 'npx orders send --count 1000 --rate 200'],
    ['upload a file', 'npx orders upload events/files/orders.csv'],
    ['see what sells', outputs.AnalyticsQueueUrl && 'npx orders report --from 2026-01-01 --limit 5'],
    ['add stock', outputs.ShippingQueueUrl && 'npx orders restock P-1001 2000'],
    ['what else', 'npx orders --help'],
    ['add a customer', `curl -X POST ${ApiUrl}/customers -d '{"email_id":"jane@example.com"}'`],
    ['run a function', `npx serverless invoke local -f producer --stage local -d '{"count":50}'`],
    ['add a worker', 'npm run worker -- --function consumer --settings .local/worker.env'],
    [
      'for the AWS CLI',
      'export AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local AWS_DEFAULT_REGION=us-east-1',
    ],
    [
      'read an e-mail',
      `aws --endpoint-url ${AwsEndpointUrl} sqs receive-message --queue-url ${MailboxQueueUrl}`,
    ],
    ['read the tables', DatabaseUrl && `psql ${DatabaseUrl}`],
  ];
  return `\nFrom another terminal:\n\n${list(commands)}\nCtrl-C stops it.\n`;
}

/** Where the second column begins, and where it ends if it is to be wrapped. */
const INDENT = 19;
const WIDTH = 100;

/** Two columns; what is undefined is not there. */
const list = (entries: readonly (readonly (string | undefined)[])[]): string =>
  entries
    .flatMap(([name, value]) => (value ? [`  ${name}`.padEnd(INDENT) + value] : []))
    .map((line) => `${line}\n`)
    .join('');

/** Words on as many lines of the second column as they need. */
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

/** An error as a user can act on it; with stack and causes where nobody foresaw it. */
export function explainFailure(error: unknown): string {
  if (error instanceof UsageError) return `${error.message}\nSee npm start -- --help`;
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') {
    // Node.js writes the address at the end of the message.
    const [, port] = /:(\d+)$/.exec(message) ?? [];
    return `Port ${port} on 127.0.0.1 is taken by another program, perhaps another npm start. Stop that one, or choose other ports: npm start -- --port 0 --aws-port 0 takes any that are free.`;
  }
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (EXPLAINED.has((cause as NodeJS.ErrnoException).code)) return cause.message;
  }
  return inspect(error);
}
