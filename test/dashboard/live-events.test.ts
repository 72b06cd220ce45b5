import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { createEventStream } from '../../dashboard/server/live-events.ts';
import { ask } from './ask.ts';
import { listen } from './listen.ts';
import { startUnreachable } from './start-unreachable.ts';

let server: Awaited<ReturnType<typeof startUnreachable>>;

beforeAll(async () => {
  server = await startUnreachable();
});
afterAll(() => server.stop());

describe('live events', () => {
  const events = '/dashboard/events';
  const open = async (url = server.url) => {
    const listener = await listen(new URL(events, url).href);
    onTestFinished(() => listener.close());
    return listener;
  };

  test('tell of trouble, once a second, while the pipeline is out of reach', async () => {
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

  test('tell the latest at once to a page that comes later', async () => {
    const first = await open();
    await first.next();
    const second = await open();
    const { data } = await second.next();
    expect(data).toEqual(first.events.at(-1)?.data);
  });

  test('go to 20 pages, and to the next one when one is closed', async () => {
    const others = await startUnreachable();
    onTestFinished(others.stop);
    const pages = await Promise.all(Array.from({ length: 20 }, () => open(others.url)));
    const refused = await ask(new URL(events, others.url).href);
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

  test('end with the server, at once', async () => {
    const other = await startUnreachable();
    const page = await open(other.url);
    await page.next();
    const start_ = Date.now();
    await other.stop();
    await page.ended;
    expect(Date.now() - start_).toBeLessThan(2_000);
  });
});

test('a page that takes what it gets is sent each event', async () => {
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

test('for a page that takes nothing only the newest event is kept', async () => {
  const { stream, send } = createEventStream();
  const connection = new PassThrough({ highWaterMark: 100 });
  stream.pipe(connection);
  const data = 'x'.repeat(1_000);
  for (let count = 1; count <= 1_000; count++) {
    send({ name: 'status', data: { count, data } });
    await new Promise(setImmediate);
  }
  // In the connection, on its way there, and waiting.
  let text = '';
  connection.setEncoding('utf8').on('data', (piece) => {
    text += piece;
  });
  while (!text.includes('"count":1000,')) await once(connection, 'data');
  const counts = [...text.matchAll(/"count":(\d+)/g)].map(([, count]) => Number(count));
  expect(counts.length).toBeLessThanOrEqual(4);
  expect(counts.at(-1)).toBe(1_000);
});

test('a sign of life is a comment, and never in the place of an event', async () => {
  const { stream, send, beat } = createEventStream();
  send({ name: 'status', data: 1 });
  beat();
  const received: string[] = [];
  stream.setEncoding('utf8').on('data', (piece) => received.push(piece));
  await once(stream, 'data');
  while (!received.join('').includes('data: 1')) await once(stream, 'data');
  beat();
  while (!received.join('').endsWith('\n\n:\n\n')) await once(stream, 'data');
  expect(received.join('')).toBe('retry: 2000\n\nevent: status\ndata: 1\n\n:\n\n');
});
