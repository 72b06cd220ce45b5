import type { Service } from './fault.ts';

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
