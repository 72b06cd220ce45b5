import { invalidParameter, sqsError } from './sqs-error.ts';

/** Attributes of a queue, as CreateQueue and SetQueueAttributes receive them. */
export type QueueAttributes = Record<string, string>;

/** The parsed attributes of a queue. */
export interface QueueSettings {
  isFifo: boolean;
  /** Seconds. */
  delay: number;
  /** Seconds. */
  visibilityTimeout: number;
  /** Seconds that a receive waits by default. */
  wait: number;
  retentionMs: number;
  /** Bytes. */
  maximumMessageSize: number;
  /** Whether the body's hash is the deduplication id of a message that has none. */
  deduplicatesByContent: boolean;
  /** Whether equal deduplication ids of different groups are different messages. */
  deduplicatesPerGroup: boolean;
  redrive?: RedrivePolicy;
  redriveAllow?: RedriveAllowPolicy;
}

/** The dead-letter queue of a queue. */
export interface RedrivePolicy {
  deadLetterTargetArn: string;
  maxReceiveCount: number;
}

/** The queues that may have a queue as their dead-letter queue. */
export interface RedriveAllowPolicy {
  redrivePermission: 'allowAll' | 'denyAll' | 'byQueue';
  sourceQueueArns?: string[];
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html */
const RANGES = new Map<string, readonly [number, number]>([
  ['DelaySeconds', [0, 900]],
  ['KmsDataKeyReusePeriodSeconds', [60, 86_400]],
  ['MaximumMessageSize', [1_024, 1_048_576]],
  ['MessageRetentionPeriod', [60, 1_209_600]],
  ['ReceiveMessageWaitTimeSeconds', [0, 20]],
  ['VisibilityTimeout', [0, 43_200]],
]);
const VALUES = new Map<string, readonly string[]>([['SqsManagedSseEnabled', ['true', 'false']]]);
const FIFO_VALUES = new Map<string, readonly string[]>([
  ['FifoQueue', ['true']],
  ['ContentBasedDeduplication', ['true', 'false']],
  ['DeduplicationScope', ['messageGroup', 'queue']],
  ['FifoThroughputLimit', ['perQueue', 'perMessageGroupId']],
]);
const DEFAULTS: QueueAttributes = {
  DelaySeconds: '0',
  MaximumMessageSize: '1048576',
  MessageRetentionPeriod: '345600',
  ReceiveMessageWaitTimeSeconds: '0',
  SqsManagedSseEnabled: 'true',
  VisibilityTimeout: '30',
};
const FIFO_DEFAULTS: QueueAttributes = {
  ContentBasedDeduplication: 'false',
  DeduplicationScope: 'queue',
  FifoThroughputLimit: 'perQueue',
};
/** Attributes that an empty value removes. */
const REMOVABLE = new Set(['KmsMasterKeyId', 'Policy', 'RedriveAllowPolicy', 'RedrivePolicy']);
const MAX_RECEIVES = 1_000;
const MAX_SOURCES = 10;

/** Returns the attributes of a new queue. */
export function withDefaults(attributes: QueueAttributes): QueueAttributes {
  const isFifo = attributes.FifoQueue === 'true';
  return mergeAttributes({ ...DEFAULTS, ...(isFifo && FIFO_DEFAULTS) }, attributes);
}

/** Returns the attributes after a change. */
export function mergeAttributes(attributes: QueueAttributes, change: QueueAttributes): QueueAttributes {
  const merged = { ...attributes, ...change };
  for (const name of REMOVABLE) if (merged[name] === '') delete merged[name];
  // Only one kind of encryption is possible.
  if (change.KmsMasterKeyId) merged.SqsManagedSseEnabled = 'false';
  return merged;
}

/** Returns the name of an attribute whose value differs from that of an existing queue. */
export function findDifference(existing: QueueAttributes, wanted: QueueAttributes): string | undefined {
  return Object.keys(wanted).find((name) => {
    const [one = '', other = ''] = [existing[name], wanted[name]];
    return one !== other && normalize(one) !== normalize(other);
  });
}

/**
 * Checks attributes of a queue.
 *
 * @param before Attributes of an existing queue; `undefined` when it is created
 * @throws AwsError `InvalidAttributeName`, `InvalidAttributeValue` or `InvalidParameterValue`
 */
export function checkAttributes(attributes: QueueAttributes, before?: QueueAttributes): void {
  const after = mergeAttributes(before ?? {}, attributes);
  const isFifo = (before ?? after).FifoQueue === 'true';
  for (const [name, value] of Object.entries(attributes)) checkAttribute(name, value, isFifo);
  if (attributes.KmsMasterKeyId && attributes.SqsManagedSseEnabled === 'true') {
    const rule =
      'You can use one type of server-side encryption (SSE) at one time. You can either enable KMS SSE or SQS SSE.';
    throw sqsError('InvalidAttributeName', rule);
  }
  if (after.FifoThroughputLimit === 'perMessageGroupId' && after.DeduplicationScope !== 'messageGroup') {
    const rule =
      'The perMessageGroupId value is allowed only when the value for DeduplicationScope is messageGroup.';
    throw sqsError(
      'InvalidAttributeValue',
      `Invalid value for the parameter FifoThroughputLimit. Reason: ${rule}`,
    );
  }
}

/** Parses attributes that {@link checkAttributes} accepted. */
export function toSettings(attributes: QueueAttributes): QueueSettings {
  const { RedrivePolicy, RedriveAllowPolicy } = attributes;
  return {
    isFifo: attributes.FifoQueue === 'true',
    delay: Number(attributes.DelaySeconds),
    visibilityTimeout: Number(attributes.VisibilityTimeout),
    wait: Number(attributes.ReceiveMessageWaitTimeSeconds),
    retentionMs: Number(attributes.MessageRetentionPeriod) * 1_000,
    maximumMessageSize: Number(attributes.MaximumMessageSize),
    deduplicatesByContent: attributes.ContentBasedDeduplication === 'true',
    deduplicatesPerGroup: attributes.DeduplicationScope === 'messageGroup',
    ...(RedrivePolicy && { redrive: readRedrivePolicy(RedrivePolicy) }),
    ...(RedriveAllowPolicy && { redriveAllow: readRedriveAllowPolicy(RedriveAllowPolicy) }),
  };
}

function checkAttribute(name: string, value: unknown, isFifo: boolean): void {
  const range = RANGES.get(name);
  const values = VALUES.get(name) ?? (isFifo ? FIFO_VALUES.get(name) : undefined);
  if (!range && !values && !REMOVABLE.has(name)) {
    throw sqsError('InvalidAttributeName', `Unknown Attribute ${name}.`);
  }
  const isValid =
    typeof value === 'string' &&
    (range
      ? isWithin(value, range)
      : values
        ? values.includes(value)
        : value === '' || isValidPolicy(name, value));
  if (!isValid) throw sqsError('InvalidAttributeValue', `Invalid value for the parameter ${name}.`);
}

function isWithin(value: string, [min, max]: readonly [number, number]): boolean {
  return /^\d+$/.test(value) && Number(value) >= min && Number(value) <= max;
}

function isValidPolicy(name: string, value: string): boolean {
  if (name === 'Policy') return parseObject(value) !== undefined;
  if (name === 'RedrivePolicy') readRedrivePolicy(value);
  if (name === 'RedriveAllowPolicy') readRedriveAllowPolicy(value);
  return true;
}

function readRedrivePolicy(text: string): RedrivePolicy {
  const refuse = (reason: string) => invalidParameter('RedrivePolicy', text, reason);
  const policy = parseObject(text);
  if (!policy) throw refuse('Redrive policy is not a valid JSON map.');
  const { deadLetterTargetArn, maxReceiveCount } = policy;
  for (const name of ['deadLetterTargetArn', 'maxReceiveCount']) {
    if (policy[name] === undefined)
      throw refuse(`Redrive policy does not contain mandatory attribute: ${name}.`);
  }
  if (
    typeof deadLetterTargetArn !== 'string' ||
    !/^arn:[\w-]+:sqs:[\w-]+:\d{12}:[\w.-]+$/.test(deadLetterTargetArn)
  ) {
    throw refuse('Invalid value for deadLetterTargetArn.');
  }
  if (
    !/^\d+$/.test(String(maxReceiveCount)) ||
    Number(maxReceiveCount) < 1 ||
    Number(maxReceiveCount) > MAX_RECEIVES
  ) {
    const valid = `valid values are from 1 to ${MAX_RECEIVES} both inclusive.`;
    throw refuse(`Invalid value for maxReceiveCount: ${maxReceiveCount}, ${valid}`);
  }
  return { deadLetterTargetArn, maxReceiveCount: Number(maxReceiveCount) };
}

function readRedriveAllowPolicy(text: string): RedriveAllowPolicy {
  const refuse = (reason: string) => invalidParameter('RedriveAllowPolicy', text, reason);
  const policy = parseObject(text);
  if (!policy) throw refuse('Redrive allow policy is not a valid JSON map.');
  const { redrivePermission, sourceQueueArns } = policy;
  if (redrivePermission === 'byQueue') {
    const isList = Array.isArray(sourceQueueArns) && sourceQueueArns.every((arn) => typeof arn === 'string');
    if (!isList || sourceQueueArns.length < 1 || sourceQueueArns.length > MAX_SOURCES) {
      throw refuse(
        `sourceQueueArns must contain 1 to ${MAX_SOURCES} queue ARNs when redrivePermission is byQueue.`,
      );
    }
    return { redrivePermission, sourceQueueArns };
  }
  if (redrivePermission !== 'allowAll' && redrivePermission !== 'denyAll') {
    throw refuse('redrivePermission must be allowAll, denyAll or byQueue.');
  }
  if (sourceQueueArns !== undefined) {
    throw refuse('sourceQueueArns is allowed only when redrivePermission is byQueue.');
  }
  return { redrivePermission };
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

/** Normalizes JSON. Strings that differ only in white space or in the order of keys become equal. */
function normalize(text: string): string {
  const object = parseObject(text);
  if (!object) return text;
  const keys = Object.keys(object).sort();
  return JSON.stringify(
    keys.map((key) => [key, key === 'maxReceiveCount' ? Number(object[key]) : object[key]]),
  );
}
