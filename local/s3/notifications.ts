import { randomUUID } from 'node:crypto';
import { AwsError } from '../aws-services/aws-error.ts';
import { ACCOUNT_ID, arn, REGION } from '../stack/account.ts';
import { invalidArgument } from './s3-error.ts';
import { encodeKey } from './xml.ts';

/** A topic that a bucket notifies of new objects, as in its notification configuration. */
export interface TopicNotification {
  /** Name of the configuration. Default: the topic's ARN. */
  id?: string;
  topicArn: string;
  /** Names of events, such as `s3:ObjectCreated:*` or `s3:ObjectCreated:Put`. */
  events: string[];
  /** Prefix of the keys to report. Default: any. */
  prefix?: string;
  /** Suffix of the keys to report. Default: any. */
  suffix?: string;
}

export type CreatedEvent =
  | 'ObjectCreated:Put'
  | 'ObjectCreated:Post'
  | 'ObjectCreated:Copy'
  | 'ObjectCreated:CompleteMultipartUpload';

/** An object that a request created. */
export interface CreatedObject {
  eventName: CreatedEvent;
  bucket: string;
  key: string;
  /** Bytes. */
  size: number;
  /** Entity tag without quotes. */
  etag: string;
  sourceIp: string;
  requestId: string;
  hostId: string;
}

/** The topics to which events are published. */
export interface Topics {
  /**
   * @param bucketArn The bucket for which S3 publishes.
   * @throws AwsError if the topic, or its key, does not let the bucket publish
   */
  publish(message: { topicArn: string; subject: string; message: string }, bucketArn: string): unknown;
  hasTopic(topicArn: string): boolean;
}

export type Notifications = ReturnType<typeof createNotifications>;

const SUBJECT = 'Amazon S3 Notification';

/**
 * Publishes events of created objects to topics. Configurations are not kept in storage, because each start of the
 * stack sets them.
 */
export function createNotifications({ publish, hasTopic }: Topics) {
  const configurations = new Map<string, TopicNotification[]>();
  const send = (bucket: string, topicArn: string, event: unknown) =>
    publish({ topicArn, subject: SUBJECT, message: JSON.stringify(event) }, arn('s3', bucket));

  function sendTest(bucket: string, topicArn: string): void {
    try {
      send(bucket, topicArn, testEvent(bucket));
    } catch (error) {
      if (!isRefusal(error)) throw error;
      throw unableToValidate(
        topicArn,
        'Permissions on the destination topic do not allow S3 to publish notifications from this bucket',
      );
    }
  }

  return {
    hasTopic,

    /** Returns a bucket's configuration. */
    get: (bucket: string): readonly TopicNotification[] => configurations.get(bucket) ?? [],

    /**
     * Replaces a bucket's configuration and, like S3, publishes an `s3:TestEvent` to each topic.
     *
     * @throws S3Error `InvalidArgument` if a topic refuses it
     */
    set(bucket: string, topics: TopicNotification[]): void {
      for (const { topicArn } of topics) sendTest(bucket, topicArn);
      configurations.set(bucket, topics);
    },

    /** Removes the configuration of a deleted bucket. */
    delete: (bucket: string) => void configurations.delete(bucket),

    /** Publishes the event of a created object. Call it before the request is answered. */
    created(object: CreatedObject): void {
      for (const topic of configurations.get(object.bucket) ?? []) {
        // Like S3, drops events for a deleted topic, and for one that refuses them.
        if (!isWanted(topic, object) || !hasTopic(topic.topicArn)) continue;
        try {
          send(object.bucket, topic.topicArn, { Records: [eventRecord(topic, object)] });
        } catch (error) {
          if (!isRefusal(error)) throw error;
        }
      }
    },
  };
}

const isRefusal = (error: unknown): boolean =>
  error instanceof AwsError && (error.code === 'AuthorizationError' || error.code === 'KMSAccessDenied');

/** Returns S3's error for a topic that cannot be notified. */
export const unableToValidate = (topicArn: string, reason: string) =>
  invalidArgument('Unable to validate the following destination configurations', topicArn, reason);

function isWanted(topic: TopicNotification, { eventName, key }: CreatedObject): boolean {
  const { events, prefix = '', suffix = '' } = topic;
  const wanted = events.includes('s3:ObjectCreated:*') || events.includes(`s3:${eventName}`);
  return wanted && key.startsWith(prefix) && key.endsWith(suffix);
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html */
function eventRecord({ id, topicArn }: TopicNotification, object: CreatedObject) {
  const { eventName, bucket, key, size, etag, sourceIp, requestId, hostId } = object;
  return {
    eventVersion: '2.1',
    eventSource: 'aws:s3',
    awsRegion: REGION,
    eventTime: new Date().toISOString(),
    eventName,
    userIdentity: { principalId: `AWS:${ACCOUNT_ID}` },
    requestParameters: { sourceIPAddress: sourceIp },
    responseElements: { 'x-amz-request-id': requestId, 'x-amz-id-2': hostId },
    s3: {
      s3SchemaVersion: '1.0',
      configurationId: id ?? topicArn,
      bucket: { name: bucket, ownerIdentity: { principalId: ACCOUNT_ID }, arn: arn('s3', bucket) },
      object: { key: encodeKey(key), size, eTag: etag, sequencer: nextSequencer() },
    },
  };
}

const testEvent = (bucket: string) => ({
  Service: 'Amazon S3',
  Event: 's3:TestEvent',
  Time: new Date().toISOString(),
  Bucket: bucket,
  RequestId: randomUUID().slice(0, 8).toUpperCase(),
  HostId: 'embedded-cloud',
});

let sequencer = 0;
/** Returns a hexadecimal sequencer that is based on the clock. Each is greater than those before. */
function nextSequencer(): string {
  sequencer = Math.max(sequencer + 1, Date.now() * 4_096);
  return sequencer.toString(16).toUpperCase().padStart(18, '0');
}
