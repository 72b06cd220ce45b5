import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { createPostgresDatabase } from '../../lib/database/postgres-database.ts';
import type { EmbeddedCloud } from '../embedded-cloud.ts';
import { countStoredRows, type StoredRows } from './stored-rows.ts';

/** Where the orders are, at one moment. Totals count from when the counting began. */
export interface PipelineCounts {
  /** Messages in the order queue when the counting began. */
  carriedOver: number;
  /** Those, and all that it has taken since, whoever sent them. */
  received: number;
  /** In the order queue. */
  waiting: number;
  inFlight: number;
  /** Upload messages that are not yet dealt with. */
  files: number;
  /** Confirmations that were published. */
  confirmed: number;
  /** Those of an order that had one before. */
  repeated: number;
  duplicates: number;
  /** In the order queue when the counting began, though confirmed before that. */
  redelivered: number;
  deadLettered: number;
  deadLetteredFiles: number;
  /** Undefined where shipping is off. */
  shipping: EventCounts | undefined;
  /** Undefined where sales are off. */
  sales: EventCounts | undefined;
  /** New rows; read when nothing is on its way, undefined before that and where there is no database. */
  stored: StoredRows | undefined;
  /** Failures for a passing reason: those messages come back. */
  failures: number;
  /** Batches that failed as a whole, queues out of reach: the functions' log tells why. */
  troubles: number;
}

/** What becomes of the confirmed orders in one of the queues behind the topic. */
export interface EventCounts {
  /** Messages in the queue when the counting began. */
  carriedOver: number;
  /** Those, and all that it has taken since. */
  received: number;
  /** In the queue, in flight or not. */
  waiting: number;
  /** Newly stored, as the functions say: known at any time, for showing how it is getting on. */
  reported: number;
  /** Stored before: messages that came twice, or again after they had been stored. */
  repeated: number;
  deadLettered: number;
}

/**
 * Begins to count. To be called before `startEvents`: what is in hand at that moment would be counted wrongly.
 *
 * @returns a function that counts
 */
export async function startCounting(
  cloud: Pick<EmbeddedCloud, 'outputs' | 'clients' | 'log' | 'counts'>,
): Promise<() => Promise<PipelineCounts>> {
  const { outputs, log, clients } = cloud;
  const database = outputs.DatabaseUrl ? createPostgresDatabase(outputs.DatabaseUrl) : undefined;
  const parts = {
    shipping: outputs.ShippingQueueUrl !== undefined,
    sales: outputs.AnalyticsQueueUrl !== undefined,
  };

  /** Messages in a queue; none where it is not there. */
  async function depth(queue: string): Promise<{ visible: number; inFlight: number; all: number }> {
    const QueueUrl = outputs[`${queue}Url`];
    if (QueueUrl === undefined) return { visible: 0, inFlight: 0, all: 0 };
    const command = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] });
    const { Attributes = {} } = await clients.sqs.send(command);
    const number = (name: '' | 'Delayed' | 'NotVisible') =>
      Number(Attributes[`ApproximateNumberOfMessages${name}`]);
    const visible = number('') + number('Delayed');
    const inFlight = number('NotVisible');
    return { visible, inFlight, all: visible + inFlight };
  }

  async function read() {
    const [OrderQueue, UploadQueue, ShippingQueue, AnalyticsQueue, { mails, orders, queued }] =
      await Promise.all([
        depth('OrderQueue'),
        depth('UploadQueue'),
        depth('ShippingQueue'),
        depth('AnalyticsQueue'),
        cloud.counts(),
      ]);
    return { depths: { OrderQueue, UploadQueue, ShippingQueue, AnalyticsQueue }, mails, orders, queued };
  }

  const before = await read();
  const storedBefore = database && (await countStoredRows(database, parts));
  const carriedOver = before.depths.OrderQueue.all;

  async function countNewRows(): Promise<StoredRows | undefined> {
    if (!database || !storedBefore) return undefined;
    const { scheduled, backordered, stockTaken, sales } = await countStoredRows(database, parts);
    return {
      scheduled: scheduled - storedBefore.scheduled,
      backordered: backordered - storedBefore.backordered,
      stockTaken: stockTaken - storedBefore.stockTaken,
      sales: sales - storedBefore.sales,
    };
  }

  return async () => {
    const now = await read();
    /** Messages that a queue has taken: moves to a dead-letter queue, too. */
    const taken = (queue: string) => {
      const name = outputs[`${queue}Url`]?.split('/').at(-1) ?? '';
      return (now.queued[name] ?? 0) - (before.queued[name] ?? 0);
    };
    const eventsOf = (queue: 'ShippingQueue' | 'AnalyticsQueue', stored: string[], repeated: string) => {
      if (outputs[`${queue}Url`] === undefined) return undefined;
      const carriedOver = before.depths[queue].all;
      return {
        carriedOver,
        received: taken(queue) + carriedOver,
        waiting: now.depths[queue].all,
        reported: stored.reduce((sum, metric) => sum + log.sum(metric), 0),
        repeated: log.sum(repeated),
        deadLettered: taken(`${queue}DLQ`),
      };
    };

    const confirmed = now.mails - before.mails;
    const counts = {
      carriedOver,
      received: taken('OrderQueue') + carriedOver,
      waiting: now.depths.OrderQueue.visible,
      inFlight: now.depths.OrderQueue.inFlight,
      files: now.depths.UploadQueue.all,
      confirmed,
      repeated: confirmed - (now.orders - before.orders),
      duplicates: log.sum('OrdersDuplicate'),
      // What was sent and delivered again since is in `confirmed` already.
      redelivered: Math.min(log.sum('OrdersRedelivered'), carriedOver),
      deadLettered: taken('OrderQueueDLQ'),
      deadLetteredFiles: taken('UploadQueueDLQ'),
      shipping: eventsOf(
        'ShippingQueue',
        ['ShipmentsScheduled', 'ShipmentsBackordered'],
        'ShipmentsRepeated',
      ),
      sales: eventsOf('AnalyticsQueue', ['SalesLoaded'], 'SalesRepeated'),
      stored: undefined,
      failures: log.sum('OrdersFailed') + log.sum('ShipmentsFailed') + log.sum('SalesFailed'),
      troubles: log.troubles,
    };
    return isDrained(counts) ? { ...counts, stored: await countNewRows() } : counts;
  };
}

/** Whether no order waits for its confirmation any more. */
export const isConfirmed = ({ waiting, inFlight, files }: PipelineCounts): boolean =>
  waiting + inFlight + files === 0;

/** Whether no order is on its way any more, to be confirmed, shipped or sold. */
export const isDrained = (counts: PipelineCounts): boolean =>
  isConfirmed(counts) && !counts.shipping?.waiting && !counts.sales?.waiting;
