import type { IncomingHttpHeaders } from 'node:http';
import type { PassingRequest } from './fault.ts';

/** Tells what a request asks of which service, by the protocols that the SDK speaks to each. */
export function describeRequest(
  method: string,
  url: string,
  headers: IncomingHttpHeaders,
  body: Buffer,
): Omit<PassingRequest, 'client'> {
  const [target, action] = String(headers['x-amz-target'] ?? '').split('.');
  if (target === 'AmazonSQS' && action) return { service: 'sqs', action, queue: queueOf(body) };
  if (target?.startsWith('DynamoDB_') && action) return { service: 'dynamodb', action };
  if (headers['content-type']?.startsWith('application/x-www-form-urlencoded')) {
    return { service: 'sns', action: new URLSearchParams(body.toString()).get('Action') ?? '' };
  }
  return { service: url.startsWith('/2015-03-31/') ? 'lambda' : 's3', action: method };
}

function queueOf(body: Buffer): string | undefined {
  const { QueueUrl } = JSON.parse(body.toString()) as { QueueUrl?: string };
  return QueueUrl?.split('/').at(-1);
}
