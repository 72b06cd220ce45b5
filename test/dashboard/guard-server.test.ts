import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RequestOptions, sendRequest } from './send-request.ts';
import { startUnreachableDashboard } from './start-unreachable-dashboard.ts';

let server: Awaited<ReturnType<typeof startUnreachableDashboard>>;
let own: string;

beforeAll(async () => {
  server = await startUnreachableDashboard();
  own = new URL(server.url).host;
});
afterAll(() => server.stop());

const get = (path: string, options?: RequestOptions) => sendRequest(new URL(path, server.url).href, options);

describe('the server rejects a request', () => {
  test.each(['/', '/dashboard/inventory', '/dashboard/assets/main.js', '/elsewhere'])(
    'for %s with 421 if its Host is another name of this machine',
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

  test('with 421 if it has no Host', async () => {
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    socket.setEncoding('utf8').end('GET / HTTP/1.0\r\n\r\n');
    let answer = '';
    for await (const piece of socket) answer += piece;
    expect(answer).toMatch(/^HTTP\/1\.[01] 421 /);
  });

  test('with 400 if it has two Host headers, in either order', async () => {
    for (const hosts of [
      [own, 'evil.example'],
      ['evil.example', own],
    ]) {
      const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
      const lines = hosts.map((host) => `Host: ${host}\r\n`).join('');
      socket.write(`GET / HTTP/1.1\r\n${lines}Connection: close\r\n\r\n`);
      expect(await text(socket)).toMatch(/^HTTP\/1\.1 400 .*Host: must be sent once/s);
    }
  });

  test.each(['http://evil.example', 'null', `https://HOST`, 'http://127.0.0.1:1'])(
    'with 403 if its Origin is %s',
    async (pattern) => {
      const origin = pattern.replace('HOST', own);
      for (const path of ['/', '/dashboard/inventory', '/elsewhere']) {
        const { status, json } = await get(path, { headers: { origin } });
        expect({ path, status }).toEqual({ path, status: 403 });
        expect(json.detail).toBe(`Origin: must be http://${own} or omitted, received "${origin}"`);
      }
    },
  );

  test.each(['cross-site', 'same-site'])('with 403 if its Sec-Fetch-Site is %s', async (site) => {
    const { status, json } = await get('/dashboard/dead-letters/order', {
      headers: { 'sec-fetch-site': site, 'sec-fetch-mode': 'cors' },
    });
    expect(status).toBe(403);
    expect(json.detail).toBe(`Sec-Fetch-Site: must be same-origin or none, received "${site}"`);
    // Other sites may link to the page itself.
    const link = { 'sec-fetch-site': site, 'sec-fetch-mode': 'navigate' };
    expect((await get('/', { headers: link })).status).toBe(200);
    expect((await get('/', { method: 'POST', headers: link })).status).toBe(403);
  });

  test.each(['text/plain', 'application/x-www-form-urlencoded', 'application/jsonp', ''])(
    'with 415 if it changes data and its content type is %j',
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

  test('with 413 if its body has more than 256 KiB', async () => {
    const body = { ids: ['a'.repeat(256 * 1_024)] };
    const { status, json } = await get('/dashboard/dead-letters/order/redrive', { method: 'POST', body });
    expect(status).toBe(413);
    expect(json).toMatchObject({ title: 'Content Too Large', detail: expect.stringMatching(/body/i) });
  });

  test('but accepts localhost as its Host, and requests from its own page', async () => {
    const local = own.replace('127.0.0.1', 'localhost');
    for (const headers of [
      { host: local },
      { host: local, origin: `http://${local}` },
      { origin: `http://${own}`, 'sec-fetch-site': 'same-origin' },
      {},
    ])
      expect((await get('/', { headers })).status).toBe(200);
    // localhost and 127.0.0.1 are different origins.
    expect((await get('/', { headers: { host: local, origin: `http://${own}` } })).status).toBe(403);
  });
});

test('the server listens on 127.0.0.1 only', async () => {
  const socket = connect(Number(new URL(server.url).port), '127.0.0.2');
  await expect(once(socket, 'connect')).rejects.toThrow();
});
