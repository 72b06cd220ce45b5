import { dirname, join, relative } from 'node:path';
import { inspect } from 'node:util';
import type { EmbeddedCloud } from '../embedded-cloud.ts';
import { UsageError } from './start-options.ts';

/** What is running, and where. */
export function describeCloud({ outputs, notEmbodied, log }: EmbeddedCloud, startMs: number): string {
  const file = relative('', log.file);
  return `
order-pipeline is up (${(startMs / 1_000).toFixed(1)} s).

  HTTP API        ${outputs.ApiUrl}
  SQS, SNS, S3    ${outputs.AwsEndpointUrl}
  DynamoDB        ${outputs.DynamoDbEndpointUrl}
  all addresses   ${join(dirname(file), 'outputs.json')}
  functions' log  ${file}

  On AWS only: ${notEmbodied.join(', ')}

`;
}

/** Commands to try next, as they work with this very run. */
export function whereToGoNext({ outputs }: EmbeddedCloud): string {
  const order =
    '{"customer_name":"Jane Doe","email_id":"jane@example.com","product_id":"P-1001","product_name":"Kettle","price":39.9,"timestamp":"2026-11-27T08:00:00Z"}';
  return `
From another terminal:

  For the AWS CLI    export AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local AWS_DEFAULT_REGION=us-east-1
  Send an order      curl -X POST ${outputs.ApiUrl}/orders -d '${order}'
  Generate 50        npx serverless invoke local -f producer --stage local -d '{"count":50}'
  Drop a file        aws --endpoint-url ${outputs.AwsEndpointUrl} s3 cp events/files/orders.csv s3://${outputs.UploadBucketName}/
  Read an e-mail     aws --endpoint-url ${outputs.AwsEndpointUrl} sqs receive-message --queue-url ${outputs.MailboxQueueUrl}

Confirmed orders wait in the shipping and analytics queues: nothing takes them from there yet.

Ctrl-C stops it.
`;
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
  if (code === 'DATA_DIR_IN_USE') return message;
  return inspect(error);
}
