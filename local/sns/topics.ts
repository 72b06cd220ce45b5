import { AwsError } from '../aws-services/aws-error.ts';
import type { Storage, StoredMap } from '../aws-services/storage.ts';
import type { Enforcement } from '../iam/caller.ts';
import { arn } from '../stack/account.ts';
import { invalidParameter, notFound } from './errors.ts';
import {
  checkAttribute,
  checkNewTopic,
  hasSameAttributes,
  type StoredTopic,
  Topic,
  type TopicAttributes,
} from './topic.ts';
import { addStatement, removeStatement } from './topic-policy.ts';

/** Maximum number of tags: https://docs.aws.amazon.com/sns/latest/api/API_TagResource.html */
const MAX_TAGS = 50;

/** Values by key. */
export type Tags = Readonly<Record<string, string>>;

/** The topics of the embedded account. */
export class Topics {
  readonly #stored: StoredMap<StoredTopic>;
  readonly #topics = new Map<string, Topic>();
  readonly #enforcement: Enforcement;
  #created = 0;

  constructor(storage: Storage, enforcement: Enforcement = {}) {
    this.#enforcement = enforcement;
    this.#stored = storage.map('sns_topics');
    for (const [topicArn, stored] of this.#stored.entries()) this.#add(topicArn, stored);
  }

  /**
   * Creates a topic, or returns the one that exists with the same attributes.
   *
   * @throws AwsError `InvalidParameter` for an invalid name, attribute or tag, or if the topic exists with others
   */
  create(name: string, attributes: TopicAttributes = {}, tags: Tags = {}): Topic {
    checkNewTopic(name, attributes);
    this.#checkPolicy(attributes.Policy);
    checkTags(tags);
    const topicArn = arn('sns', name);
    const existing = this.#topics.get(topicArn);
    if (!existing) {
      this.#stored.set(topicArn, { attributes, tags });
      return this.#add(topicArn, { attributes, tags });
    }
    if (!hasSameAttributes(existing, attributes)) {
      throw invalidParameter('Attributes Reason: Topic already exists with different attributes');
    }
    if (Object.entries(tags).some(([key, value]) => existing.tags[key] !== value)) {
      throw invalidParameter('Tags Reason: Topic already exists with different tags');
    }
    return existing;
  }

  #add(topicArn: string, stored: StoredTopic): Topic {
    const topic = new Topic(topicArn, ++this.#created, stored);
    this.#topics.set(topicArn, topic);
    return topic;
  }

  /** Deletes a topic. Deleting one that does not exist succeeds. */
  delete(topicArn: string): void {
    this.#topics.delete(topicArn);
    this.#stored.delete(topicArn);
  }

  /** Returns whether a topic exists. */
  has(topicArn: string): boolean {
    return this.#topics.has(topicArn);
  }

  find(topicArn: string): Topic | undefined {
    return this.#topics.get(topicArn);
  }

  /** @throws AwsError `NotFound`, or `InvalidParameter` for text that is not an ARN */
  require(topicArn: string): Topic {
    const topic = this.#topics.get(topicArn);
    if (topic) return topic;
    throw topicArn.startsWith('arn:') ? notFound('Topic') : invalidParameter(`TopicArn: ${topicArn}`);
  }

  /** Returns the topics in the order in which they were created. */
  list(): Iterable<Topic> {
    return this.#topics.values();
  }

  /** @throws AwsError `NotFound` or `InvalidParameter` */
  setAttribute(topicArn: string, name: string, value: string): void {
    const topic = this.require(topicArn);
    checkAttribute(name, value, topic.isFifo);
    if (name === 'Policy') this.#checkPolicy(value);
    const { [name]: _previous, ...others } = topic.attributes;
    topic.attributes = value === '' ? others : { ...topic.attributes, [name]: value };
    this.#store(topic);
  }

  /** @throws AwsError `NotFound` or `InvalidParameter` */
  addPermission(topicArn: string, label: string, accountIds: string[], actions: string[]): void {
    const topic = this.require(topicArn);
    this.setAttribute(topicArn, 'Policy', addStatement(topic, label, accountIds, actions));
  }

  /** @throws AwsError `NotFound` */
  removePermission(topicArn: string, label: string): void {
    this.setAttribute(topicArn, 'Policy', removeStatement(this.require(topicArn), label));
  }

  /** @throws AwsError `ResourceNotFound` */
  tagsOf(topicArn: string): Tags {
    return this.#requireResource(topicArn).tags;
  }

  /** @throws AwsError `ResourceNotFound`, `InvalidParameter` or `TagLimitExceeded` */
  tag(topicArn: string, tags: Tags): void {
    const topic = this.#requireResource(topicArn);
    const all = { ...topic.tags, ...tags };
    checkTags(all);
    topic.tags = all;
    this.#store(topic);
  }

  /** @throws AwsError `ResourceNotFound` */
  untag(topicArn: string, keys: readonly string[]): void {
    const topic = this.#requireResource(topicArn);
    topic.tags = Object.fromEntries(Object.entries(topic.tags).filter(([key]) => !keys.includes(key)));
    this.#store(topic);
  }

  /** Refuses a policy that cannot be enforced. */
  #checkPolicy(policy: string | undefined): void {
    const reason = policy ? this.#enforcement.access?.validate(policy) : undefined;
    if (reason !== undefined) throw invalidParameter(`Policy Error: ${reason}`);
  }

  #requireResource(topicArn: string): Topic {
    const topic = this.#topics.get(topicArn);
    if (!topic) throw new AwsError('ResourceNotFound', 'Resource does not exist', 404);
    return topic;
  }

  #store({ arn: topicArn, attributes, tags }: Topic): void {
    this.#stored.set(topicArn, { attributes, tags });
  }
}

/** Limits: https://docs.aws.amazon.com/sns/latest/dg/sns-tags.html */
function checkTags(tags: Tags): void {
  for (const [key, value] of Object.entries(tags)) {
    if (key === '' || key.length > 128 || value.length > 256 || key.toLowerCase().startsWith('aws:')) {
      throw invalidParameter(
        `Tags Reason: keys have 1 to 128 characters and no prefix aws:, values at most 256; received ${key}`,
      );
    }
  }
  if (Object.keys(tags).length > MAX_TAGS) {
    throw new AwsError('TagLimitExceeded', `A topic has at most ${MAX_TAGS} tags`);
  }
}
