import type { FastifyInstance, FastifyRequest } from 'fastify';
import { received } from '../../lib/text.ts';
import { checkLoopbackRequest } from '../../program/loopback-guard.ts';
import { HttpError, sendProblem } from './http-error.ts';

/** Headers of every response. Browsers load files and data from this server only, and no other site can embed the page. */
const HEADERS = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "font-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

/**
 * Protects a server on 127.0.0.1 from other web sites, see {@link checkLoopbackRequest}. The `Host` header must name this
 * server. Other sites may link to its pages.
 *
 * Call it before adding routes.
 */
export function guardServer(app: FastifyInstance): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(HEADERS);
    const refusal = checkLoopbackRequest(request.raw, { hosts: hostsOf(request), allowLinks: true });
    if (refusal) return sendProblem(reply, refusal.status, refusal.message);
  });
}

function hostsOf({ socket }: FastifyRequest): string[] {
  const hosts = ['127.0.0.1', 'localhost'].map((name) => `${name}:${socket.localPort}`);
  // Browsers omit the default port of HTTP.
  if (socket.localPort === 80) hosts.push('127.0.0.1', 'localhost');
  return hosts;
}

/** Methods that change nothing. */
const SAFE_METHODS = new Set(['GET', 'HEAD']);

/**
 * Rejects bodies that are not JSON, which an HTML form of another site cannot send.
 *
 * @throws HttpError with status 415.
 */
export async function checkBodyType({ headers, method }: FastifyRequest): Promise<void> {
  const type = headers['content-type'];
  const hasBody = headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined;
  if (SAFE_METHODS.has(method) || (method === 'DELETE' && !hasBody)) return;
  if (!/^application\/json(;|$)/i.test(type ?? ''))
    throw new HttpError(415, `Content-Type: must be application/json, received ${received(type)}`);
}
