import type { IncomingHttpHeaders } from 'node:http';

/** What the proxy does to one request. `after` is always: after the service has done what it was asked for. */
export type Fault =
  /** Passed on later. */
  | { kind: 'delay'; ms: number }
  /** Refused with the service's own code for too many requests. */
  | { kind: 'throttle' }
  /** Refused with the service's own internal error. */
  | { kind: 'error' }
  /** The connection is cut. */
  | { kind: 'cut'; when: 'before' | 'after' }
  /** Done, and never answered: the client gives up some time. */
  | { kind: 'hang' }
  /** Of a batch, every second entry is refused, from the first on: with a code that is worth another try. */
  | { kind: 'partial' }
  /** Of a receive: the messages come back at once, while they are in hand. */
  | { kind: 'redeliver' }
  /** Of a receive: last message first, and every third one only when it comes again. */
  | { kind: 'reorder' }
  /** Of a batch of deletions: acknowledged, and not done. */
  | { kind: 'forget' }
  /** The client's process is killed. */
  | { kind: 'kill'; when: 'before' | 'after' };

export type Service = 'sqs' | 'sns' | 's3' | 'dynamodb' | 'lambda';

/** One request on its way. */
export interface PassingRequest {
  /** Who sends it, as `addClient` was told. */
  client: string;
  service: Service;
  /** As the API reference names it; for S3 and Lambda, the HTTP method. */
  action: string;
  /** Name of the queue that an SQS request is about. */
  queue?: string | undefined;
}

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

/** An answer as it goes over the wire. */
export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: Buffer;
}

/** Codes as each service's API reference has them. */
const CODES: Record<Service, Record<'throttle' | 'error', string>> = {
  sqs: { throttle: 'RequestThrottled', error: 'InternalFailure' },
  dynamodb: { throttle: 'ProvisionedThroughputExceededException', error: 'InternalServerError' },
  sns: { throttle: 'Throttling', error: 'InternalFailure' },
  s3: { throttle: 'SlowDown', error: 'InternalError' },
  lambda: { throttle: 'TooManyRequestsException', error: 'ServiceException' },
};

/** How a service refuses a request in its own protocol. */
export function refusal(service: Service, kind: 'throttle' | 'error'): Answer {
  const code = CODES[service][kind];
  const message = `injected ${kind}`;
  if (service === 'sns' || service === 's3') {
    const error = `<Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error>`;
    const status = kind === 'error' ? 500 : service === 's3' ? 503 : 400;
    const text = service === 'sns' ? `<ErrorResponse>${error}</ErrorResponse>` : error;
    return { status, headers: { 'content-type': 'text/xml' }, body: Buffer.from(text) };
  }
  return {
    status: kind === 'error' ? 500 : service === 'lambda' ? 429 : 400,
    headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-errortype': code },
    body: Buffer.from(JSON.stringify({ __type: code, message })),
  };
}
