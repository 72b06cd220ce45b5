/**
 * Error codes that are worth another attempt, over all services in use: the one table of what is passing.
 * Sources: the "Common Errors" page of each API reference, SQS `BatchResultErrorEntry`, DynamoDB `BatchStatementError`.
 */
const PASSING = new Set([
  'InternalError',
  'InternalErrorException',
  'InternalFailure',
  'InternalServerError',
  'KMSThrottlingException',
  'LimitExceededException',
  'ProvisionedThroughputExceeded',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'RequestThrottled',
  'ServiceUnavailable',
  'SlowDown',
  'Throttled',
  'ThrottledException',
  'Throttling',
  'ThrottlingError',
  'ThrottlingException',
  'TooManyRequestsException',
  'TransactionConflict',
]);

/** Whether an error code of an AWS service stands for something that passes. */
export function isPassing(code: string): boolean {
  return PASSING.has(code);
}

/**
 * Codes of Node and of the SDK for a connection that was never made: the request has surely not been taken. `TimeoutError`
 * is the SDK's name for one that takes too long; a late answer has a code of its own, `ETIMEDOUT`.
 */
const NOT_CONNECTED = new Set([
  'EAI_AGAIN',
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'TimeoutError',
]);

/** Whether an error code stands for a request that never left. */
export function isNotConnected(code: string): boolean {
  return NOT_CONNECTED.has(code);
}

/** What an AWS service refused or could not do: the only error class that leaves `lib/aws`, beside a `Database`'s own. */
export class ServiceError extends Error {
  override readonly name = 'ServiceError';
  /** The service's own error code, e.g. `AWS.SimpleQueueService.NonExistentQueue`, or Node's, e.g. `ECONNREFUSED`. */
  readonly code: string;

  constructor(operation: string, code: string, message: string, options?: ErrorOptions) {
    super(`${operation}: ${code}: ${message}`, options);
    this.code = code;
  }
}

/** Converts whatever an SDK call threw; the original is its cause. */
export function toServiceError(operation: string, thrown: unknown): ServiceError {
  if (thrown instanceof ServiceError) return thrown;
  if (!(thrown instanceof Error)) return new ServiceError(operation, 'Unknown', String(thrown));
  const code = 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : thrown.name;
  return new ServiceError(operation, code, thrown.message || 'no message', { cause: thrown });
}

/** An SDK call whose error, if it has one, is a `ServiceError`. */
export async function converted<Answer>(operation: string, call: Promise<Answer>): Promise<Answer> {
  try {
    return await call;
  } catch (thrown) {
    throw toServiceError(operation, thrown);
  }
}
