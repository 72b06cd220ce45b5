import type { IncomingHttpHeaders } from 'node:http';

/** A fault of one request. `after` always means: after the service has carried it out. */
export type Fault =
  /** The request is passed on later. */
  | { kind: 'delay'; ms: number }
  /** The request is refused with the service's own code for too many requests. */
  | { kind: 'throttle' }
  /** The request is refused with the service's own internal error. */
  | { kind: 'error' }
  /** The connection is cut. */
  | { kind: 'cut'; when: 'before' | 'after' }
  /** The request is carried out and never answered: the client times out. */
  | { kind: 'hang' }
  /** Every second entry of a batch is refused, from the first on, with a code that is worth another try. */
  | { kind: 'partial' }
  /** The messages of a receive become visible again immediately, while they are in flight. */
  | { kind: 'redeliver' }
  /** A receive has the last message first, and every third one only when it is redelivered. */
  | { kind: 'reorder' }
  /** A batch of deletions is acknowledged and not carried out. */
  | { kind: 'forget' }
  /** The client's process is killed. */
  | { kind: 'kill'; when: 'before' | 'after' };

export type Service = 'sqs' | 'sns' | 's3' | 'dynamodb' | 'lambda';

/** One request on its way. */
export interface PassingRequest {
  /** The client, by the name given to `addClient`. */
  client: string;
  service: Service;
  /** The action's name in the API reference; for S3 and Lambda, the HTTP method. */
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

/** Makes the answer by which a service refuses a request, in its own protocol. */
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
