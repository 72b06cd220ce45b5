import { createHash, randomUUID } from 'node:crypto';
import { parseJson } from '../../lib/json.ts';
import type { InvokeFunction } from '../aws-services/invoke-route.ts';
import type { Storage } from '../aws-services/storage.ts';
import type { Principal } from '../iam/access.ts';
import type { Enforcement } from '../iam/caller.ts';
import { nextSequenceNumber } from '../sqs/sequence-number.ts';
import { checkTopic } from './authorize.ts';
import { createDeliveries, type Deliveries, type FindQueue } from './delivery.ts';
import { Emails } from './emails.ts';
import { invalidParameter } from './errors.ts';
import type { Filterable } from './filter-policy.ts';
import type { Mailbox } from './mailbox.ts';
import type { MessageAttributes, PublishedMessage } from './message.ts';
import { checkAttributes, checkGroupId, checkSubject, sizeOf } from './message-rules.ts';
import type { Sender } from './notification.ts';
import { readTexts } from './structured-message.ts';
import type { Subscription } from './subscription.ts';
import { type SubscribeRequest, Subscriptions } from './subscriptions.ts';
import type { Published, Topic } from './topic.ts';
import { Topics } from './topics.ts';

export interface SnsOptions {
  storage: Storage;
  findQueue: FindQueue;
  invoke: InvokeFunction;
  /** Receives the e-mails. */
  mailbox: Pick<Mailbox, 'put' | 'deliver'>;
  /** Base URL of the services, such as `http://127.0.0.1:4566`, for links in notifications. */
  endpoint: string;
  /** Default: nothing is enforced. */
  enforcement?: Enforcement;
}

/** The input of Publish, and of an entry of PublishBatch. */
export interface PublishRequest {
  topicArn: string;
  message: string;
  subject?: string | undefined;
  attributes?: MessageAttributes | undefined;
  /** `json` if the message is a JSON object of texts by protocol. */
  messageStructure?: string | undefined;
  groupId?: string | undefined;
  deduplicationId?: string | undefined;
  /** X-Ray's trace header. */
  traceHeader?: string | undefined;
}

/** SNS: topics, subscriptions and the delivery of published messages. */
export class Sns {
  readonly topics: Topics;
  readonly subscriptions: Subscriptions;
  /** The access that the API checks. */
  readonly enforcement: Enforcement;
  readonly #emails: Emails;
  readonly #deliveries: Deliveries;
  readonly #endpoint: string;

  constructor({ storage, findQueue, invoke, mailbox, endpoint, enforcement = {} }: SnsOptions) {
    this.enforcement = enforcement;
    this.#emails = new Emails(storage, mailbox);
    this.topics = new Topics(storage, enforcement);
    this.subscriptions = new Subscriptions(storage, this.#emails);
    this.#deliveries = createDeliveries(findQueue, invoke, enforcement);
    this.#endpoint = endpoint;
  }

  /** Returns whether a topic exists. */
  hasTopic(arn: string): boolean {
    return this.topics.has(arn);
  }

  /** Deletes a topic with its subscriptions. Deleting one that does not exist succeeds. */
  deleteTopic(arn: string): void {
    this.subscriptions.deleteAll(arn);
    this.topics.delete(arn);
  }

  /**
   * Subscribes an endpoint. An HTTP endpoint is asked to confirm, again with each call until it has done so.
   *
   * @throws AwsError `NotFound` or `InvalidParameter`
   */
  subscribe(request: SubscribeRequest): Subscription {
    const topic = this.topics.require(request.topicArn);
    const subscription = this.subscriptions.subscribe(request);
    const { token } = subscription;
    if (token !== undefined) {
      this.#deliveries.requestConfirmation(subscription, token, randomUUID(), this.#senderOf(topic));
    }
    return subscription;
  }

  /**
   * Publishes a message. Queues and the mailbox have it on return; functions and HTTP endpoints receive it later.
   *
   * @throws AwsError with the code of https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
   */
  publish(request: PublishRequest): Published {
    const topic = this.topics.require(request.topicArn);
    const { message, subject, attributes = {} } = request;
    const textFor = readTexts(message, request.messageStructure);
    if (subject !== undefined) checkSubject(subject);
    checkAttributes(attributes);
    if (sizeOf(message, attributes) > topic.maxBytes) throw invalidParameter('Message too long');

    if (request.groupId !== undefined) checkGroupId('MessageGroupId', request.groupId);
    if (!topic.isFifo) {
      refuseDeduplication(request);
      const messageId = randomUUID();
      this.#fanOut(topic, {
        ...request,
        attributes,
        textFor,
        messageId,
        timestamp: new Date().toISOString(),
      });
      return { messageId };
    }
    return this.#publishInOrder(topic, { ...request, attributes }, textFor);
  }

  /**
   * Publishes a message for a service of the account, such as S3.
   *
   * @throws AwsError as {@link publish}, `AuthorizationError` and `KMSAccessDenied`
   */
  publishAs(principal: Principal, request: PublishRequest): Published {
    const { access } = this.enforcement;
    const { topicArn } = request;
    if (access) checkTopic({ access, principal }, 'sns:Publish', topicArn, this.topics.find(topicArn));
    return this.publish(request);
  }

  /** Publishes to a FIFO topic, unless the message is a duplicate. */
  #publishInOrder(
    topic: Topic,
    request: PublishRequest & { attributes: MessageAttributes },
    textFor: PublishedMessage['textFor'],
  ): Published {
    const groupId = requireGroupId(request);
    const deduplicationId = requireDeduplicationId(topic, request);
    const duplicate = topic.findDuplicate(groupId, deduplicationId);
    if (duplicate) return duplicate;

    const published = { messageId: randomUUID(), sequenceNumber: nextSequenceNumber() };
    topic.remember(groupId, deduplicationId, published);
    const timestamp = new Date().toISOString();
    this.#fanOut(topic, { ...request, ...published, groupId, deduplicationId, textFor, timestamp });
    return published;
  }

  #fanOut(topic: Topic, published: PublishedMessage): void {
    const message: PublishedMessage & Filterable = { ...published, parsedBody: createBodyReader(published) };
    const sender = this.#senderOf(topic);
    for (const subscription of this.subscriptions.targetsOf(topic.arn)) {
      if (subscription.accepts(message)) this.#deliveries.deliver(message, subscription, sender);
    }
    this.#emails.deliver(message, sender);
  }

  #senderOf({ signatureVersion }: Topic): Sender {
    return { endpoint: this.#endpoint, signatureVersion };
  }

  /** Resolves when all deliveries to functions and HTTP endpoints have succeeded or failed. */
  settled(): Promise<void> {
    return this.#deliveries.settled();
  }

  /** Gives up deliveries that have not succeeded yet. */
  stop(): Promise<void> {
    return this.#deliveries.stop();
  }
}

/** Parses the body once, when the first filter policy reads it. Filter policies of every protocol read the text for queues. */
function createBodyReader({ textFor }: PublishedMessage): () => unknown {
  let parsed: { body: unknown } | undefined;
  return () => {
    parsed ??= { body: parseJson(textFor('sqs')) };
    return parsed.body;
  };
}

function refuseDeduplication({ deduplicationId }: PublishRequest): void {
  if (deduplicationId === undefined) return;
  throw invalidParameter(
    'MessageDeduplicationId Reason: The request includes MessageDeduplicationId parameter that is not valid for this topic type',
  );
}

function requireGroupId({ groupId }: PublishRequest): string {
  if (groupId !== undefined) return groupId;
  throw invalidParameter('The MessageGroupId parameter is required for FIFO topics');
}

function requireDeduplicationId({ attributes }: Topic, { deduplicationId, message }: PublishRequest): string {
  if (deduplicationId !== undefined) {
    checkGroupId('MessageDeduplicationId', deduplicationId);
    return deduplicationId;
  }
  if (attributes.ContentBasedDeduplication === 'true')
    return createHash('sha256').update(message).digest('hex');
  throw invalidParameter(
    'The topic should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly',
  );
}
