import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { createPostgresDatabase } from '../../lib/database/postgres-database.ts';
import { QUEUES, type Queue, type QueueName, STORING_QUEUES, type StoreName } from '../../topology.ts';
import type { EmbeddedCloud } from '../embedded-cloud.ts';
import { countStoredRows, type StoredRows } from './stored-rows.ts';

/** The state of the pipeline at one moment. Totals count from the call of `startCounting`. */
export interface PipelineCounts {
  /** Messages in the order queue when the count began. */
  carriedOver: number;
  /** `carriedOver`, and every message that the order queue has received since, from any sender. */
  received: number;
  /** Visible messages in the order queue. */
  waiting: number;
  /** Messages of the order queue that are being processed. */
  inFlight: number;
  /** Messages in the upload queue. */
  files: number;
  /** Published confirmations. */
  confirmed: number;
  /** Confirmations of an order that was confirmed before. */
  repeated: number;
  duplicates: number;
  /** Messages that were in the order queue when the count began, and whose order had been confirmed before. */
  redelivered: number;
  deadLettered: number;
  deadLetteredFiles: number;
  /** Counts by store. Stores of disabled parts are missing. */
  stores: Partial<Record<StoreName, EventCounts>>;
  /** Counts by queue for consumers without a store. Queues of disabled parts are missing. */
  others: Partial<Record<QueueName, QueueCounts>>;
  /** New records; `undefined` until the pipeline is drained. */
  stored: StoredRows | undefined;
  /** Messages that failed for a temporary reason and will be redelivered. */
  failures: number;
  /** Batches that failed as a whole, and queues that could not be reached. The function log has the reasons. */
  errors: number;
}

/** Messages in a queue. */
interface Depth {
  visible: number;
  inFlight: number;
  all: number;
}

const EMPTY: Depth = { visible: 0, inFlight: 0, all: 0 };

/** Messages of a consumer's queue. */
export interface QueueCounts {
  /** Messages in the queue when the count began. */
  carriedOver: number;
  /** `carriedOver`, and every message that the queue has received since. */
  received: number;
  /** Messages in the queue, in flight or not. */
  waiting: number;
  deadLettered: number;
}

/** Messages of a storing consumer's queue, and the records that the consumer reported. */
export interface EventCounts extends QueueCounts {
  /** New records by the consumer's metrics, which are available during the run. */
  reported: number;
  /** Messages whose order had been stored before. */
  repeated: number;
}

/**
 * Starts the count. Call it before `startEvents`, because messages that are in flight would be counted wrongly.
 *
 * @returns A function that reads the current counts.
 */
export async function startCounting(
  cloud: Pick<EmbeddedCloud, 'outputs' | 'clients' | 'log' | 'counts'>,
): Promise<() => Promise<PipelineCounts>> {
  const { outputs, log, clients } = cloud;
  const database = outputs.DatabaseUrl ? createPostgresDatabase(outputs.DatabaseUrl) : undefined;
  const countStored = () => countStoredRows({ outputs, database, dynamoDb: clients.dynamodb });

  /** Returns the number of messages in a queue; 0 if the queue is not deployed. */
  async function depth(queue: string): Promise<Depth> {
    const QueueUrl = outputs[`${queue}Url`];
    if (QueueUrl === undefined) return EMPTY;
    const command = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] });
    const { Attributes = {} } = await clients.sqs.send(command);
    const number = (name: '' | 'Delayed' | 'NotVisible') =>
      Number(Attributes[`ApproximateNumberOfMessages${name}`]);
    const visible = number('') + number('Delayed');
    const inFlight = number('NotVisible');
    return { visible, inFlight, all: visible + inFlight };
  }

  async function read() {
    const depths = QUEUES.map(async ({ id }) => [id, await depth(id)] as const);
    const [{ mails, orders, queued }, ...all] = await Promise.all([cloud.counts(), ...depths]);
    return { depths: new Map<string, Depth>(all), mails, orders, queued };
  }

  const before = await read();
  const storedBefore = await countStored();
  const carriedOverIn = (queue: string) => before.depths.get(queue)?.all ?? 0;

  async function countNewRows(): Promise<StoredRows> {
    const { rows, scheduled, backordered, stockTaken } = await countStored();
    const newRows = Object.entries(rows).map(([name, count]) => [
      name,
      count - (storedBefore.rows[name as StoreName] ?? 0),
    ]);
    return {
      rows: Object.fromEntries(newRows),
      scheduled: scheduled - storedBefore.scheduled,
      backordered: backordered - storedBefore.backordered,
      stockTaken: stockTaken - storedBefore.stockTaken,
    };
  }

  return async () => {
    const now = await read();
    /** Messages that a queue has received, including moves to a dead-letter queue. */
    const receivedBy = (queue: string) => {
      const name = outputs[`${queue}Url`]?.split('/').at(-1) ?? '';
      return (now.queued[name] ?? 0) - (before.queued[name] ?? 0);
    };
    const sumOf = (metrics: readonly string[]) => metrics.reduce((sum, metric) => sum + log.sum(metric), 0);
    const depthOf = (queue: string) => now.depths.get(queue) ?? EMPTY;
    const countQueue = ({ id, dlqId }: Queue): QueueCounts => ({
      carriedOver: carriedOverIn(id),
      received: receivedBy(id) + carriedOverIn(id),
      waiting: depthOf(id).all,
      deadLettered: receivedBy(dlqId),
    });
    const isDeployed = ({ id }: { id: string }) => outputs[`${id}Url`] !== undefined;
    const storing = STORING_QUEUES.filter(isDeployed);
    const stores = storing.map((queue): [StoreName, EventCounts] => {
      const { all, metrics } = queue.stores;
      return [
        all,
        { ...countQueue(queue), reported: sumOf(metrics.stored), repeated: log.sum(metrics.repeated) },
      ];
    });
    const others = QUEUES.filter(
      (queue) => queue.holds === 'confirmed order' && !queue.stores && isDeployed(queue),
    ).map((queue) => [queue.name, countQueue(queue)]);

    const confirmed = now.mails - before.mails;
    const carriedOver = carriedOverIn('OrderQueue');
    const counts = {
      carriedOver,
      received: receivedBy('OrderQueue') + carriedOver,
      waiting: depthOf('OrderQueue').visible,
      inFlight: depthOf('OrderQueue').inFlight,
      files: depthOf('UploadQueue').all,
      confirmed,
      repeated: confirmed - (now.orders - before.orders),
      duplicates: log.sum('OrdersDuplicate'),
      // A message that was sent and redelivered during the run counts in `confirmed` already.
      redelivered: Math.min(log.sum('OrdersRedelivered'), carriedOver),
      deadLettered: receivedBy('OrderQueueDLQ'),
      deadLetteredFiles: receivedBy('UploadQueueDLQ'),
      stores: Object.fromEntries(stores),
      others: Object.fromEntries(others),
      stored: undefined,
      failures: sumOf(['OrdersFailed', ...storing.map(({ stores }) => stores.metrics.failed)]),
      errors: log.errors,
    };
    return isDrained(counts) ? { ...counts, stored: await countNewRows() } : counts;
  };
}

/** Returns whether no order waits for its confirmation. */
export const isConfirmed = ({ waiting, inFlight, files }: PipelineCounts): boolean =>
  waiting + inFlight + files === 0;

/** Returns whether all queues are empty, so that every consumer has processed every order. */
export const isDrained = (counts: PipelineCounts): boolean =>
  isConfirmed(counts) &&
  [...Object.values(counts.stores), ...Object.values(counts.others)].every(({ waiting }) => waiting === 0);
