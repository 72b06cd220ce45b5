import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { createLoopbackServer } from '../../local/loopback-server.ts';

/** Starts a server that answers each complete request with `done`. */
async function start(timeouts?: Parameters<typeof createLoopbackServer>[1]) {
  const server = createLoopbackServer((incoming, outgoing) => {
    incoming.resume().on('end', () => outgoing.end('done'));
  }, timeouts);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { port, server };
}

/** Sends the lines of a request's head, and returns the whole answer. */
async function send(port: number, lines: readonly string[]): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.write(['GET / HTTP/1.1', ...lines, 'Connection: close', '', ''].join('\r\n'));
  return text(socket);
}

test.each([
  ['127.0.0.1:PORT'],
  ['localhost:PORT'],
  ['LOCALHOST:1'],
  ['bucket.localhost:PORT'],
  ['[::1]:PORT'],
])('the server accepts the Host %s', async (host) => {
  const { port } = await start();
  expect(await send(port, [`Host: ${host.replace('PORT', String(port))}`])).toMatch(
    /^HTTP\/1\.1 200 .*done/s,
  );
});

test.each([
  [421, ['Host: evil.example']],
  [421, ['Host: localhost.evil.example']],
  [421, ['Host: 127.0.0.1.evil.example:80']],
  [400, ['Host: localhost', 'Host: evil.example']],
  [403, ['Host: localhost', 'Origin: https://evil.example']],
  [403, ['Host: localhost', 'Origin: null']],
  [403, ['Host: localhost:5000', 'Origin: http://localhost:3000']],
  [403, ['Host: localhost', 'Sec-Fetch-Site: cross-site']],
  [403, ['Host: localhost', 'Sec-Fetch-Site: same-site']],
  [403, ['Host: localhost', 'Sec-Fetch-Site: cross-site', 'Sec-Fetch-Mode: navigate']],
])('the server answers %i to %j, without CORS headers', async (status, lines) => {
  const { port } = await start();
  const answer = await send(port, lines);
  expect(answer).toMatch(
    new RegExp(`^HTTP/1\\.1 ${status} .*"message":"(Host|Origin|Sec-Fetch-Site): must be `, 's'),
  );
  expect(answer).not.toMatch(/access-control/i);
});

test.each([
  ['headers', 'POST / HTTP/1.1\r\n'],
  ['a body', 'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{'],
])(
  'the server answers 408 to a client that takes too long to send %s, and disconnects',
  async (_, beginning) => {
    const { port } = await start({ headers: 50, request: 100, check: 20 });
    const socket = connect(port, '127.0.0.1');
    socket.write(beginning);
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/);
  },
);

test('by default, clients have 10 s for headers and a minute for the whole request', async () => {
  const { server } = await start();
  expect(server).toMatchObject({ headersTimeout: 10_000, requestTimeout: 60_000, keepAliveTimeout: 72_000 });
});
