import { isDeepStrictEqual } from 'node:util';
import { parseJson } from '../../lib/json.ts';
import { ACCOUNT_ID } from '../stack/account.ts';
import { invalidParameter } from './errors.ts';
import { DEFAULT_MAX_BYTES } from './message-rules.ts';

/** Attributes by name, as SNS stores them. */
export type TopicAttributes = Readonly<Record<string, string>>;

/** A topic as it is stored. */
export interface StoredTopic {
  attributes: TopicAttributes;
  /** Values by key. */
  tags: Readonly<Record<string, string>>;
}

const STANDARD_NAME = /^[A-Za-z0-9_-]{1,256}$/;
const FIFO_NAME = /^[A-Za-z0-9_-]{1,251}\.fifo$/;

/** Settings that have no effect here, but that templates set: delivery feedback for each protocol. */
const FEEDBACK = /^(HTTP|Firehose|Lambda|Application|SQS)(Success|Failure)Feedback(RoleArn|SampleRate)$/;

type Rule = (value: string) => boolean;
const anything: Rule = () => true;
const oneOf =
  (...values: string[]): Rule =>
  (value) =>
    values.includes(value);
const isJsonObject: Rule = (value) => value === '' || typeof (parseJson(value) ?? undefined) === 'object';
/** From 1 KiB to 1 MiB: https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html */
const isMessageSize: Rule = (value) =>
  /^\d+$/.test(value) && Number(value) >= 1_024 && Number(value) <= 1_048_576;

const ATTRIBUTES: Record<string, Rule> = {
  DisplayName: (value) => value.length <= 100,
  Policy: isJsonObject,
  DeliveryPolicy: isJsonObject,
  DataProtectionPolicy: isJsonObject,
  KmsMasterKeyId: anything,
  MaximumMessageSize: isMessageSize,
  SignatureVersion: oneOf('1', '2'),
  TracingConfig: oneOf('PassThrough', 'Active'),
};
const FIFO_ATTRIBUTES: Record<string, Rule> = {
  ContentBasedDeduplication: oneOf('true', 'false'),
  FifoThroughputScope: oneOf('Topic', 'MessageGroup'),
};

/** Prefix of CreateTopic's error texts about attributes. */
export const IN_CREATE_TOPIC = 'Attributes Reason: ';

/**
 * Milliseconds in which FIFO topics drop messages with the same deduplication id:
 * https://docs.aws.amazon.com/sns/latest/dg/fifo-message-dedup.html
 */
const DEDUPLICATION_INTERVAL = 5 * 60 * 1_000;

/**
 * Checks the name and attributes of CreateTopic.
 *
 * @throws AwsError `InvalidParameter`
 */
export function checkNewTopic(name: string, attributes: TopicAttributes): void {
  const { FifoTopic = 'false', ...others } = attributes;
  if (!oneOf('true', 'false')(FifoTopic)) throw invalidAttribute('FifoTopic', FifoTopic, IN_CREATE_TOPIC);
  if (FifoTopic === 'true' && !FIFO_NAME.test(name)) {
    throw invalidParameter(
      'Fifo Topic names must end with .fifo and must be made up of only uppercase and lowercase ASCII letters, ' +
        'numbers, underscores, and hyphens, and must be between 1 and 256 characters long.',
    );
  }
  if (FifoTopic === 'false' && !STANDARD_NAME.test(name)) throw invalidParameter('Topic Name');
  for (const [attribute, value] of Object.entries(others)) {
    checkAttribute(attribute, value, FifoTopic === 'true', IN_CREATE_TOPIC);
  }
}

/**
 * @param where Prefix of the error text.
 * @throws AwsError `InvalidParameter` for an attribute that the embedded cloud does not support, or an invalid value
 */
export function checkAttribute(name: string, value: string, isFifo: boolean, where = ''): void {
  if (FEEDBACK.test(name)) return;
  const rules = isFifo ? { ...ATTRIBUTES, ...FIFO_ATTRIBUTES } : ATTRIBUTES;
  if (!Object.hasOwn(rules, name)) {
    const accepted = Object.keys(rules).join(', ');
    throw invalidParameter(`${where}AttributeName: the embedded cloud accepts ${accepted}, received ${name}`);
  }
  if (!rules[name]?.(value)) throw invalidAttribute(name, value, where);
}

const invalidAttribute = (name: string, value: string, where: string) =>
  invalidParameter(`${where}${name}: Invalid value [${value}]`);

/** A topic. FIFO topics remember their recent messages. */
export class Topic implements StoredTopic {
  readonly arn: string;
  /** Position in lists. */
  readonly order: number;
  readonly isFifo: boolean;
  attributes: TopicAttributes;
  tags: Readonly<Record<string, string>>;
  /** Accepted messages by deduplication id, oldest first. */
  readonly #recent = new Map<string, { at: number; published: Published }>();

  constructor(arn: string, order: number, { attributes, tags }: StoredTopic) {
    this.arn = arn;
    this.order = order;
    this.attributes = attributes;
    this.tags = tags;
    this.isFifo = arn.endsWith('.fifo');
  }

  /** Maximum bytes of a message, and of a batch. */
  get maxBytes(): number {
    return Number(this.attributes.MaximumMessageSize ?? DEFAULT_MAX_BYTES);
  }

  /** The `SignatureVersion` that notifications name. */
  get signatureVersion(): string {
    return this.attributes.SignatureVersion ?? '1';
  }

  /** Returns the answer for an earlier message of the deduplication interval, if there is one. */
  findDuplicate(groupId: string, deduplicationId: string): Published | undefined {
    const oldest = Date.now() - DEDUPLICATION_INTERVAL;
    for (const [key, { at }] of this.#recent) {
      if (at > oldest) break;
      this.#recent.delete(key);
    }
    return this.#recent.get(this.#keyOf(groupId, deduplicationId))?.published;
  }

  /** Remembers a message for {@link findDuplicate}. */
  remember(groupId: string, deduplicationId: string, published: Published): void {
    this.#recent.set(this.#keyOf(groupId, deduplicationId), { at: Date.now(), published });
  }

  #keyOf(groupId: string, deduplicationId: string): string {
    return this.attributes.FifoThroughputScope === 'MessageGroup'
      ? `${groupId} ${deduplicationId}`
      : deduplicationId;
  }
}

/** SNS's answer for an accepted message. */
export interface Published {
  messageId: string;
  /** FIFO topics only. */
  sequenceNumber?: string | undefined;
}

/** Returns whether the attributes of a repeated CreateTopic equal those of the topic that exists. */
export function hasSameAttributes(topic: StoredTopic, wanted: TopicAttributes): boolean {
  return Object.entries(wanted).every(([name, value]) => {
    const existing = topic.attributes[name] ?? (name === 'FifoTopic' ? 'false' : '');
    return existing === value || isDeepStrictEqual(parseJson(existing), parseJson(value) ?? value);
  });
}

/** Returns SNS's default policy, which lets only the owner use the topic. */
export const defaultPolicy = (arn: string): string =>
  JSON.stringify({
    Version: '2008-10-17',
    Id: '__default_policy_ID',
    Statement: [
      {
        Sid: '__default_statement_ID',
        Effect: 'Allow',
        Principal: { AWS: '*' },
        Action: [
          'SNS:GetTopicAttributes',
          'SNS:SetTopicAttributes',
          'SNS:AddPermission',
          'SNS:RemovePermission',
          'SNS:DeleteTopic',
          'SNS:Subscribe',
          'SNS:ListSubscriptionsByTopic',
          'SNS:Publish',
        ],
        Resource: arn,
        Condition: { StringEquals: { 'AWS:SourceOwner': ACCOUNT_ID } },
      },
    ],
  });
