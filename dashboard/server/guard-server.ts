import type { FastifyInstance, FastifyRequest } from 'fastify';
import { received } from '../../lib/text.ts';
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
 * Protects a server on 127.0.0.1 from other web sites, which could reach it through the operator's browser. The `Host` header
 * must name this server, which prevents DNS rebinding. So must the `Origin` header, if present: curl and SDKs send none.
 *
 * Call it before adding routes.
 */
export function guardServer(app: FastifyInstance): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(HEADERS);
    const error = checkHeaders(request);
    if (error) return sendProblem(reply, error.status, error.message);
  });
}

function checkHeaders({ headers, raw, socket }: FastifyRequest): HttpError | undefined {
  const { host, origin } = headers;
  // A proxy may use a different one of them: https://www.rfc-editor.org/rfc/rfc9112#section-3.2
  if ((raw.headersDistinct.host ?? []).length > 1) return new HttpError(400, 'Host: must be sent once');
  const hosts = ['127.0.0.1', 'localhost'].map((name) => `${name}:${socket.localPort}`);
  // Browsers omit the default port of HTTP.
  if (socket.localPort === 80) hosts.push('127.0.0.1', 'localhost');
  if (host === undefined || !hosts.includes(host.toLowerCase()))
    return new HttpError(421, `Host: must be ${hosts.join(' or ')}, received ${received(host)}`);
  if (origin !== undefined && origin.toLowerCase() !== `http://${host.toLowerCase()}`)
    return new HttpError(403, `Origin: must be http://${host} or omitted, received ${received(origin)}`);
  return undefined;
}

/** Methods that change nothing. */
const SAFE_METHODS = new Set(['GET', 'HEAD']);

/**
 * Rejects requests that a page of another site sent. Browsers set `Sec-Fetch-Site` even if they send no `Origin`, and an HTML
 * form cannot send a body as JSON.
 *
 * @throws HttpError with status 403 or 415.
 */
export async function checkSender({ headers, method }: FastifyRequest): Promise<void> {
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none')
    throw new HttpError(403, `Sec-Fetch-Site: must be same-origin or none, received ${received(site)}`);
  const type = headers['content-type'];
  const hasBody = headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined;
  if (SAFE_METHODS.has(method) || (method === 'DELETE' && !hasBody)) return;
  if (!/^application\/json(;|$)/i.test(type ?? ''))
    throw new HttpError(415, `Content-Type: must be application/json, received ${received(type)}`);
}
