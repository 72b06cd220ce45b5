import type { MessageAttribute, NewMessage } from './message.ts';
import { invalidParameter, missingParameter, sqsError } from './sqs-error.ts';

/** Limits: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html */
const MAX_ATTRIBUTES = 10;
const MAX_DELAY = 900;
const MAX_NAME = 256;

const ILLEGAL = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;
const ID = /^[!-~]{1,128}$/;
const ATTRIBUTE_NAME = /^(?!\.)(?!.*\.\.)(?!.*\.$)(?!aws\.|amazon\.)[\w.-]+$/i;
const DATA_TYPE = /^(String|Number|Binary)(\.[\w.-]+)?$/;
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/**
 * Checks a message against SQS's limits, except the size, which a queue checks itself.
 *
 * @throws AwsError `MissingParameter`, `InvalidMessageContents` or `InvalidParameterValue`
 */
export function checkMessage(message: NewMessage, isFifo: boolean): void {
  const { body, attributes, groupId, deduplicationId, delaySeconds, traceHeader } = message;
  if (body === '') throw missingParameter('MessageBody');
  checkCharacters(body);
  if (attributes) checkAttributes(attributes);
  if (traceHeader !== undefined) checkCharacters(traceHeader);
  checkId('MessageGroupId', groupId);
  checkId('MessageDeduplicationId', deduplicationId);
  const outside = 'The request include parameter that is not valid for this queue type.';
  if (!isFifo && deduplicationId !== undefined)
    throw invalidParameter('MessageDeduplicationId', deduplicationId, outside);
  if (delaySeconds === undefined) return;
  if (isFifo && delaySeconds !== 0) throw invalidParameter('DelaySeconds', delaySeconds, outside);
  if (delaySeconds < 0 || delaySeconds > MAX_DELAY) {
    const reason = `DelaySeconds must be >= 0 and <= ${MAX_DELAY}.`;
    throw invalidParameter('DelaySeconds', delaySeconds, reason);
  }
}

/**
 * Returns the size that counts towards limits: bytes of the body and of all attributes, their names and types. Fields that are
 * not strings do not count.
 */
export function sizeOf(body: unknown, attributes: unknown): number {
  let size = bytesOf(body);
  if (typeof attributes !== 'object' || attributes === null) return size;
  for (const [name, value] of Object.entries(attributes)) {
    const { DataType, StringValue, BinaryValue } = (value ?? {}) as Partial<Record<string, unknown>>;
    size += bytesOf(name) + bytesOf(DataType) + bytesOf(StringValue) + bytesOf(BinaryValue, 'base64');
  }
  return size;
}

const bytesOf = (text: unknown, encoding?: BufferEncoding): number =>
  typeof text === 'string' ? Buffer.byteLength(text, encoding) : 0;

function checkCharacters(text: string): void {
  if (!ILLEGAL.test(text)) return;
  const valid = '#x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF';
  const message = `Invalid characters found. Valid unicode characters are ${valid}`;
  throw sqsError('InvalidMessageContents', message);
}

function checkId(name: string, id: string | undefined): void {
  if (id === undefined || ID.test(id)) return;
  const reason = `${name} can only include alphanumeric and punctuation characters. 1 to 128 in length.`;
  throw invalidParameter(name, id, reason);
}

function checkAttributes(attributes: Readonly<Record<string, MessageAttribute>>): void {
  const names = Object.keys(attributes);
  if (names.length > MAX_ATTRIBUTES) {
    throw refuse(
      `Number of message attributes [${names.length}] exceeds the allowed maximum [${MAX_ATTRIBUTES}].`,
    );
  }
  for (const name of names) {
    if (name.length > MAX_NAME || !ATTRIBUTE_NAME.test(name)) {
      throw refuse(
        `Message (user) attribute name '${name}' is invalid. Names have up to ${MAX_NAME} characters of A-Z, a-z, 0-9, underscore, hyphen and period. They do not start or end with a period, contain no successive periods, and do not start with AWS. or Amazon.`,
      );
    }
    checkAttribute(name, attributes[name] as MessageAttribute);
  }
}

function checkAttribute(name: string, { DataType, StringValue, BinaryValue }: MessageAttribute): void {
  if (typeof DataType !== 'string' || DataType === '') {
    throw refuse(`The message attribute '${name}' must contain a non-empty message attribute type.`);
  }
  if (DataType.length > MAX_NAME || !DATA_TYPE.test(DataType)) {
    throw refuse(
      `The message attribute '${name}' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.`,
    );
  }
  if (StringValue !== undefined && BinaryValue !== undefined) {
    throw refuse(`Message (user) attribute '${name}' has multiple values.`);
  }
  const type = DataType.split('.', 1)[0];
  const value = type === 'Binary' ? BinaryValue : StringValue;
  if (typeof value !== 'string' || value === '') {
    throw refuse(
      `The message attribute '${name}' must contain a non-empty message attribute value for message attribute type '${type}'.`,
    );
  }
  if (type === 'Number' && !NUMBER.test(value)) {
    throw refuse(`Can't cast the value of message (user) attribute '${name}' to a number.`);
  }
  if (type !== 'Binary') checkCharacters(value);
}

const refuse = (message: string) => sqsError('InvalidParameterValue', message);
