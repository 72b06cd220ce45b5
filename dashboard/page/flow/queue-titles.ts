import type { QueueName } from '../../api.ts';

/** What the queues are called. */
export const QUEUE_TITLES: Readonly<Record<QueueName, string>> = {
  upload: 'Upload queue',
  order: 'Order queue',
  shipping: 'Shipping queue',
  analytics: 'Analytics queue',
};
