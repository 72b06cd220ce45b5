import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetQueueAttributesCommand, SetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { generateOrders } from '../../lib/order/generator.ts';
import { type EmbeddedPostgres, startPostgres } from '../../local/postgres/start-postgres.ts';
import { startTestCloud, type TestCloud } from './start-test-cloud.ts';

let dataDir: string;
let postgres: EmbeddedPostgres;
let cloud: TestCloud;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'order-pipeline-outage-'));
  // Postgres does not run as root and must be able to enter it.
  await chmod(dataDir, 0o711);
  postgres = await startPostgres({ port: 0, dataDir: join(dataDir, 'postgres') });
  // As many as can have all messages in hand at once: those that failed come back behind all others.
  const params = { fulfillmentConcurrency: 10 };
  cloud = await startTestCloud({ databaseUrl: postgres.url, params });
});
afterEach(async () => {
  await cloud.stop();
  await postgres.stop();
  await rm(dataDir, { recursive: true });
});

const QUEUES = ['ShippingQueue', 'AnalyticsQueue'];

/** Lets a message that failed once go to the dead-letter queue, after seconds. Returns what sets it back. */
async function hurry(queue: string): Promise<() => Promise<void>> {
  const QueueUrl = cloud.output(`${queue}Url`);
  const AttributeNames = ['VisibilityTimeout' as const, 'RedrivePolicy' as const];
  const { Attributes = {} } = await cloud.clients.sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames }),
  );
  const RedrivePolicy = JSON.stringify({ ...JSON.parse(Attributes.RedrivePolicy ?? ''), maxReceiveCount: 1 });
  const set = async (attributes: Record<string, string>) => {
    await cloud.clients.sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: attributes }));
  };
  await set({ VisibilityTimeout: '5', RedrivePolicy });
  return () => set(Attributes);
}

it('a database that is down for a while in the middle of a run loses nothing and stores nothing twice', async () => {
  const orders = Array.from(generateOrders({ count: 1_200, seed: 41 }));
  const restock = { items: [{ product_id: 'P-1001', quantity: 150 }] };
  expect(await cloud.invoke('restock', restock)).not.toHaveProperty('functionError');
  const stored = async (table: string) => {
    const rows = await cloud.query(`SELECT order_id FROM ${table} ORDER BY order_id`);
    return rows.map(({ order_id }) => order_id);
  };

  // Each time a function waits 20 s for its database before it fails, and a message then comes back after minutes.
  const restore = await Promise.all(QUEUES.map(hurry));
  const sending = cloud.send(orders.map((order) => JSON.stringify(order)));
  for (const table of ['shipments', 'sales'])
    await cloud.until(
      () => stored(table),
      (rows) => rows.length > 0,
    );
  await postgres.stop();
  await sending;
  const isDead = async () => Promise.all(QUEUES.map((queue) => cloud.depth(`${queue}DLQUrl`)));
  await cloud.until(isDead, (depths) => depths.every((depth) => depth > 0));

  for (const undo of restore) await undo();
  postgres = await startPostgres({
    port: Number(new URL(postgres.url).port),
    dataDir: join(dataDir, 'postgres'),
  });
  await cloud.stored();
  for (const queue of QUEUES) {
    const dead = await cloud.takeAll(`${queue}DLQUrl`);
    expect(dead.length).toBeGreaterThan(0);
    await cloud.send(
      dead.map(({ Body = '' }) => Body),
      `${queue}Url`,
    );
  }
  await cloud.stored();

  const expected = orders.map(({ order_id }) => order_id).sort();
  for (const table of ['shipments', 'sales']) expect(await stored(table)).toEqual(expected);
  const kettles = orders.filter(({ product_id }) => product_id === 'P-1001').length;
  expect(kettles).toBeGreaterThan(150);
  const [shop] = await cloud.query(`
    SELECT CAST(stock AS text) AS stock,
      CAST((SELECT count(*) FROM shipments WHERE status = 'scheduled') AS text) AS scheduled
    FROM inventory WHERE product_id = 'P-1001'`);
  expect(shop).toEqual({ stock: '0', scheduled: '150' });
  expect(await isDead()).toEqual([0, 0]);
}, 180_000);
