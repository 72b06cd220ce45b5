import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import type { LiveStatus, QueueStatus } from '../../dashboard/api.ts';
import { startDashboard } from '../../dashboard/server/dashboard.ts';
import { openEmbeddedPipeline } from '../../operations/pipeline/open-pipeline.ts';
import { emptyQueue } from '../aws/empty-queue.ts';
import { startTestCloud, type TestCloud } from '../pipeline/start-test-cloud.ts';
import { listenToEvents } from './listen-to-events.ts';
import { type RequestOptions, sendRequest } from './send-request.ts';
import { startUnreachableDashboard } from './start-unreachable-dashboard.ts';

/** Runs without event source mappings, so the order queue keeps everything that a burst sends. */
let cloud: TestCloud;

beforeAll(async () => {
  cloud = await startTestCloud({ events: false });
});
afterAll(() => cloud.stop());

const burst = (method: string, body?: unknown) =>
  sendRequest(`${cloud.output('ApiUrl')}/dashboard/burst`, { method, body } satisfies RequestOptions);

async function openPage() {
  const page = await listenToEvents(`${cloud.output('ApiUrl')}/dashboard/events`);
  onTestFinished(() => page.close());
  return page;
}

async function emptyOrderQueue(): Promise<void> {
  await emptyQueue(cloud.clients.sqs, cloud.output('OrderQueueUrl'));
}

test('a burst sends the requested number of orders, and live events show it running and ending', async () => {
  const { next } = await openPage();
  const started = await burst('POST', { count: 200, ratePerSecond: 100, seed: 1 });
  expect(started).toMatchObject({
    status: 200,
    json: { requested: 200, sent: 0, failed: 0, ratePerSecond: 100, running: true },
  });
  const again = await burst('POST', { count: 1 });
  expect(again).toMatchObject({ status: 409, json: { detail: /already running/ } });
  const running = await next(({ data }) => data.burst?.running === true && data.burst.sent > 0);
  expect(running.data.burst).toMatchObject({ requested: 200, startedAt: started.json.startedAt });
  const { data } = await next(({ data: { burst } }) => burst?.running === false);
  expect(data.burst).toMatchObject({ sent: 200, failed: 0 });
  expect(Date.parse(data.at) - Date.parse(started.json.startedAt)).toBeGreaterThanOrEqual(1_900);
  expect(await cloud.depth('OrderQueueUrl')).toBe(200);
  await emptyOrderQueue();
});

test('the rate of a burst can be changed while it waits for its next order, and the burst can be stopped', async () => {
  const { next, events } = await openPage();
  // At this rate the first order is due after 100 s.
  await burst('POST', { count: 1_000_000, ratePerSecond: 0.01 });
  const changed = await burst('PATCH', { ratePerSecond: 50 });
  expect(changed).toMatchObject({ status: 200, json: { ratePerSecond: 50, running: true } });
  await next(({ data }) => data.burst?.sent > 0 && data.burst.ratePerSecond === 50);
  expect(await burst('PATCH', { ratePerSecond: null })).toMatchObject({ json: { ratePerSecond: null } });
  await next(({ data }) => data.burst?.sent > 300);
  const { status, json } = await burst('DELETE');
  expect({ status, running: json.running }).toEqual({ status: 200, running: false });
  expect(json.sent).toBeLessThan(1_000_000);
  expect(await cloud.depth('OrderQueueUrl')).toBe(json.sent);
  expect(await burst('DELETE')).toMatchObject({ status: 200, json });
  const { length } = events;
  await next((event) => events.indexOf(event) >= length && event.data.burst?.running === false);
  await emptyOrderQueue();
});

test('stopping the server stops a running burst within 3 s', async () => {
  const pipeline = openEmbeddedPipeline(cloud.outputs);
  const { url, stop } = await startDashboard({ pipeline, port: 0, report: () => undefined });
  const burstRequest = { method: 'POST', body: { count: 1_000, ratePerSecond: 100 } };
  expect((await sendRequest(`${url}dashboard/burst`, burstRequest)).json.running).toBe(true);
  await cloud.until(
    () => cloud.depth('OrderQueueUrl'),
    (depth) => depth > 0,
  );
  const stopping = Date.now();
  await stop();
  expect(Date.now() - stopping).toBeLessThan(3_000);
  await pipeline.close();
  expect(await cloud.depth('OrderQueueUrl')).toBeLessThan(1_000);
  await emptyOrderQueue();
});

test('live events keep arriving every second while a burst sends orders without a rate limit', async () => {
  const { next, events } = await openPage();
  const { json } = await burst('POST', { count: 10_000 });
  await next(({ data: { burst } }) => burst?.startedAt === json.startedAt && !burst.running, 60_000);
  const isFull = ({ name, visible }: QueueStatus) => name === 'order' && visible === 10_000;
  await next(({ data }) => (data as LiveStatus).queues.some(isFull));
  const gaps = events.slice(1).map(({ at }, index) => at - (events[index]?.at ?? 0));
  expect(events.every(({ name }) => name === 'status')).toBe(true);
  expect(gaps.length).toBeGreaterThan(1);
  // About 1 s on an idle machine.
  expect(Math.max(...gaps)).toBeLessThan(5_000);
}, 120_000);

test('a burst counts the orders that could not be sent and reports the reason', async () => {
  const other = await startUnreachableDashboard();
  onTestFinished(other.stop);
  const address = `${other.url}dashboard/burst`;
  await sendRequest(address, { method: 'POST', body: { count: 5 } });
  await vi.waitFor(() => expect(other.reported).toHaveLength(1), { timeout: 20_000 });
  expect(other.reported).toEqual([new Error('burst: 5 orders were not sent: ECONNREFUSED (5)')]);
  expect((await sendRequest(address, { method: 'DELETE' })).json).toMatchObject({
    sent: 0,
    failed: 5,
    running: false,
  });
});
