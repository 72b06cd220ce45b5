import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { generateOrders } from '../../lib/produce/generator.ts';
import { startWorkerCloud, type WorkerCloud } from './start-worker-cloud.ts';

// Processing thousands of orders in child processes takes longer than the default.
vi.setConfig({ testTimeout: 120_000 });

let cloud: WorkerCloud;
beforeAll(async () => {
  cloud = await startWorkerCloud();
});
afterEach(() => cloud.reset());
afterAll(() => cloud.stop());

describe('in the middle of 5,000 orders', () => {
  it('a stopped worker ends within its deadline, another one processes the rest, and each order is confirmed once', async () => {
    const sent = await cloud.sendOrders(5_000);
    const first = cloud.startConsumer(['--concurrency', '4', '--deadline', '20']);
    await cloud.confirms(first, 500);
    const asked = Date.now();
    first.kill('SIGTERM');
    expect(await first.ended).toEqual({ status: 0, text: '' });
    expect(Date.now() - asked).toBeLessThan(20_000);
    const [stopped] = first.lines('worker stopped');
    expect(stopped).toMatchObject({ reason: 'SIGTERM', in_flight: 0, failed: 0 });
    expect(stopped?.handled).toBe(first.sum('OrdersConfirmed'));
    expect(stopped?.handled).toBeLessThan(5_000);

    const second = cloud.startConsumer();
    // Messages that the first worker had left in flight would be visible again only after 181 s.
    await cloud.drained();
    second.kill('SIGTERM');
    expect(await second.ended).toEqual({ status: 0, text: '' });
    expect(await cloud.takeConfirmed()).toEqual(sent);
    expect(first.sum('OrdersConfirmed') + second.sum('OrdersConfirmed')).toBe(5_000);
    expect(await cloud.depth('OrderQueueDLQUrl')).toBe(0);
  });
});

it('a worker lets invalid messages move to the dead-letter queue after three receives and confirms the rest of their batches', async () => {
  const good = Array.from(generateOrders({ count: 27, seed: 27 }), (order) => JSON.stringify(order));
  const invalid = ['not JSON at all', '{"customer_name":7}', '[]'];
  await cloud.send(invalid.flatMap((body, index) => [body, ...good.slice(9 * index, 9 * index + 9)]));
  const worker = cloud.startConsumer(['--concurrency', '2']);
  await cloud.until(
    () => cloud.depth('OrderQueueDLQUrl'),
    (count) => count >= 3,
  );
  await cloud.drained();
  worker.kill('SIGTERM');
  await worker.ended;

  const dead = await cloud.drainQueue('OrderQueueDLQUrl');
  expect(dead.map(({ Body }) => Body).sort()).toEqual([...invalid].sort());
  // Three receives by the worker, and this one.
  expect(dead.map(({ Attributes }) => Attributes?.ApproximateReceiveCount)).toEqual(['4', '4', '4']);
  expect(worker.lines('worker stopped')).toMatchObject([{ handled: 27, failed: 9 }]);
  expect(await cloud.takeConfirmed()).toEqual(good.map((body) => JSON.parse(body).order_id).sort());
});

it('a worker logs each batch with its own request id, and its own lines without one', async () => {
  await cloud.sendOrders(400);
  const worker = cloud.startConsumer(['--concurrency', '8']);
  await cloud.drained();
  await cloud.confirms(worker, 400);
  worker.kill('SIGINT');
  expect(await worker.ended).toEqual({ status: 0, text: '' });

  const ids = worker.lines('batch confirmed').map(({ function_request_id }) => function_request_id);
  expect(ids.length).toBeGreaterThanOrEqual(40);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids).not.toContain(undefined);
  for (const message of ['worker started', 'worker stopping', 'worker stopped']) {
    expect(worker.lines(message)).toHaveLength(1);
    expect(worker.lines(message)[0]).not.toHaveProperty('function_request_id');
  }
});
