import type { FastifyInstance, FastifyRequest } from 'fastify';
import { received } from '../../lib/text.ts';
import { Refusal } from './refusal.ts';
import { sendProblem } from './send-problem.ts';

/**
 * What every answer says to browsers: nothing from elsewhere, no script or style that is not a file of ours, in nobody's
 * frame, for nobody else to embed.
 */
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
 * Keeps other web sites out of a server on 127.0.0.1, whose visitors' browsers could reach it: a request must name this
 * server as its host, so that no name of theirs can be pointed here (DNS rebinding), and one that a page sends must come
 * from a page of this server. Programs that send no Origin, such as curl and SDKs, are not concerned.
 *
 * To be called before there are routes.
 */
export function guardServer(app: FastifyInstance): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(HEADERS);
    const refusal = judge(request);
    if (refusal) return sendProblem(reply, refusal.status, refusal.message);
  });
}

function judge({ headers, raw, socket }: FastifyRequest): Refusal | undefined {
  const { host, origin } = headers;
  // Whoever is on the way may go by another one than we do: https://www.rfc-editor.org/rfc/rfc9112#section-3.2
  if ((raw.headersDistinct.host ?? []).length > 1) return new Refusal(400, 'Host: must be given once');
  const hosts = ['127.0.0.1', 'localhost'].map((name) => `${name}:${socket.localPort}`);
  // Browsers leave out the port that http has by default.
  if (socket.localPort === 80) hosts.push('127.0.0.1', 'localhost');
  if (host === undefined || !hosts.includes(host.toLowerCase()))
    return new Refusal(421, `Host: must be ${hosts.join(' or ')}, received ${received(host)}`);
  if (origin !== undefined && origin.toLowerCase() !== `http://${host.toLowerCase()}`)
    return new Refusal(403, `Origin: must be http://${host} or left out, received ${received(origin)}`);
  return undefined;
}
