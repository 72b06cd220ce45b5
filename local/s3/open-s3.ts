import type { Storage } from '../aws-services/storage.ts';
import type { Enforcement } from '../iam/caller.ts';
import { createNotifications, type TopicNotification, type Topics } from './notifications.ts';
import { noSuchBucket } from './s3-error.ts';
import type { S3 } from './s3-request.ts';
import { openStore } from './store.ts';

/** The embedded S3. Serve it with `createS3Service`. */
export interface OpenedS3 extends S3 {
  /**
   * Sets the topics that a bucket notifies, as PutBucketNotificationConfiguration does.
   *
   * @throws S3Error `NoSuchBucket`
   */
  setBucketNotification(bucket: string, topics: TopicNotification[]): void;
}

/**
 * Opens S3 with the buckets and objects of earlier runs, and with topics to which it publishes events.
 *
 * @param enforcement Default: nothing is enforced.
 */
export function openS3(storage: Storage, topics: Topics, enforcement: Enforcement = {}): OpenedS3 {
  const store = openStore(storage);
  const notifications = createNotifications(topics);
  return {
    store,
    notifications,
    enforcement,
    setBucketNotification(bucket, configuration) {
      if (!store.buckets.has(bucket)) throw noSuchBucket(bucket);
      notifications.set(bucket, configuration);
    },
  };
}
