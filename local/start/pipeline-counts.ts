import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { createPostgresDatabase } from '../../lib/database/postgres-database.ts';
import { QUEUES, type Queue, type QueueName, type StoreName } from '../../topology.ts';
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
  /** By what is stored of the orders; those of parts that are off are missing. */
  stores: Partial<Record<StoreName, EventCounts>>;
  /** By queue, of consumers that store nothing; those of parts that are off are missing. */
  others: Partial<Record<QueueName, QueueCounts>>;
  /** New records; read when nothing is on its way, undefined before that. */
  stored: StoredRows | undefined;
  /** Failures for a passing reason: those messages come back. */
  failures: number;
  /** Batches that failed as a whole, queues out of reach: the functions' log tells why. */
  troubles: number;
}

/** Messages in a queue. */
interface Depth {
  visible: number;
  inFlight: number;
  all: number;
}

const EMPTY: Depth = { visible: 0, inFlight: 0, all: 0 };

/** What becomes of the messages of a queue. */
export interface QueueCounts {
  /** Messages in the queue when the counting began. */
  carriedOver: number;
  /** Those, and all that it has taken since. */
  received: number;
  /** In the queue, in flight or not. */
  waiting: number;
  deadLettered: number;
}

/** What becomes of the confirmed orders in the queue of a consumer that stores them. */
export interface EventCounts extends QueueCounts {
  /** Newly stored, as the functions say: known at any time, for showing how it is getting on. */
  reported: number;
  /** Stored before: messages that came twice, or again after they had been stored. */
  repeated: number;
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
  const countStored = () => countStoredRows({ outputs, database, dynamoDb: clients.dynamodb });

  /** Messages in a queue; none where it is not there. */
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
    /** Messages that a queue has taken: moves to a dead-letter queue, too. */
    const taken = (queue: string) => {
      const name = outputs[`${queue}Url`]?.split('/').at(-1) ?? '';
      return (now.queued[name] ?? 0) - (before.queued[name] ?? 0);
    };
    const sumOf = (metrics: readonly string[]) => metrics.reduce((sum, metric) => sum + log.sum(metric), 0);
    const depthOf = (queue: string) => now.depths.get(queue) ?? EMPTY;
    const countQueue = ({ id, dlqId }: Queue): QueueCounts => ({
      carriedOver: carriedOverIn(id),
      received: taken(id) + carriedOverIn(id),
      waiting: depthOf(id).all,
      deadLettered: taken(dlqId),
    });
    const there = QUEUES.filter(({ id }) => outputs[`${id}Url`] !== undefined);
    const storing = there.flatMap((queue) => (queue.stores ? [{ queue, ...queue.stores }] : []));
    const stores = storing.map(({ queue, all, metrics }): [StoreName, EventCounts] => [
      all,
      { ...countQueue(queue), reported: sumOf(metrics.stored), repeated: log.sum(metrics.repeated) },
    ]);
    const others = there
      .filter(({ name, stores }) => !stores && name !== 'order' && name !== 'upload')
      .map((queue) => [queue.name, countQueue(queue)]);

    const confirmed = now.mails - before.mails;
    const carriedOver = carriedOverIn('OrderQueue');
    const counts = {
      carriedOver,
      received: taken('OrderQueue') + carriedOver,
      waiting: depthOf('OrderQueue').visible,
      inFlight: depthOf('OrderQueue').inFlight,
      files: depthOf('UploadQueue').all,
      confirmed,
      repeated: confirmed - (now.orders - before.orders),
      duplicates: log.sum('OrdersDuplicate'),
      // What was sent and delivered again since is in `confirmed` already.
      redelivered: Math.min(log.sum('OrdersRedelivered'), carriedOver),
      deadLettered: taken('OrderQueueDLQ'),
      deadLetteredFiles: taken('UploadQueueDLQ'),
      stores: Object.fromEntries(stores),
      others: Object.fromEntries(others),
      stored: undefined,
      failures: sumOf(['OrdersFailed', ...storing.map(({ metrics }) => metrics.failed)]),
      troubles: log.troubles,
    };
    return isDrained(counts) ? { ...counts, stored: await countNewRows() } : counts;
  };
}

/** Whether no order waits for its confirmation any more. */
export const isConfirmed = ({ waiting, inFlight, files }: PipelineCounts): boolean =>
  waiting + inFlight + files === 0;

/** Whether no order is on its way any more, to be confirmed or to another consumer. */
export const isDrained = (counts: PipelineCounts): boolean =>
  isConfirmed(counts) &&
  [...Object.values(counts.stores), ...Object.values(counts.others)].every(({ waiting }) => waiting === 0);
