import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Health } from './worker-status.ts';

/**
 * Answers `GET /health`, on 127.0.0.1 only: 200 while all is well, 503 otherwise. It does not keep the process alive.
 *
 * @param port 0 for any free one
 * @returns where it answers
 * @throws Error with code `EADDRINUSE` where the port is taken
 */
export async function startHealthServer(port: number, read: () => Health): Promise<string> {
  const server = createServer((request, response) => {
    if (request.method !== 'GET' || request.url !== '/health') {
      response.writeHead(404).end();
      return;
    }
    const health = read();
    response.writeHead(health.status === 'ok' ? 200 : 503, { 'content-type': 'application/json' });
    response.end(JSON.stringify(health));
  });
  await once(server.listen(port, '127.0.0.1').unref(), 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/health`;
}
