import type { IncomingHttpHeaders } from 'node:http';

/** A fault that is injected into one request. `before` and `after` refer to the service's processing of the request. */
export type Fault =
  /** Delays the request. */
  | { kind: 'delay'; ms: number }
  /** Rejects the request with the service's throttling error. */
  | { kind: 'throttle' }
  /** Rejects the request with the service's internal error. */
  | { kind: 'error' }
  /** Closes the connection. */
  | { kind: 'cut'; when: 'before' | 'after' }
  /** Processes the request without an answer, so that the client times out. */
  | { kind: 'hang' }
  /** Rejects every second entry of a batch, starting with the first, with a retryable error. */
  | { kind: 'partial' }
  /** Makes the messages of a receive visible again immediately, while they are in flight. */
  | { kind: 'redeliver' }
  /** Reverses the messages of a receive and withholds every third one until it is redelivered. */
  | { kind: 'reorder' }
  /** Acknowledges a batch of deletions without deleting anything. */
  | { kind: 'forget' }
  /** Kills the client's process. */
  | { kind: 'kill'; when: 'before' | 'after' };

export type Service = 'sqs' | 'sns' | 's3' | 'dynamodb' | 'lambda';

/** One request that passes the proxy. */
export interface PassingRequest {
  /** Name of the client that was given to `addClient`. */
  client: string;
  service: Service;
  /** Name of the API action; for S3 and Lambda, the HTTP method. */
  action: string;
  /** Name of the queue of an SQS request. */
  queue?: string | undefined;
}

/** Determines the service and action of a request from the protocol that the SDK uses for the service. */
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

/** An HTTP response. */
export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: Buffer;
}

/** Error codes from each service's API reference. */
const CODES: Record<Service, Record<'throttle' | 'error', string>> = {
  sqs: { throttle: 'RequestThrottled', error: 'InternalFailure' },
  dynamodb: { throttle: 'ProvisionedThroughputExceededException', error: 'InternalServerError' },
  sns: { throttle: 'Throttling', error: 'InternalFailure' },
  s3: { throttle: 'SlowDown', error: 'InternalError' },
  lambda: { throttle: 'TooManyRequestsException', error: 'ServiceException' },
};

/** Creates an error response in the service's own protocol. */
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
