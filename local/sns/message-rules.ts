import { AwsError } from '../aws-services/aws-error.ts';
import type { MessageAttribute } from '../sqs/message.ts';
import { invalidParameter } from './errors.ts';
import type { MessageAttributes } from './message.ts';

/** Default maximum of a topic in bytes, 256 KiB: https://docs.aws.amazon.com/sns/latest/api/API_Publish.html */
export const DEFAULT_MAX_BYTES = 262_144;

const MAX_SUBJECT_LENGTH = 100;
const GROUP_ID = /^[\x21-\x7e]{1,128}$/;
const CONTROL_CHARACTER = /\p{Cc}/u;
const RESERVED_NAME = /^(aws|amazon)\./i;
const FOREIGN_CHARACTER = /[^A-Za-z0-9_.-]/;
const ATTRIBUTE_TYPE = /^(String|Number|Binary)(\..+)?$/;
const MAX_NAME_LENGTH = 256;

/** Returns the bytes that SNS limits: the message as sent and the names, types and values of its attributes. */
export function sizeOf(message: string, attributes: MessageAttributes = {}): number {
  let bytes = Buffer.byteLength(message);
  for (const [name, { DataType, StringValue, BinaryValue }] of Object.entries(attributes)) {
    bytes += Buffer.byteLength(name) + Buffer.byteLength(DataType);
    bytes += Buffer.byteLength(StringValue ?? '') + Buffer.byteLength(BinaryValue ?? '', 'base64');
  }
  return bytes;
}

/** @throws AwsError `InvalidParameter` unless the subject is 1 to 100 characters without control characters */
export function checkSubject(subject: string): void {
  if (subject === '' || subject.length > MAX_SUBJECT_LENGTH || CONTROL_CHARACTER.test(subject)) {
    throw invalidParameter('Subject');
  }
}

/** @throws AwsError `InvalidParameter` for a MessageGroupId or MessageDeduplicationId that SNS refuses */
export function checkGroupId(parameter: string, value: string): void {
  if (GROUP_ID.test(value)) return;
  throw invalidParameter(`${parameter} Reason: must be 1 to 128 alphanumeric or punctuation characters`);
}

/** @throws AwsError for an attribute that SNS refuses: https://docs.aws.amazon.com/sns/latest/dg/sns-message-attributes.html */
export function checkAttributes(attributes: MessageAttributes): void {
  for (const [name, attribute] of Object.entries(attributes)) {
    checkAttributeName(name);
    checkAttributeValue(name, attribute);
  }
}

function checkAttributeName(name: string): void {
  const [foreign] = FOREIGN_CHARACTER.exec(name) ?? [];
  if (foreign !== undefined) {
    const code = foreign.codePointAt(0)?.toString(16).toUpperCase();
    throw invalidValue(
      `Invalid non-alphanumeric character '#x${code}' was found in the message attribute name. ` +
        'Can only include alphanumeric characters, hyphens, underscores, or dots.',
    );
  }
  const isRefused =
    name === '' || name.length > MAX_NAME_LENGTH || /^\.|\.\.|\.$/.test(name) || RESERVED_NAME.test(name);
  if (!isRefused) return;
  throw invalidValue(
    `Invalid message attribute name '${name}': accepts 1 to ${MAX_NAME_LENGTH} characters without a period at ` +
      'either end, successive periods or the prefixes AWS. and Amazon.',
  );
}

function checkAttributeValue(name: string, { DataType, StringValue, BinaryValue }: MessageAttribute): void {
  const [, type] = ATTRIBUTE_TYPE.exec(DataType) ?? [];
  if (type === undefined) {
    throw invalidValue(
      `The message attribute '${name}' has an invalid message attribute type, ` +
        'the set of supported type prefixes is Binary, Number, and String.',
    );
  }
  if (!(type === 'Binary' ? BinaryValue : StringValue)) {
    throw invalidValue(
      `The message attribute '${name}' must contain non-empty message attribute value ` +
        `for message attribute type '${DataType}'.`,
    );
  }
  if (type === 'Number' && !isNumber(StringValue ?? '')) {
    throw invalidValue(`Could not cast message attribute '${name}' value to number.`);
  }
}

const isNumber = (text: string): boolean => text.trim() !== '' && Number.isFinite(Number(text));

/** Returns the error that the SDKs call `InvalidParameterValueException`. */
const invalidValue = (message: string): AwsError => new AwsError('ParameterValueInvalid', message);
