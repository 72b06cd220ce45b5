import { PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { generateOrders } from '../../lib/produce/generator.ts';
import { startWorker } from './start-worker.ts';
import { startWorkerCloud, type WorkerCloud } from './start-worker-cloud.ts';

let cloud: WorkerCloud;
beforeAll(async () => {
  cloud = await startWorkerCloud('on');
});
afterAll(() => cloud.stop());

it('workers alone ingest an order file and confirm, ship and sell its orders', async () => {
  const orders = [...generateOrders({ count: 300, seed: 7 })];
  const lines = orders.map((order) => `${JSON.stringify(order)}\n`);
  const Bucket = cloud.output('UploadBucketName');
  await cloud.clients.s3.send(
    new PutObjectCommand({ Bucket, Key: 'orders.ndjson', Body: `${lines.join('')}not an order\n` }),
  );

  const names = ['ingest', 'consumer', 'fulfillment', 'analytics'];
  const workers = names.map((name) =>
    startWorker(['--function', name, '--settings', cloud.settingsOf(name)]),
  );
  // The order matters: messages move from each queue to the next.
  for (const queue of ['UploadQueueUrl', 'OrderQueueUrl', 'ShippingQueueUrl', 'AnalyticsQueueUrl']) {
    await cloud.until(
      () => cloud.depth(queue),
      (count) => count === 0,
    );
  }
  const stopped = await Promise.all(
    workers.map(async (worker) => {
      worker.kill('SIGTERM');
      const { status } = await worker.ended;
      const [{ handled, failed } = {}] = worker.lines('worker stopped');
      return { status, handled, failed };
    }),
  );
  // The bucket's test event is also an upload message.
  expect(stopped).toEqual([
    { status: 0, handled: 2, failed: 0 },
    ...names.slice(1).map(() => ({ status: 0, handled: 300, failed: 0 })),
  ]);
  expect(await cloud.takeConfirmed()).toEqual(orders.map(({ order_id }) => order_id).sort());
  expect(
    await cloud.query(
      `SELECT CAST(count(*) AS text) AS shipments, CAST((SELECT count(*) FROM sales) AS text) AS sales FROM shipments`,
    ),
  ).toEqual([{ shipments: '300', sales: '300' }]);
}, 60_000);
