import { randomUUID } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  ACCOUNT_ID,
  type FauxqsApp,
  MessageSpy,
  publish,
  REGION,
  S3Error,
  type S3Store,
  type SnsStore,
  type SqsStore,
} from './fauxqs.ts';

/** A topic that a bucket notifies of new objects, as in its notification configuration. */
export interface TopicNotification {
  topicArn: string;
  /** Such as `s3:ObjectCreated:*` or `s3:ObjectCreated:Put`. */
  events: string[];
  /** Prefix of the keys to report. Default: any. */
  prefix?: string;
  /** Suffix of the keys to report. Default: any. */
  suffix?: string;
}

interface Stores {
  sqsStore: SqsStore;
  snsStore: SnsStore;
  s3Store: S3Store;
}

const SUBJECT = 'Amazon S3 Notification';

/**
 * Adds S3 event notifications to SNS. The event of a created object is published before its request is answered.
 *
 * @returns A function that sets a bucket's configuration and, like S3, publishes an `s3:TestEvent`.
 */
export function addBucketNotifications(
  app: FauxqsApp,
  { sqsStore, snsStore, s3Store }: Stores,
): (bucket: string, topics: TopicNotification[]) => void {
  const configurations = new Map<string, TopicNotification[]>();
  let created: { bucket: string; key: string } | undefined;

  class CreatedObjects extends MessageSpy {
    override addMessage(event: Parameters<MessageSpy['addMessage']>[0]): void {
      if (event.service === 's3' && event.status === 'uploaded') created = event;
    }
  }
  s3Store.spy = new CreatedObjects();

  // fauxqs stores an object and answers in the same tick, so a created object always belongs to the response being sent.
  app.addHook('onSend', (request, reply, _payload, done) => {
    if (created) announce(created, request, reply);
    created = undefined;
    done();
  });

  function announce(
    { bucket, key }: { bucket: string; key: string },
    request: FastifyRequest,
    reply: FastifyReply,
  ) {
    const eventName = eventNameOf(request);
    for (const { topicArn, events, prefix = '', suffix = '' } of configurations.get(bucket) ?? []) {
      const wanted = events.includes('s3:ObjectCreated:*') || events.includes(`s3:${eventName}`);
      // Like S3, drops events for a deleted topic.
      if (!wanted || !key.startsWith(prefix) || !key.endsWith(suffix) || !snsStore.getTopic(topicArn))
        continue;
      const { contentLength: size, etag } = s3Store.headObject(bucket, key);
      const record = {
        eventVersion: '2.1',
        eventSource: 'aws:s3',
        awsRegion: REGION,
        eventTime: new Date().toISOString(),
        eventName,
        userIdentity: { principalId: `AWS:${ACCOUNT_ID}` },
        requestParameters: { sourceIPAddress: request.ip },
        responseElements: {
          'x-amz-request-id': reply.getHeader('x-amz-request-id'),
          'x-amz-id-2': reply.getHeader('x-amz-id-2'),
        },
        s3: {
          s3SchemaVersion: '1.0',
          configurationId: topicArn,
          bucket: { name: bucket, ownerIdentity: { principalId: ACCOUNT_ID }, arn: `arn:aws:s3:::${bucket}` },
          object: { key: encodeKey(key), size, eTag: etag.replaceAll('"', ''), sequencer: nextSequencer() },
        },
      };
      send(topicArn, { Records: [record] });
    }
  }

  const send = (topicArn: string, event: unknown) =>
    publish({ TopicArn: topicArn, Subject: SUBJECT, Message: JSON.stringify(event) }, snsStore, sqsStore);

  return (bucket, topics) => {
    if (!s3Store.hasBucket(bucket)) {
      throw new S3Error('NoSuchBucket', `bucket notification: no such bucket, received "${bucket}"`, 404);
    }
    for (const { topicArn } of topics) {
      send(topicArn, {
        Service: 'Amazon S3',
        Event: 's3:TestEvent',
        Time: new Date().toISOString(),
        Bucket: bucket,
        RequestId: randomUUID().slice(0, 8).toUpperCase(),
        HostId: 'embedded-cloud',
      });
    }
    configurations.set(bucket, topics);
  };
}

function eventNameOf({ method, headers, query }: FastifyRequest): string {
  if (method === 'PUT') return headers['x-amz-copy-source'] ? 'ObjectCreated:Copy' : 'ObjectCreated:Put';
  const completes = 'uploadId' in (query as Record<string, string>);
  return completes ? 'ObjectCreated:CompleteMultipartUpload' : 'ObjectCreated:Post';
}

/** Encodes a key as S3 does in events: form-encoded, with unencoded slashes. */
const encodeKey = (key: string) =>
  new URLSearchParams({ key }).toString().slice('key='.length).replaceAll('%2F', '/');

let created = 0;
/**
 * Returns a hexadecimal sequencer. Later events of a key compare greater: it is the time plus a counter for events of
 * one millisecond.
 */
const nextSequencer = () =>
  (Date.now() * 4096 + (created++ % 4096)).toString(16).toUpperCase().padStart(18, '0');
