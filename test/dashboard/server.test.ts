import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { startDashboard } from '../../dashboard/server/start-dashboard.ts';
import type { Pipeline } from '../../lib/pipeline/pipeline.ts';
import { type Asked, ask } from './ask.ts';
import { listen } from './listen.ts';
import { openUnreachablePipeline } from './unreachable-pipeline.ts';

/** A server whose pipeline is out of reach; what it reports goes to `reported`. */
async function start(parts: Partial<Pipeline> = {}) {
  const pipeline = { ...openUnreachablePipeline(), ...parts };
  const reported: unknown[] = [];
  const { url, stop } = await startDashboard({
    pipeline,
    port: 0,
    report: (error) => void reported.push(error),
  });
  return { url, reported, stop: () => stop().then(pipeline.close) };
}

let server: Awaited<ReturnType<typeof start>>;
let own: string;

beforeAll(async () => {
  server = await start();
  own = new URL(server.url).host;
});
afterAll(() => server.stop());

const get = (path: string, asked?: Asked) => ask(new URL(path, server.url).href, asked);

describe('a request is refused', () => {
  test.each(['/', '/dashboard/inventory', '/dashboard/assets/main.js', '/elsewhere'])(
    'with 421 at %s where its Host is another name for this machine',
    async (path) => {
      const port = new URL(server.url).port;
      for (const host of ['evil.example', `evil.example:${port}`, '127.0.0.1', `127.0.0.2:${port}`]) {
        const { status, headers, json } = await get(path, { headers: { host } });
        expect({ host, status }).toEqual({ host, status: 421 });
        expect(headers['content-type']).toMatch('application/problem+json');
        expect(json).toMatchObject({
          status: 421,
          detail: `Host: must be ${own} or localhost:${port}, received "${host}"`,
        });
      }
    },
  );

  test('with 421 without a Host', async () => {
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    socket.setEncoding('utf8').end('GET / HTTP/1.0\r\n\r\n');
    let answer = '';
    for await (const piece of socket) answer += piece;
    expect(answer).toMatch(/^HTTP\/1\.[01] 421 /);
  });

  test.each(['http://evil.example', 'null', `https://HOST`, 'http://127.0.0.1:1'])(
    'with 403 where its Origin is %s',
    async (pattern) => {
      const origin = pattern.replace('HOST', own);
      for (const path of ['/', '/dashboard/inventory', '/elsewhere']) {
        const { status, json } = await get(path, { headers: { origin } });
        expect({ path, status }).toEqual({ path, status: 403 });
        expect(json.detail).toBe(`Origin: must be http://${own} or left out, received "${origin}"`);
      }
    },
  );

  test.each(['cross-site', 'same-site'])(
    'with 403 where a browser says that its page is %s',
    async (site) => {
      const { status, json } = await get('/dashboard/dead-letters/order', {
        headers: { 'sec-fetch-site': site },
      });
      expect(status).toBe(403);
      expect(json.detail).toBe(`Sec-Fetch-Site: must be same-origin or none, received "${site}"`);
      // The page itself may be linked to.
      expect((await get('/', { headers: { 'sec-fetch-site': site } })).status).toBe(200);
    },
  );

  test.each(['text/plain', 'application/x-www-form-urlencoded', 'application/jsonp', ''])(
    'with 415 where it changes something and its body is %s',
    async (type) => {
      const { status, json } = await get('/dashboard/burst', {
        method: 'POST',
        headers: { 'content-type': type },
        body: '{"count":1}',
      });
      expect(status).toBe(415);
      expect(json.detail).toMatch(/^Content-Type: must be application\/json, received /);
    },
  );

  test('with 413 above 256 kB', async () => {
    const body = { ids: ['a'.repeat(256 * 1_024)] };
    const { status, json } = await get('/dashboard/dead-letters/order/redrive', { method: 'POST', body });
    expect(status).toBe(413);
    expect(json).toMatchObject({ title: 'Content Too Large', detail: expect.stringMatching(/body/i) });
  });

  test('but not where it names this server as localhost, or comes from its own page', async () => {
    const local = own.replace('127.0.0.1', 'localhost');
    for (const headers of [
      { host: local },
      { host: local, origin: `http://${local}` },
      { origin: `http://${own}`, 'sec-fetch-site': 'same-origin' },
      {},
    ])
      expect((await get('/', { headers })).status).toBe(200);
    // One name's page is not the other's.
    expect((await get('/', { headers: { host: local, origin: `http://${own}` } })).status).toBe(403);
  });
});

describe('the page', () => {
  test('has headers that keep everything out that is not a file of its own', async () => {
    const { status, headers } = await get('/');
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
    });
    expect(String(headers['content-security-policy']).split('; ')).toEqual([
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "img-src 'self' data:",
      "connect-src 'self'",
      "font-src 'self'",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ]);
    for (const path of ['/dashboard/inventory', '/elsewhere'])
      expect((await get(path)).headers).toMatchObject({
        'content-security-policy': headers['content-security-policy'],
        'x-content-type-options': 'nosniff',
      });
  });

  test('has no inline script or style and names no other host', async () => {
    const { text } = await get('/');
    expect(text).toMatch(/<script type="module" src="[^"]+"><\/script>/);
    expect(text.replace(/<script type="module" src="[^"]+"><\/script>/, '')).not.toMatch(/<script/i);
    expect(text).not.toMatch(/<style|\sstyle=|\son\w+=|https?:|javascript:/i);
  });

  const filesOf = (html: string) =>
    [...html.matchAll(/(?:src|href)="(\/dashboard\/assets\/[^"]+)"/g)].map(([, path = '']) => path);

  test('has a script and a style whose names change with them, kept for a year', async () => {
    const files = filesOf((await get('/')).text);
    expect(files.map((name) => name.replace(/.*\./, '')).sort()).toEqual(['css', 'js']);
    for (const path of files) {
      expect(path).toMatch(/-[0-9A-Z]{8}\.(js|css)$/);
      const { status, headers } = await get(path);
      expect(status).toBe(200);
      expect(headers['content-type']).toMatch(/^text\/(javascript|css); charset=utf-8$/);
      expect(headers).toMatchObject({
        'cache-control': 'public, max-age=31536000, immutable',
        vary: 'accept-encoding',
      });
    }
  });

  test('is sent compressed to those who take that, and is the same', async () => {
    const [path = ''] = filesOf((await get('/')).text).filter((name) => name.endsWith('.js'));
    const plain = await get(path);
    expect(plain.headers).not.toHaveProperty('content-encoding');
    const brotli = await get(path, { headers: { 'accept-encoding': 'gzip, deflate, br' } });
    expect(brotli.headers['content-encoding']).toBe('br');
    expect(brotliDecompressSync(brotli.bytes)).toEqual(plain.bytes);
    const gzip = await get(path, { headers: { 'accept-encoding': 'gzip, br;q=0' } });
    expect(gzip.headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(gzip.bytes)).toEqual(plain.bytes);
  });

  test('loads under 200 kB, all of its files together', async () => {
    const headers = { 'accept-encoding': 'gzip' };
    const html = await get('/');
    const loaded = new Map<string, number>([['/', html.bytes.length]]);
    // Scripts load further ones.
    for (const queue = filesOf(html.text); queue.length > 0; ) {
      const path = queue.pop() as string;
      if (loaded.has(path)) continue;
      loaded.set(path, (await get(path, { headers })).bytes.length);
      const { text } = await get(path);
      for (const [, name = ''] of text.matchAll(/"\.\/([\w-]+\.js)"/g))
        queue.push(`/dashboard/assets/${name}`);
    }
    const total = [...loaded.values()].reduce((sum, size) => sum + size, 0);
    expect(loaded.size).toBeGreaterThanOrEqual(3);
    expect(total).toBeLessThan(200_000);
  });
});

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
    const others = await start();
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
    const other = await start();
    const page = await open(other.url);
    await page.next();
    const start_ = Date.now();
    await other.stop();
    await page.ended;
    expect(Date.now() - start_).toBeLessThan(2_000);
  });
});

test('orders of a burst that are not sent are counted, and why is reported', async () => {
  const other = await start();
  onTestFinished(other.stop);
  const burst = `${other.url}dashboard/burst`;
  await ask(burst, { method: 'POST', body: { count: 5 } });
  await vi.waitFor(() => expect(other.reported).toHaveLength(1), { timeout: 20_000 });
  expect(other.reported).toEqual([new Error('burst: 5 orders were not sent: ECONNREFUSED (5)')]);
  expect((await ask(burst, { method: 'DELETE' })).json).toMatchObject({ sent: 0, failed: 5, running: false });
});

describe('an error is told as problem details:', () => {
  const change = (method: string, body?: unknown): Asked => ({ method, body });

  test.each<[method: string, path: string, body: unknown, status: number, detail: string | RegExp]>([
    ['GET', 'nothing', undefined, 404, "path: must be one of the page's, received GET /dashboard/nothing"],
    ['POST', 'inventory', {}, 404, /^path: must be/],
    ['GET', 'assets/main.js', undefined, 404, 'file: must be one of the page\'s, received "main.js"'],
    ['GET', 'inventory', undefined, 404, 'shipping is off in stage local'],
    ['GET', 'shipments', undefined, 404, 'shipping is off in stage local'],
    ['POST', 'restock', { product_id: 'P-1', quantity: 1 }, 404, 'shipping is off in stage local'],
    ['GET', 'sales', undefined, 404, 'sales are off in stage local'],
    ['GET', 'sales?by=week', undefined, 400, 'by: must be product, hour, day or customer, received "week"'],
    ['GET', 'sales?by=day&by=hour', undefined, 400, /^"by": must be given once/],
    ['GET', 'sales?format=csv', undefined, 400, '"format": is not known, must be one of by, from, to, limit'],
    ['GET', 'search', undefined, 400, 'q: must be an order id or an e-mail address, received nothing'],
    ['GET', 'mailbox?limit=1', undefined, 400, '"limit": is not known, must be one of q'],
    [
      'GET',
      'shipments?status=lost',
      undefined,
      400,
      'status: must be scheduled or backordered, received "lost"',
    ],
    ['GET', 'orders/%20', undefined, 400, /^order_id must be 1 to 64 of the characters/],
    [
      'GET',
      'dead-letters/none',
      undefined,
      404,
      'queue: must be one of upload, order, shipping, analytics, received "none"',
    ],
    ['GET', 'dead-letters/shipping', undefined, 404, 'queue: the shipping queue is off in stage local'],
    ['GET', 'dead-letters/order', undefined, 503, /ECONNREFUSED/],
    [
      'POST',
      'dead-letters/order/redrive',
      { reason: 1 },
      400,
      /^reason: must be the code of a reason, received 1$/,
    ],
    ['POST', 'dead-letters/order/redrive', { ids: [] }, 400, /^ids: must be an array of 1 to 1,000/],
    ['POST', 'dead-letters/order/redrive', {}, 503, /ECONNREFUSED/],
    ['PUT', 'dead-letters/order/1', { body: 7 }, 400, 'body: must be a text that is not empty, received 7'],
    ['PUT', 'dead-letters/order/1', { body: '{}' }, 400, /^body: customer_name must be/],
    [
      'POST',
      'burst',
      { count: 1_000_001 },
      400,
      'count: must be a whole number from 1 to 1,000,000, received 1000001',
    ],
    ['POST', 'burst', { count: 1, ratePerSecond: 0 }, 400, /^ratePerSecond: must be a number above 0/],
    [
      'POST',
      'burst',
      { count: 1, via: 's3' },
      400,
      '"via": is not known, must be one of count, ratePerSecond, seed',
    ],
    ['POST', 'burst', '{"count":', 400, /^body: must be JSON, received /],
    ['POST', 'burst', '[]', 400, 'body: must be a JSON object, received an array of 0'],
    ['POST', 'burst', '', 400, 'body: must be a JSON object, received nothing'],
    ['PATCH', 'burst', { ratePerSecond: 5 }, 409, 'No burst is under way whose rate could be changed.'],
    ['PATCH', 'burst', {}, 400, /^ratePerSecond: must be .* or null, received nothing$/],
    ['DELETE', 'burst', undefined, 404, 'No burst was started.'],
    [
      'PUT',
      'throttle/producer',
      { enabled: true },
      404,
      'function: must be one of ingest, consumer, received "producer"',
    ],
    [
      'PUT',
      'throttle/consumer',
      {},
      400,
      'throttle: must name maximumConcurrency or enabled, received neither',
    ],
    [
      'PUT',
      'throttle/consumer',
      { maximumConcurrency: 1 },
      400,
      /^maximumConcurrency: must be .* received 1$/,
    ],
  ])('%s %s %j', async (method, path, body, status, detail) => {
    const { headers, ...answer } = await get(`/dashboard/${path}`, change(method, body));
    expect(answer.json).toEqual({
      type: 'about:blank',
      title: expect.any(String),
      status,
      detail: typeof detail === 'string' ? detail : expect.stringMatching(detail),
    });
    expect(answer.status).toBe(status);
    expect(headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(headers['cache-control']).toBe('no-store');
  });

  test('one that nobody foresaw says nothing of the inside, and is reported', async () => {
    const error = new TypeError('customer jane@example.com is not a function');
    const salesDatabase = { query: () => Promise.reject(error), transaction: () => Promise.reject(error) };
    const other = await start({ salesDatabase });
    onTestFinished(other.stop);
    const { status, json, text } = await ask(`${other.url}dashboard/sales`);
    expect(status).toBe(500);
    expect(json.detail).toMatch(/^The request could not be handled/);
    expect(text).not.toMatch('jane');
    expect(other.reported).toEqual([error]);
  });
});

test('the server listens on 127.0.0.1 and on no other address', async () => {
  const socket = connect(Number(new URL(server.url).port), '127.0.0.2');
  await expect(once(socket, 'connect')).rejects.toThrow();
});
