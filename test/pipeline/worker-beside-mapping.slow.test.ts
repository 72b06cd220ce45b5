import { afterAll, beforeAll, expect, it } from 'vitest';
import { startWorkerCloud, type WorkerCloud } from './start-worker-cloud.ts';

let cloud: WorkerCloud;
beforeAll(async () => {
  cloud = await startWorkerCloud();
});
afterAll(() => cloud.stop());

it('two workers and a mapping share a queue: each confirms some orders, and no order is confirmed twice', async () => {
  const workers = [1, 2].map(() => cloud.startConsumer(['--concurrency', '2']));
  await Promise.all(workers.map((worker) => worker.logged('worker started')));
  cloud.startEvents();
  const sent = await cloud.sendOrders(3_000);
  await cloud.drained();
  const confirmed = () => [
    ...workers.map((worker) => worker.sum('OrdersConfirmed')),
    cloud.log.sum('OrdersConfirmed'),
  ];
  // Metrics arrive a moment after the messages were deleted.
  await cloud.until(
    async () => confirmed().reduce((sum, count) => sum + count),
    (sum) => sum >= 3_000,
  );
  expect(await cloud.takeConfirmed()).toEqual(sent);
  expect(Math.min(...confirmed())).toBeGreaterThan(0);
  expect(confirmed().reduce((sum, count) => sum + count)).toBe(3_000);
  expect(await cloud.depth('OrderQueueDLQUrl')).toBe(0);
}, 120_000);
