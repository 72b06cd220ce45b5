import type { ObjectStore } from '../aws/object-store.ts';
import type { OrderQueue } from '../aws/order-queue.ts';
import type { QueueMessages } from '../aws/queue-messages.ts';

/** What ingesting needs. */
export interface IngestServices {
  objectStore: ObjectStore;
  orderQueue: OrderQueue;
  /** Takes the parts of files that are split. */
  uploadQueue: Pick<QueueMessages, 'send'>;
  resultsBucket: string;
  /** The length of a part, in bytes; `PART_BYTES` where it is left out. */
  partBytes?: number;
}
