import { isDeepStrictEqual } from 'node:util';
import { parseJson } from '../../lib/json.ts';
import { invalidParameter } from './errors.ts';
import { compileFilterPolicy, FILTER_SCOPES, type Filter, type FilterScope } from './filter-policy.ts';

/*
 * A subscription:
 *
 *   Subscribe (http, https) ──► pending ──ConfirmSubscription──► confirmed ──Unsubscribe──► deleted
 *   Subscribe (others) ────────────────────────────────────────► confirmed
 */
/** A subscription as it is stored. */
export interface StoredSubscription {
  topicArn: string;
  protocol: Protocol;
  endpoint: string;
  attributes: SubscriptionAttributes;
  /** The token that confirms the subscription, until it is confirmed. */
  token?: string;
}

/** A subscription with the parsed settings that its deliveries need. */
export interface Subscription extends StoredSubscription {
  arn: string;
  /** Position in lists. */
  order: number;
  /** The compiled filter policy. */
  accepts: Filter;
  /** Whether messages are delivered without their JSON envelope. */
  raw: boolean;
  /** ARN of the dead-letter queue. */
  deadLetterArn: string | undefined;
}

/** Attributes as the client set them. */
export type SubscriptionAttributes = Partial<Record<AttributeName, string>>;
type AttributeName = (typeof ATTRIBUTE_NAMES)[number];

/** Protocols that the embedded cloud delivers to. */
export const PROTOCOLS = ['sqs', 'lambda', 'http', 'https', 'email', 'email-json'] as const;
export type Protocol = (typeof PROTOCOLS)[number];

const ATTRIBUTE_NAMES = [
  'DeliveryPolicy',
  'FilterPolicy',
  'FilterPolicyScope',
  'RawMessageDelivery',
  'RedrivePolicy',
] as const;
const RAW_PROTOCOLS: readonly Protocol[] = ['sqs', 'http', 'https'];
const LOCAL_HOSTS = ['127.0.0.1', 'localhost', '[::1]'];
const QUEUE_ARN = /^arn:aws[a-z-]*:sqs:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]+(\.fifo)?$/;
const FUNCTION_ARN = /^arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:[A-Za-z0-9_-]+(:[A-Za-z0-9$_-]+)?$/;

/** Prefix of Subscribe's error texts about attributes. */
export const IN_SUBSCRIBE = 'Attributes Reason: ';

/** Returns whether the embedded cloud delivers to a protocol. */
export const isProtocol = (text: string): text is Protocol => (PROTOCOLS as readonly string[]).includes(text);

/** Returns whether a subscription delivers to the mailbox. */
export const isEmail = ({ protocol }: StoredSubscription): boolean => protocol.startsWith('email');

/** Returns whether a subscription delivers to an HTTP or HTTPS endpoint. */
export const isHttp = ({ protocol }: StoredSubscription): boolean => protocol.startsWith('http');

/** Returns whether an ARN names a FIFO topic or queue. */
const isFifo = (arn: string): boolean => arn.endsWith('.fifo');

/**
 * Creates a subscription from stored fields, with its filter policy compiled.
 *
 * @param where Prefix of the error text for an invalid attribute.
 * @throws AwsError `InvalidParameter`
 */
export function openSubscription(
  arn: string,
  order: number,
  stored: StoredSubscription,
  where = '',
): Subscription {
  const { attributes, protocol, topicArn } = stored;
  const { FilterPolicy, FilterPolicyScope = 'MessageAttributes' } = attributes;
  if (!isScope(FilterPolicyScope)) {
    throw invalidParameter(
      `${where}FilterPolicyScope: Invalid value [${FilterPolicyScope}]. Please use either MessageBody or MessageAttributes`,
    );
  }
  return {
    ...stored,
    arn,
    order,
    accepts:
      FilterPolicy === undefined ? acceptAll : compileFilterPolicy(FilterPolicy, FilterPolicyScope, where),
    raw: readRaw(attributes.RawMessageDelivery, protocol, where),
    deadLetterArn: readDeadLetterArn(attributes.RedrivePolicy, topicArn, where),
  };
}

const acceptAll = (): boolean => true;

const isScope = (scope: string): scope is FilterScope => (FILTER_SCOPES as readonly string[]).includes(scope);

/**
 * Returns attributes with one changed. An empty value or policy removes the attribute.
 *
 * @throws AwsError `InvalidParameter` for an attribute that the embedded cloud does not support
 */
export function withAttribute(
  attributes: SubscriptionAttributes,
  name: string,
  value: string,
  where = '',
): SubscriptionAttributes {
  if (!isAttributeName(name)) {
    throw invalidParameter(
      `${where}AttributeName: the embedded cloud accepts ${ATTRIBUTE_NAMES.join(', ')}, received ${name}`,
    );
  }
  const { [name]: _previous, ...others } = attributes;
  const isEmpty = value === '' || (name.endsWith('Policy') && isDeepStrictEqual(parseJson(value), {}));
  return isEmpty ? others : { ...attributes, [name]: value };
}

const isAttributeName = (name: string): name is AttributeName =>
  (ATTRIBUTE_NAMES as readonly string[]).includes(name);

/** Returns whether attributes of a repeated Subscribe equal those of the subscription that exists. */
export function hasAttributes({ attributes }: StoredSubscription, wanted: SubscriptionAttributes): boolean {
  return Object.entries(wanted).every(([name, value]) => {
    const existing = attributes[name as AttributeName];
    return existing === value || isDeepStrictEqual(parseJson(existing ?? ''), parseJson(value) ?? value);
  });
}

/**
 * Checks that the embedded cloud can deliver to an endpoint.
 *
 * @throws AwsError `InvalidParameter`
 */
export function checkEndpoint(topicArn: string, protocol: Protocol, endpoint: string): void {
  if (isFifo(topicArn) && protocol !== 'sqs') {
    throw invalidParameter(`Protocol Reason: FIFO topics deliver only to sqs, received ${protocol}`);
  }
  if (protocol === 'sqs') checkQueue(topicArn, endpoint);
  else if (protocol === 'lambda') {
    if (!FUNCTION_ARN.test(endpoint)) throw invalidParameter(`Lambda endpoint ARN: ${endpoint}`);
  } else if (protocol === 'email' || protocol === 'email-json') {
    if (!/^[^\s@]+@[^\s@]+$/.test(endpoint)) throw invalidParameter(`Email address: ${endpoint}`);
  } else checkUrl(protocol, endpoint);
}

function checkQueue(topicArn: string, endpoint: string): void {
  if (!QUEUE_ARN.test(endpoint)) throw invalidParameter(`SQS endpoint ARN: ${endpoint}`);
  if (isFifo(endpoint) && !isFifo(topicArn)) {
    throw invalidParameter(
      'Invalid parameter: Endpoint Reason: FIFO SQS Queues can not be subscribed to standard SNS topics',
    );
  }
}

function checkUrl(protocol: 'http' | 'https', endpoint: string): void {
  const url = URL.parse(endpoint);
  if (!endpoint.startsWith(`${protocol}://`) || !url) {
    throw invalidParameter(`Endpoint must match the specified protocol: ${protocol}, received ${endpoint}`);
  }
  if (!LOCAL_HOSTS.includes(url.hostname)) {
    throw invalidParameter(
      `Endpoint Reason: the embedded cloud delivers only to this machine (${LOCAL_HOSTS.join(', ')}), received ${url.hostname}`,
    );
  }
}

function readRaw(value: string | undefined, protocol: Protocol, where: string): boolean {
  if (value === undefined) return false;
  const wanted = value.toLowerCase();
  if (wanted !== 'true' && wanted !== 'false') {
    throw invalidParameter(`${where}RawMessageDelivery: Invalid value [${value}]. Must be true or false.`);
  }
  if (wanted === 'true' && !RAW_PROTOCOLS.includes(protocol)) {
    throw invalidParameter(`${where}Delivery protocol [${protocol}] does not support raw message delivery.`);
  }
  return wanted === 'true';
}

function readDeadLetterArn(policy: string | undefined, topicArn: string, where: string): string | undefined {
  if (policy === undefined) return undefined;
  const { deadLetterTargetArn: arn } = Object(parseJson(policy)) as { deadLetterTargetArn?: unknown };
  if (typeof arn !== 'string' || !QUEUE_ARN.test(arn)) {
    throw invalidParameter(
      `${where}RedrivePolicy: deadLetterTargetArn must be the ARN of a queue, received ${arn}`,
    );
  }
  if (isFifo(arn) !== isFifo(topicArn)) {
    throw invalidParameter(
      `${where}RedrivePolicy: must use a ${isFifo(topicArn) ? 'FIFO' : 'standard'} queue as DLQ for this topic, received ${arn}`,
    );
  }
  return arn;
}
