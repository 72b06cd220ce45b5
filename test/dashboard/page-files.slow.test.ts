import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RequestOptions, sendRequest } from './send-request.ts';
import { startUnreachableDashboard } from './start-unreachable-dashboard.ts';

let server: Awaited<ReturnType<typeof startUnreachableDashboard>>;

beforeAll(async () => {
  server = await startUnreachableDashboard();
});
afterAll(() => server.stop());

const get = (path: string, options?: RequestOptions) => sendRequest(new URL(path, server.url).href, options);

describe('the page', () => {
  test('has security headers that allow only its own files', async () => {
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

  test('has no inline script or style and no URL of another host', async () => {
    const { text } = await get('/');
    expect(text).toMatch(/<script type="module" src="[^"]+"><\/script>/);
    expect(text.replace(/<script type="module" src="[^"]+"><\/script>/, '')).not.toMatch(/<script/i);
    expect(text).not.toMatch(/<style|\sstyle=|\son\w+=|https?:|javascript:/i);
  });

  const filesOf = (html: string) =>
    [...html.matchAll(/(?:src|href)="(\/dashboard\/assets\/[^"]+)"/g)].map(([, path = '']) => path);

  test('has a script and a style with hashed names, which browsers cache for a year', async () => {
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

  test('is compressed as Accept-Encoding allows, with the same content', async () => {
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

  test('transfers less than 200 kB in total', async () => {
    const headers = { 'accept-encoding': 'gzip' };
    const html = await get('/');
    const loaded = new Map<string, number>([['/', html.bytes.length]]);
    // Scripts import other scripts.
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
