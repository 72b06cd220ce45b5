import { AwsError } from '../aws-services/aws-error.ts';

interface ErrorKind {
  /** Code of the query protocol, if it differs. */
  query?: string;
  /** Type of the JSON protocol, if it differs. */
  json?: string;
  status?: number;
  /** Whether it is an error of AWS's common layer before the service. */
  isCommon?: boolean;
}

/** Errors whose name in a protocol differs from their code, or whose status is not 400, as in SQS's API reference. */
const KINDS: Record<string, ErrorKind> = {
  AccessDenied: { json: 'AccessDeniedException', status: 403, isCommon: true },
  BatchEntryIdsNotDistinct: { query: 'AWS.SimpleQueueService.BatchEntryIdsNotDistinct' },
  BatchRequestTooLong: { query: 'AWS.SimpleQueueService.BatchRequestTooLong' },
  EmptyBatchRequest: { query: 'AWS.SimpleQueueService.EmptyBatchRequest' },
  InvalidAction: { json: 'UnknownOperationException' },
  InvalidBatchEntryId: { query: 'AWS.SimpleQueueService.InvalidBatchEntryId' },
  InvalidClientTokenId: { json: 'UnrecognizedClientException', status: 403, isCommon: true },
  InvalidParameterValue: { json: 'InvalidParameterValueException' },
  KmsAccessDenied: { query: 'KMS.AccessDeniedException' },
  MessageNotInflight: { query: 'AWS.SimpleQueueService.MessageNotInflight' },
  MissingAuthenticationToken: { json: 'MissingAuthenticationTokenException', status: 403, isCommon: true },
  MissingParameter: { json: 'MissingRequiredParameterException' },
  OverLimit: { status: 403 },
  PurgeQueueInProgress: { query: 'AWS.SimpleQueueService.PurgeQueueInProgress', status: 403 },
  QueueDoesNotExist: { query: 'AWS.SimpleQueueService.NonExistentQueue' },
  QueueNameExists: { query: 'QueueAlreadyExists' },
  ReceiptHandleIsInvalid: { status: 404 },
  ResourceNotFoundException: { status: 404 },
  TooManyEntriesInBatchRequest: { query: 'AWS.SimpleQueueService.TooManyEntriesInBatchRequest' },
  UnsupportedOperation: { query: 'AWS.SimpleQueueService.UnsupportedOperation' },
};

/** Codes of {@link sqsError}. */
export type SqsErrorCode =
  | 'AccessDenied'
  | 'BatchEntryIdsNotDistinct'
  | 'BatchRequestTooLong'
  | 'EmptyBatchRequest'
  | 'InvalidAction'
  | 'InvalidAttributeName'
  | 'InvalidAttributeValue'
  | 'InvalidBatchEntryId'
  | 'InvalidClientTokenId'
  | 'InvalidMessageContents'
  | 'InvalidParameterValue'
  | 'KmsAccessDenied'
  | 'MessageNotInflight'
  | 'MissingAuthenticationToken'
  | 'MissingParameter'
  | 'OverLimit'
  | 'PurgeQueueInProgress'
  | 'QueueDoesNotExist'
  | 'QueueNameExists'
  | 'ReceiptHandleIsInvalid'
  | 'ResourceNotFoundException'
  | 'TooManyEntriesInBatchRequest'
  | 'UnsupportedOperation';

/** Creates an error of SQS with its HTTP status. */
export function sqsError(code: SqsErrorCode, message: string): AwsError {
  return new AwsError(code, message, KINDS[code]?.status);
}

/** Creates an `InvalidParameterValue` error in SQS's words. */
export function invalidParameter(name: string, value: unknown, reason: string): AwsError {
  return sqsError(
    'InvalidParameterValue',
    `Value ${value} for parameter ${name} is invalid. Reason: ${reason}`,
  );
}

/** Creates a `MissingParameter` error. */
export function missingParameter(name: string): AwsError {
  return sqsError('MissingParameter', `The request must contain the parameter ${name}.`);
}

/** Returns the code that the query protocol has for an error. Failed entries of a batch have it in both protocols. */
export function queryCodeOf({ code }: AwsError): string {
  return KINDS[code]?.query ?? code;
}

/** Returns the type that the JSON protocol has for an error. */
export function jsonTypeOf({ code }: AwsError): string {
  const { json = code, isCommon = false } = KINDS[code] ?? {};
  return `${isCommon ? 'com.amazon.coral.service' : 'com.amazonaws.sqs'}#${json}`;
}
