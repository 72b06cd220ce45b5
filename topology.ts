/*
 * The queues of the pipeline: a row each, in the order that orders take. Everything that knows queues follows from these
 * rows: CloudFormation (resources/queues.cjs), the functions' events (resources/consumers.cjs), alarms and dashboard,
 * the choices of the worker fleet, workers, `npm start`, `orders`, the live page and `cost`. docs/extending.md adds one.
 */
const rows = [
  {
    name: 'upload',
    title: 'Upload queue',
    color: 4,
    holds: 'upload',
    topic: 'OrderUploadsTopic',
    purpose: 'S3 notifications of uploaded order files',
    deadLetters: 'Uploads whose order file could not be read in 3 receives',

    consumer: 'ingest',
    timeout: 900,
    batchSize: 1,
    batchingWindow: 0,
    concurrency: { parameter: 'ingestConcurrency', least: 1, most: 1_000 },
    workerConcurrency: 2,
    ageAlarm: { parameter: 'uploadQueueAgeAlarm', least: 1, most: 345_600 },
  },
  {
    name: 'order',
    title: 'Order queue',
    color: 1,
    done: 'Confirmed',
    holds: 'order',
    purpose: 'Send one order as JSON per message here',
    deadLetters: 'Orders that were not confirmed in 3 receives',

    consumer: 'consumer',
    timeout: 30,
    batchSize: 100,
    batchingWindow: 1,
    concurrency: { parameter: 'consumerConcurrency', least: 1, most: 1_000 },
    workerConcurrency: 10,
    ageAlarm: { parameter: 'orderQueueAgeAlarm', least: 1, most: 345_600 },
  },
  {
    name: 'shipping',
    part: 'shipping',
    definitions: 'resources/shipping.yml',
    title: 'Shipping queue',
    color: 2,
    done: 'Shipped',
    holds: 'confirmed order',
    topic: 'OrderEventsTopic',
    purpose: 'Confirmed orders to ship, one event each',
    deadLetters: 'Confirmed orders that were not shipped in 3 receives',

    consumer: 'fulfillment',
    timeout: 60,
    batchSize: 100,
    batchingWindow: 1,
    concurrency: { parameter: 'fulfillmentConcurrency', least: 1, most: 1_000 },
    workerConcurrency: 5,
    ageAlarm: { parameter: 'shippingQueueAgeAlarm', least: 1, most: 345_600 },
    stores: {
      each: 'shipment',
      all: 'shipments',
      in: 'shippingDatabase',
      metrics: {
        stored: ['ShipmentsScheduled', 'ShipmentsBackordered'],
        repeated: 'ShipmentsRepeated',
        rejected: 'ShipmentsRejected',
        failed: 'ShipmentsFailed',
      },
    },
  },
  {
    name: 'analytics',
    part: 'sales',
    definitions: 'resources/sales.yml',
    title: 'Analytics queue',
    color: 3,
    done: 'Sold',
    holds: 'confirmed order',
    topic: 'OrderEventsTopic',
    purpose: 'Confirmed orders to load as sales, one event each',
    deadLetters: 'Confirmed orders that were not loaded in 3 receives',

    consumer: 'analytics',
    timeout: 60,
    batchSize: { parameter: 'salesBatchSize', least: 10, most: 10_000 },
    batchingWindow: { parameter: 'salesBatchingWindow', least: 1, most: 300 },
    // The least there is: loads wait for each other.
    concurrency: 2,
    workerConcurrency: 2,
    ageAlarm: { parameter: 'analyticsQueueAgeAlarm', least: 1, most: 345_600 },
    stores: {
      each: 'sale',
      all: 'sales',
      in: 'salesDatabase',
      metrics: {
        stored: ['SalesLoaded'],
        repeated: 'SalesRepeated',
        rejected: 'SalesRejected',
        failed: 'SalesFailed',
      },
    },
  },
] as const satisfies readonly QueueRow[];

/** A number, or the stage parameter that sets it, with the range that it must be in. */
export type Setting = number | { parameter: string; least: number; most: number };

/** A queue with its dead-letter queue, and the function that works on it. */
export interface QueueRow {
  /**
   * What operators call it: `orders dlq list shipping`. All other names follow from it: `ShippingQueue` and `ShippingQueueDLQ`
   * in CloudFormation, `shipping-queue` on AWS, `SHIPPING_QUEUE_URL` in the environment.
   */
  name: string;
  /** The stage parameter that switches it "on" or "off"; default: it is always there. */
  part?: string;
  /**
   * A YAML file with the `functions` and `resources` that come and go with it, as serverless.yml would have them. Default: it has
   * no resources, and its function no rights but those to the queue.
   */
  definitions?: string;

  /** What people read on the live page and in charts. */
  title: string;
  /** Its color in charts, `--series-1` to `--series-8`, which no other row has; charts list queues in this order. */
  color: 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;
  /** The label of processed messages in charts, such as "Shipped"; default: they are not charted. */
  done?: string;

  /** What a message's body must be. Dead letters are judged by it. */
  holds: 'upload' | 'order' | 'confirmed order';
  /** The topic that it is subscribed to; default: senders put messages into it. */
  topic?: 'OrderUploadsTopic' | 'OrderEventsTopic';
  /** Descriptions of the stack's outputs for the queue and its dead-letter queue. */
  purpose: string;
  deadLetters: string;

  /** The function that works on it: `handlers/CONSUMER.ts`. */
  consumer: string;
  /** Seconds that an invocation may take. The visibility timeout follows: 6 x timeout + batchingWindow. */
  timeout: number;
  /** Messages of a batch, 1 to 10,000. More than 10 need a batching window of at least 1 s. */
  batchSize: Setting;
  /** Seconds to wait for a batch to fill, 0 to 300. */
  batchingWindow: Setting;
  /** Concurrent invocations: the throttle. AWS accepts 2 to 1,000; the embedded cloud also accepts 1. */
  concurrency: Setting;
  /** Batches that a worker has in flight by default. */
  workerConcurrency: number;
  /**
   * Age of the oldest message, in seconds, at which its alarm goes off. Choose more than the batching window and 3 x the
   * visibility timeout, which is the time that three receives take. Only the upload queue, whose visibility timeout is 90 min,
   * has less.
   */
  ageAlarm: Setting;

  /** What the consumer stores of each confirmed order: `npm start` counts it, `reconcile` compares it. */
  stores?: Store;
}

/** One record for each confirmed order. */
export interface Store {
  each: string;
  all: string;
  /**
   * Where the records are: a database of `Pipeline`, in a table named as in `all`; or a DynamoDB table by `order_id`, named by
   * an output of the stack.
   */
  in: 'shippingDatabase' | 'salesDatabase' | { tableOutput: string };
  /** The metrics that the consumer reports: messages newly stored, stored before, refused for good, and to be retried. */
  metrics: { stored: readonly string[]; repeated: string; rejected: string; failed: string };
}

export type QueueName = (typeof rows)[number]['name'];
/** What consumers store, in the plural and in the singular. */
export type StoreName = Extract<(typeof rows)[number], { stores: unknown }>['stores']['all'];
export type StoredRecord = Extract<(typeof rows)[number], { stores: unknown }>['stores']['each'];

/** A row with the names that follow from its own. */
export interface Queue extends QueueRow {
  name: QueueName;
  /** `ShippingQueue` */
  id: string;
  /** `ShippingQueueDLQ` */
  dlqId: string;
  /** `shipping-queue` */
  kebab: string;
  /** `SHIPPING_QUEUE_URL` */
  urlVariable: `${string}_QUEUE_URL`;
  stores?: Store & { all: StoreName; each: StoredRecord };
}

export const QUEUES: readonly Queue[] = rows.map((row) => {
  const id = `${row.name[0]?.toUpperCase()}${row.name.slice(1)}Queue`;
  return {
    ...row,
    id,
    dlqId: `${id}DLQ`,
    kebab: `${row.name}-queue`,
    urlVariable: `${row.name.toUpperCase()}_QUEUE_URL`,
  };
});

/** The queues whose consumers store a record of each confirmed order. */
export const STORING_QUEUES = QUEUES.flatMap(({ stores, ...queue }) =>
  stores ? [{ ...queue, stores }] : [],
);

export const QUEUE_NAMES: readonly QueueName[] = QUEUES.map(({ name }) => name);

/** @throws Error for a name that no row has */
export function queueNamed(name: QueueName): Queue {
  const queue = QUEUES.find((each) => each.name === name);
  if (!queue) throw new Error(`queue ${name}: topology.ts has no such row`);
  return queue;
}

/** A function of serverless.yml, with the part that it comes and goes with. */
interface NamedFunction {
  name: string;
  part?: string;
}

/** All functions, in the order that orders take: those that send orders, the queues' consumers, the others. */
export const FUNCTIONS: readonly NamedFunction[] = [
  { name: 'producer' },
  { name: 'intake' },
  ...QUEUES.map(({ consumer, part }) => ({ name: consumer, ...(part && { part }) })),
  { name: 'restock', part: 'shipping' },
  { name: 'report', part: 'sales' },
  { name: 'story' },
  { name: 'customers' },
  { name: 'migrate' },
];
