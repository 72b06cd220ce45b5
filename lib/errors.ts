/** A caller's input that breaks a rule: the message names place, rule and value, and may be shown to the caller. */
export class InvalidInputError extends Error {
  override readonly name = 'InvalidInputError';
  readonly code = 'invalid_input';
}

/** A request that cannot be answered for now: the message says what is out of reach, and may be shown to the caller. */
export class UnavailableError extends Error {
  override readonly name = 'UnavailableError';
  readonly code = 'unavailable';
}

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

/** Awaits an SDK call; what it throws becomes a `ServiceError`. */
export async function withServiceErrors<Answer>(operation: string, call: Promise<Answer>): Promise<Answer> {
  try {
    return await call;
  } catch (thrown) {
    throw toServiceError(operation, thrown);
  }
}

/** What a database refused or could not do: the only error class that leaves a `Database`. */
export class DatabaseError extends Error {
  override readonly name = 'DatabaseError';
  /** SQLSTATE where the database gave one, such as `23505`; else the code of the service or of Node, e.g. `ECONNREFUSED`. */
  readonly code: string;
  /** Whether the database was out of reach, starting or waking up: it says nothing of the statement, which may be tried again. */
  readonly unreachable: boolean;

  constructor(code: string, message: string, unreachable: boolean, options?: ErrorOptions) {
    super(`${code}: ${message}`, options);
    this.code = code;
    this.unreachable = unreachable;
  }
}

/** Codes of Node, of the SDK, of the data APIs, of the ledger and of `lib/database` for what did not answer, or not for now. */
const OUT_OF_REACH = new Set([
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'InternalServerErrorException',
  'InternalServerException',
  'Unprocessed',
  'connection_lost',
  // Redshift's Data API has begun and not ended it: the warehouse is waking up.
  'statement_not_finished',
]);

/**
 * SQLSTATEs of a connection that was lost, or ended by a server that goes down or is not up yet.
 * https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const CONNECTION_ENDED = /^(08\w{3}|57P0[123])$/;

/** Whether an error says that a database or service is out of reach for now, and nothing of the request. */
export function isOutOfReach(error: unknown): boolean {
  if (error instanceof DatabaseError && error.unreachable) return true;
  if (!(error instanceof DatabaseError || error instanceof ServiceError)) return false;
  const { code } = error;
  return isNotConnected(code) || isPassing(code) || OUT_OF_REACH.has(code) || CONNECTION_ENDED.test(code);
}
