import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createEmbeddedStatus } from '../../../operations/status/embedded-status.ts';
import type { Inspection } from '../../../operations/status/inspection.ts';

const SINCE = '2026-11-27T12:00:00.000Z';

/** Starts a stand-in for the embedded cloud whose answers and clock the test controls. */
async function start() {
  const inspection: Inspection = {
    since: SINCE,
    queues: { orders: { taken: 0, deleted: 0, oldestSeconds: null } },
    functions: { consumer: { invocations: 4, errors: 1, totalMs: 100, running: 2 } },
    confirmed: 7,
    denials: [],
  };
  const server = createServer((_request, response) => response.end(JSON.stringify(inspection))).listen(
    0,
    '127.0.0.1',
  );
  await once(server, 'listening');
  vi.useFakeTimers({ toFake: ['performance'] });
  onTestFinished(() => {
    vi.useRealTimers();
    server.close();
    server.closeAllConnections();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/_inspection`;
  const source = createEmbeddedStatus(url, ['producer', 'consumer']);
  return {
    inspection,
    server,
    source,
    /** Sets the queue's totals, advances the clock by `ms`, and returns the next reading. */
    async read(ms: number, taken: number, deleted: number) {
      inspection.queues.orders = { taken, deleted, oldestSeconds: 3 };
      vi.advanceTimersByTime(ms);
      return (await source.measure()).queues.get('orders');
    },
  };
}

test('has rates of the last five seconds from the second reading on', async () => {
  const { read } = await start();
  expect(await read(0, 1_000, 900)).toEqual({
    taken: 1_000,
    oldestSeconds: 3,
    inPerSecond: null,
    outPerSecond: null,
  });
  // It is too soon for a rate.
  expect(await read(100, 1_050, 900)).toMatchObject({ inPerSecond: null });
  expect(await read(1_900, 1_100, 940)).toMatchObject({ inPerSecond: 50, outPerSecond: 20 });
  for (let second = 1; second <= 5; second += 1) await read(1_000, 1_100, 940 + second * 10);
  expect(await read(1_000, 1_100, 1_000)).toMatchObject({ inPerSecond: 0, outPerSecond: 10 });
});

test('computes rates from the oldest reading within five seconds, however many readings there are', async () => {
  const { read } = await start();
  await read(10_000, 0, 0);
  expect(await read(500, 0, 0)).toMatchObject({ inPerSecond: 0 });
  await read(500, 100, 1);
  for (const taken of [110, 120, 130, 140]) await read(1_000, taken, 2);
  expect(await read(1_000, 200, 6)).toMatchObject({ inPerSecond: 20, outPerSecond: 1 });
});

test('computes rates between readings that are more than five seconds apart', async () => {
  const { read } = await start();
  await read(0, 0, 0);
  expect(await read(10_000, 100, 50)).toMatchObject({ inPerSecond: 10, outPerSecond: 5 });
  expect(await read(10_000, 100, 60)).toMatchObject({ inPerSecond: 0, outPerSecond: 1 });
});

test('has no rates in the first reading after a restart of the embedded cloud', async () => {
  const { read, inspection } = await start();
  await read(0, 1_000, 900);
  inspection.since = '2026-11-27T13:00:00.000Z';
  expect(await read(2_000, 5, 5)).toMatchObject({ taken: 5, inPerSecond: null, outPerSecond: null });
});

test('has average durations of functions, and includes functions without invocations', async () => {
  const { source } = await start();
  const { functions, confirmed, since } = await source.measure();
  expect({ confirmed, since }).toEqual({ confirmed: 7, since: SINCE });
  expect(functions).toEqual([
    { name: 'producer', invocations: 0, errors: 0, averageMs: null, running: 0 },
    { name: 'consumer', invocations: 4, errors: 1, averageMs: 25, running: 2 },
  ]);
});

test('throws UnavailableError with the URL if the embedded cloud is not running', async () => {
  const { source, server } = await start();
  server.close();
  server.closeAllConnections();
  await once(server, 'close');
  await expect(source.measure()).rejects.toMatchObject({
    name: 'UnavailableError',
    message: expect.stringMatching(/does not answer at http:\/\/127\.0\.0\.1:\d+\/_inspection/),
  });
});
