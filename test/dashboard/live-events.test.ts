import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { createEventStream } from '../../dashboard/server/live-events.ts';
import { listenToEvents } from './listen-to-events.ts';
import { sendRequest } from './send-request.ts';
import { startUnreachableDashboard } from './start-unreachable-dashboard.ts';

let server: Awaited<ReturnType<typeof startUnreachableDashboard>>;

beforeAll(async () => {
  server = await startUnreachableDashboard();
});
afterAll(() => server.stop());

describe('live events', () => {
  const events = '/dashboard/events';
  const open = async (url = server.url) => {
    const listener = await listenToEvents(new URL(events, url).href);
    onTestFinished(() => listener.close());
    return listener;
  };

  test('send a trouble event every second while the pipeline is unreachable', async () => {
    const { response, events: received, next } = await open();
    expect(response.headers).toMatchObject({
      'content-type': expect.stringMatching(/^text\/event-stream/),
      'cache-control': 'no-store',
    });
    await next(() => received.length >= 2);
    expect(received[0]).toMatchObject({
      name: 'trouble',
      data: { message: expect.stringMatching(/does not answer/) },
    });
  });

  test('send the latest event immediately to a page that connects later', async () => {
    const first = await open();
    await first.next();
    const second = await open();
    const { data } = await second.next();
    expect(data).toEqual(first.events.at(-1)?.data);
  });

  test('are limited to 20 pages, and a closed page makes room for another', async () => {
    const others = await startUnreachableDashboard();
    onTestFinished(others.stop);
    const pages = await Promise.all(Array.from({ length: 20 }, () => open(others.url)));
    const refused = await sendRequest(new URL(events, others.url).href);
    expect(refused.status).toBe(503);
    expect(refused.json.detail).toMatch(/20 pages/);
    pages[0]?.close();
    for (let status: number | undefined = 503; status === 503; ) {
      await sleep(20);
      const { response, close } = await open(others.url);
      status = response.statusCode;
      if (status === 503) close();
      else expect(status).toBe(200);
    }
  });

  test('end within 2 s when the server stops', async () => {
    const other = await startUnreachableDashboard();
    const page = await open(other.url);
    await page.next();
    const stopping = Date.now();
    await other.stop();
    await page.ended;
    expect(Date.now() - stopping).toBeLessThan(2_000);
  });
});

test('a page that reads immediately receives each event', async () => {
  const { stream, send } = createEventStream();
  stream.setEncoding('utf8');
  const received: string[] = [];
  stream.on('data', (piece) => received.push(piece));
  for (const count of [1, 2, 3]) {
    send({ name: 'status', data: { count, text: 'a\nb' } });
    while (!received.join('').includes(`"count":${count},`)) await once(stream, 'data');
  }
  expect(received.join('')).toBe(
    `retry: 2000\n\n${[1, 2, 3].map((count) => `event: status\ndata: {"count":${count},"text":"a\\nb"}\n\n`).join('')}`,
  );
});

test('only the newest event is kept for a page that does not read', async () => {
  const { stream, send } = createEventStream();
  const connection = new PassThrough({ highWaterMark: 100 });
  stream.pipe(connection);
  const data = 'x'.repeat(1_000);
  for (let count = 1; count <= 1_000; count++) {
    send({ name: 'status', data: { count, data } });
    await new Promise(setImmediate);
  }
  // At most four events fit into the buffers and the waiting slot.
  let text = '';
  connection.setEncoding('utf8').on('data', (piece) => {
    text += piece;
  });
  while (!text.includes('"count":1000,')) await once(connection, 'data');
  const counts = [...text.matchAll(/"count":(\d+)/g)].map(([, count]) => Number(count));
  expect(counts.length).toBeLessThanOrEqual(4);
  expect(counts.at(-1)).toBe(1_000);
});

test('a heartbeat is a comment and never replaces an event', async () => {
  const { stream, send, sendHeartbeat } = createEventStream();
  send({ name: 'status', data: 1 });
  sendHeartbeat();
  const received: string[] = [];
  stream.setEncoding('utf8').on('data', (piece) => received.push(piece));
  await once(stream, 'data');
  while (!received.join('').includes('data: 1')) await once(stream, 'data');
  sendHeartbeat();
  while (!received.join('').endsWith('\n\n:\n\n')) await once(stream, 'data');
  expect(received.join('')).toBe('retry: 2000\n\nevent: status\ndata: 1\n\n:\n\n');
});
