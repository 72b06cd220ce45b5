/*
 * The queues of the pipeline, one row each, listed in the order in which an order passes through them. Everything else derives
 * from these rows: CloudFormation (resources/queues.cjs), event source mappings (resources/consumers.cjs), alarms, dashboard,
 * workers, `npm start`, `orders`, the live page and `cost`. docs/extending.md shows how to add a row.
 */
const rows = [
  {
    name: 'upload',
    title: 'Upload queue',
    color: 4,
    holds: 'upload',
    topic: 'OrderUploadsTopic',
    purpose: 'S3 notifications of uploaded order files',
    deadLetters: 'Uploads whose order file was not ingested after 3 receives',

    consumer: 'ingest',
    timeout: 900,
    batchSize: 1,
    batchingWindow: 0,
    concurrency: { parameter: 'ingestConcurrency', min: 1, max: 1_000 },
    workerConcurrency: 2,
    ageAlarm: { parameter: 'uploadQueueAgeAlarm', min: 1, max: 345_600 },
  },
  {
    name: 'order',
    title: 'Order queue',
    color: 1,
    done: 'Confirmed',
    holds: 'order',
    purpose: 'Accepts orders, one JSON order per message',
    deadLetters: 'Orders that were not confirmed after 3 receives',

    consumer: 'consumer',
    timeout: 30,
    batchSize: 100,
    batchingWindow: 1,
    concurrency: { parameter: 'consumerConcurrency', min: 1, max: 1_000 },
    workerConcurrency: 10,
    ageAlarm: { parameter: 'orderQueueAgeAlarm', min: 1, max: 345_600 },
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
    purpose: 'Confirmed orders to ship, one event per message',
    deadLetters: 'Confirmed orders that were not shipped after 3 receives',

    consumer: 'fulfillment',
    timeout: 60,
    batchSize: 100,
    batchingWindow: 1,
    concurrency: { parameter: 'fulfillmentConcurrency', min: 1, max: 1_000 },
    workerConcurrency: 5,
    ageAlarm: { parameter: 'shippingQueueAgeAlarm', min: 1, max: 345_600 },
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
    purpose: 'Confirmed orders to load as sales, one event per message',
    deadLetters: 'Confirmed orders that were not loaded after 3 receives',

    consumer: 'analytics',
    timeout: 60,
    batchSize: { parameter: 'salesBatchSize', min: 10, max: 10_000 },
    batchingWindow: { parameter: 'salesBatchingWindow', min: 1, max: 300 },
    // The minimum that AWS accepts: loads run one after the other anyway.
    concurrency: 2,
    workerConcurrency: 2,
    ageAlarm: { parameter: 'analyticsQueueAgeAlarm', min: 1, max: 345_600 },
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

/** A number, or the stage parameter that sets it and the range that the parameter accepts. */
export type Setting = number | { parameter: string; min: number; max: number };

/** A queue, its dead-letter queue and the function that consumes it. */
export interface QueueRow {
  /**
   * Name in commands: `orders dlq list shipping`. All other names derive from it: `ShippingQueue` and `ShippingQueueDLQ`
   * in CloudFormation, `shipping-queue` on AWS, `SHIPPING_QUEUE_URL` in the environment.
   */
  name: string;
  /** Stage parameter that switches the queue "on" or "off". Default: the queue is always deployed. */
  part?: string;
  /**
   * YAML file with the `functions` and `resources` that are deployed with the queue, written as in serverless.yml. Default: no
   * further resources, and a function that may only use the queue.
   */
  definitions?: string;

  /** Title on the live page and in charts. */
  title: string;
  /** Color in charts, `--series-1` to `--series-8`. Unique; charts list queues in the order of their colors. */
  color: 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;
  /** Label of processed messages in charts, such as "Shipped". Default: processed messages are not charted. */
  done?: string;

  /** What a message's body must contain. Dead letters are checked against it. */
  holds: 'upload' | 'order' | 'confirmed order';
  /** Topic that the queue is subscribed to. Default: none; clients send messages to the queue. */
  topic?: 'OrderUploadsTopic' | 'OrderEventsTopic';
  /** Description of the stack output for the queue. */
  purpose: string;
  /** Description of the stack output for the dead-letter queue. */
  deadLetters: string;

  /** Function that consumes the queue: `handlers/CONSUMER.ts`. */
  consumer: string;
  /** Function timeout in seconds. The queue's visibility timeout is 6 x timeout + batchingWindow. */
  timeout: number;
  /** Messages per batch, 1 to 10,000. More than 10 require a batching window of at least 1 s. */
  batchSize: Setting;
  /** Seconds to wait for a batch to fill, 0 to 300. */
  batchingWindow: Setting;
  /** Maximum concurrent invocations. AWS accepts 2 to 1,000; the embedded cloud also accepts 1. */
  concurrency: Setting;
  /** Batches that a worker has in flight by default. */
  workerConcurrency: number;
  /**
   * Age of the oldest message, in seconds, at which the alarm goes off. Choose more than the time of three receives:
   * batchingWindow + 3 x visibility timeout. Only the upload queue has less, since its visibility timeout is 90 min.
   */
  ageAlarm: Setting;

  /** Record that the consumer stores for each confirmed order. `npm start` counts the records, `reconcile` compares them. */
  stores?: Store;
}

/** A store with one record for each confirmed order. */
export interface Store {
  /** Name of one record, such as "shipment". */
  each: string;
  /** Name of all records, such as "shipments". */
  all: string;
  /**
   * Location of the records: a database of `Pipeline`, in the table named by `all`; or a DynamoDB table whose key is `order_id`
   * and whose name is a stack output.
   */
  in: 'shippingDatabase' | 'salesDatabase' | { tableOutput: string };
  /** Metrics that the consumer reports: messages newly stored, stored before, permanently rejected, and failed for now. */
  metrics: { stored: readonly string[]; repeated: string; rejected: string; failed: string };
}

export type QueueName = (typeof rows)[number]['name'];
/** Names of the consumers' stores: plural here, singular in `StoredRecord`. */
export type StoreName = Extract<(typeof rows)[number], { stores: unknown }>['stores']['all'];
export type StoredRecord = Extract<(typeof rows)[number], { stores: unknown }>['stores']['each'];

/** A row with the names derived from its own. */
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

/** The queues whose consumers store a record for each confirmed order. */
export const STORING_QUEUES = QUEUES.flatMap(({ stores, ...queue }) =>
  stores ? [{ ...queue, stores }] : [],
);

export const QUEUE_NAMES: readonly QueueName[] = QUEUES.map(({ name }) => name);

/** @throws Error if no row has the name. */
export function queueNamed(name: QueueName): Queue {
  const queue = QUEUES.find((each) => each.name === name);
  if (!queue) throw new Error(`queue ${name}: no row of topology.ts has this name`);
  return queue;
}

/** A function of serverless.yml. */
interface NamedFunction {
  name: string;
  /** Stage parameter that switches the function "on" or "off". Default: the function is always deployed. */
  part?: string;
}

/** All functions: first those that send orders, then the consumers in the order of their queues, then the others. */
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
