import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
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
