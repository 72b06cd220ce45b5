/** Invalid input of a caller. The message names place, rule and value, and is safe to show to the caller. */
export class InvalidInputError extends Error {
  override readonly name = 'InvalidInputError';
  readonly code = 'invalid_input';
}

/** A request that cannot be answered at present. The message names what is unavailable, and is safe to show to the caller. */
export class UnavailableError extends Error {
  override readonly name = 'UnavailableError';
  readonly code = 'unavailable';
}

/**
 * Transient error codes of all services in use: a request that failed with one is worth another attempt.
 * Sources: the "Common Errors" page of each API reference, SQS `BatchResultErrorEntry`, DynamoDB `BatchStatementError`.
 */
const TRANSIENT = new Set([
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

/** Returns whether an error code of an AWS service is transient. */
export function isTransient(code: string): boolean {
  return TRANSIENT.has(code);
}

/**
 * Codes of Node and of the SDK for a connection that was never made, so the service cannot have received the request.
 * `TimeoutError` is the SDK's code for a connection timeout; a late response has the code `ETIMEDOUT`.
 */
const NOT_CONNECTED = new Set([
  'EAI_AGAIN',
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'TimeoutError',
]);

/** Returns whether an error code means that the request was never sent. */
export function isNotConnected(code: string): boolean {
  return NOT_CONNECTED.has(code);
}

/** A failed request to an AWS service. Besides `DatabaseError`, the only error class that `lib/aws` throws. */
export class ServiceError extends Error {
  override readonly name = 'ServiceError';
  /** Error code of the service, such as `AWS.SimpleQueueService.NonExistentQueue`, or of Node, such as `ECONNREFUSED`. */
  readonly code: string;

  constructor(operation: string, code: string, message: string, options?: ErrorOptions) {
    super(`${operation}: ${code}: ${message}`, options);
    this.code = code;
  }
}

/** Converts an error of an SDK call. The original error is the cause. */
export function toServiceError(operation: string, thrown: unknown): ServiceError {
  if (thrown instanceof ServiceError) return thrown;
  if (!(thrown instanceof Error)) return new ServiceError(operation, 'Unknown', String(thrown));
  const code = 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : thrown.name;
  return new ServiceError(operation, code, thrown.message || 'no message', { cause: thrown });
}

/** Awaits an SDK call and converts its error to a `ServiceError`. */
export async function withServiceErrors<Answer>(operation: string, call: Promise<Answer>): Promise<Answer> {
  try {
    return await call;
  } catch (thrown) {
    throw toServiceError(operation, thrown);
  }
}

/** A failed statement. The only error class that a `Database` throws. */
export class DatabaseError extends Error {
  override readonly name = 'DatabaseError';
  /** SQLSTATE, such as `23505`; if the database returned none, the code of the service or of Node, such as `ECONNREFUSED`. */
  readonly code: string;
  /** Whether the database was unreachable, starting or resuming. The statement did not run, and may be tried again. */
  readonly unreachable: boolean;

  constructor(code: string, message: string, unreachable: boolean, options?: ErrorOptions) {
    super(`${code}: ${message}`, options);
    this.code = code;
    this.unreachable = unreachable;
  }
}

/** Further codes of an unavailable service: of Node, the SDK, the data APIs, the ledger and `lib/database`. */
const UNREACHABLE = new Set([
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'InternalServerErrorException',
  'InternalServerException',
  'Unprocessed',
  'connection_lost',
  // The Redshift Data API started the statement but did not finish it in time: the warehouse is resuming.
  'statement_not_finished',
]);

/**
 * SQLSTATEs of a connection that was lost, or closed by a server that is shutting down or starting.
 * https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const CONNECTION_ENDED = /^(08\w{3}|57P0[123])$/;

/** Returns whether an error means that a database or service is unavailable, rather than that the request is wrong. */
export function isUnreachable(error: unknown): boolean {
  if (error instanceof DatabaseError && error.unreachable) return true;
  if (!(error instanceof DatabaseError || error instanceof ServiceError)) return false;
  const { code } = error;
  return isNotConnected(code) || isTransient(code) || UNREACHABLE.has(code) || CONNECTION_ENDED.test(code);
}
