import { join } from 'node:path';
import { DeleteMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { expect, onTestFinished, test } from 'vitest';
import { migrate } from '../../lib/database/migrate.ts';
import { createPostgresDatabase } from '../../lib/database/postgres-database.ts';
import { salesMigrations } from '../../lib/sales/migrations.ts';
import { fulfillOrders } from '../../lib/shipping/fulfill-orders.ts';
import { shippingMigrations } from '../../lib/shipping/migrations.ts';
import { restock } from '../../lib/shipping/restock.ts';
import { FunctionLog } from '../../local/lambda/function-log.ts';
import { createClients } from '../../local/stack/clients.ts';
import { isDrained, startCounting } from '../../local/start/pipeline-counts.ts';
import { startTestPostgres } from '../database/start-test-postgres.ts';
import { confirmedOrder } from '../shipping/confirmed-order.ts';
import { createTestDirectory } from './create-test-directory.ts';
import { eventCounts, pipelineCounts, storedRows } from './pipeline-counts.ts';
import { startTestServices } from './start-test-services.ts';

/** Starts the services with these queues and a log for metrics. */
async function start(queues: readonly string[], moreOutputs: Record<string, string> = {}) {
  const { services, sqs, createQueue, receive } = await startTestServices();
  const outputs = { ...moreOutputs };
  for (const name of queues) outputs[`${name}Url`] = await createQueue(name);
  const urlOf = (queue: string) => outputs[`${queue}Url`] ?? '';
  const log = new FunctionLog(join(await createTestDirectory(), 'functions.log'));
  onTestFinished(() => log.close());
  const clients = createClients(services.endpoint, services.endpoint);
  return {
    log,
    count: () => startCounting({ outputs, clients, log, counts: services.counts }),

    send: (queue: string, DelaySeconds = 0) =>
      sqs.send(new SendMessageCommand({ QueueUrl: urlOf(queue), MessageBody: '{}', DelaySeconds })),

    receive: (queue: string) => receive(urlOf(queue)),

    async empty(queue: string) {
      for (const { ReceiptHandle } of await receive(urlOf(queue)))
        await sqs.send(new DeleteMessageCommand({ QueueUrl: urlOf(queue), ReceiptHandle }));
    },

    logMetrics(metrics: Record<string, number>) {
      const Metrics = Object.keys(metrics).map((Name) => ({ Name }));
      log.write('any', JSON.stringify({ _aws: { CloudWatchMetrics: [{ Metrics }] }, ...metrics }));
    },
  };
}

test('counts include messages since the start of the count and those that waited then', async () => {
  const pipeline = await start(['OrderQueue', 'OrderQueueDLQ', 'UploadQueue', 'UploadQueueDLQ']);
  await pipeline.send('OrderQueue');
  await pipeline.send('OrderQueueDLQ');
  const count = await pipeline.count();
  expect(await count()).toEqual(pipelineCounts({ carriedOver: 1, received: 1, waiting: 1 }));

  await pipeline.send('OrderQueue');
  await pipeline.receive('OrderQueue');
  await pipeline.send('OrderQueue', 60);
  for (const queue of ['OrderQueueDLQ', 'UploadQueue', 'UploadQueueDLQ']) await pipeline.send(queue);
  pipeline.logMetrics({ OrdersDuplicate: 3, OrdersRedelivered: 2 });
  pipeline.log.writeError('consumer', 'queue is unreachable');
  expect(await count()).toEqual(
    pipelineCounts({
      carriedOver: 1,
      received: 3,
      waiting: 1,
      inFlight: 2,
      files: 1,
      duplicates: 3,
      // The metric is 2, but only one message waited when the count began.
      redelivered: 1,
      deadLettered: 1,
      deadLetteredFiles: 1,
      errors: 1,
    }),
  );
});

test('a dead letter still counts after it was deleted from the dead-letter queue', async () => {
  const pipeline = await start(['OrderQueue', 'OrderQueueDLQ', 'UploadQueue']);
  await pipeline.send('OrderQueueDLQ');
  const count = await pipeline.count();
  await pipeline.send('OrderQueueDLQ');
  await pipeline.empty('OrderQueueDLQ');
  expect((await count()).deadLettered).toBe(1);
});

test('events for shipping and sales are counted, and stored records once the pipeline is drained', async () => {
  const postgres = await startTestPostgres();
  onTestFinished(() => postgres.stop());
  const database = createPostgresDatabase(postgres.url);
  await migrate(database, 'shipping', shippingMigrations);
  await migrate(database, 'sales', salesMigrations);
  const fulfill = (...ids: string[]) => {
    const events = ids.map((order_id) => confirmedOrder(order_id, { product_id: 'P-1' }));
    return fulfillOrders(database, events, new Date());
  };
  const queues = ['OrderQueue', 'UploadQueue', 'ShippingQueue', 'ShippingQueueDLQ', 'AnalyticsQueue'];
  const pipeline = await start(queues, { DatabaseUrl: postgres.url });

  await restock(database, { restock_id: 'r', items: [{ product_id: 'P-1', quantity: 3 }] }, new Date());
  await fulfill('1');
  await pipeline.send('ShippingQueue');
  const count = await pipeline.count();
  const before = await count();
  expect(before.stores.shipments).toEqual(eventCounts({ carriedOver: 1, received: 1, waiting: 1 }));
  expect(before.stores.sales).toEqual(eventCounts());
  expect(before.stored).toBeUndefined();

  await fulfill('2', '3', '4', '5');
  await pipeline.send('AnalyticsQueue');
  await pipeline.send('ShippingQueueDLQ');
  pipeline.logMetrics({ ShipmentsScheduled: 2, ShipmentsBackordered: 2, ShipmentsRepeated: 1 });
  pipeline.logMetrics({ SalesLoaded: 6, SalesRepeated: 7 });
  for (const queue of ['ShippingQueue', 'AnalyticsQueue']) await pipeline.empty(queue);
  const after = await count();
  expect(after.stores.shipments).toEqual(
    eventCounts({ carriedOver: 1, received: 1, reported: 4, repeated: 1, deadLettered: 1 }),
  );
  expect(after.stores.sales).toEqual(eventCounts({ received: 1, reported: 6, repeated: 7 }));
  expect(after.stored).toEqual(storedRows({ scheduled: 2, backordered: 2, stockTaken: 2, sales: 0 }));
});

test('a pipeline is drained when no queue contains a message', () => {
  const shipping = eventCounts({ received: 5, reported: 5 });
  const stores = { shipments: shipping, sales: shipping };
  const done = { received: 5, confirmed: 5, deadLettered: 2, stores };
  expect(isDrained(pipelineCounts(done))).toBe(true);
  for (const place of ['waiting', 'inFlight', 'files'] as const)
    expect(isDrained(pipelineCounts({ ...done, [place]: 1 }))).toBe(false);
  for (const place of ['shipments', 'sales'] as const) {
    const busy = { ...stores, [place]: eventCounts({ waiting: 1 }) };
    expect(isDrained(pipelineCounts({ ...done, stores: busy }))).toBe(false);
  }
  const others = { shipping: eventCounts({ waiting: 1 }) };
  expect(isDrained(pipelineCounts({ ...done, others }))).toBe(false);
});
