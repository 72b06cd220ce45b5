import type { FastifyInstance, FastifyRequest } from 'fastify';
import { received } from '../../lib/text.ts';
import { Refusal, sendProblem } from './refusal.ts';

/**
 * Headers of every answer: browsers load nothing from elsewhere, run only scripts and styles from our own files, and no other
 * site may frame or embed the page.
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
  // A proxy may read another one of them than we do: https://www.rfc-editor.org/rfc/rfc9112#section-3.2
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

/** Methods that change nothing. */
const READS = new Set(['GET', 'HEAD']);

/**
 * Checks that a request for the page's data, or for a change, was not sent by the page of another site: `Sec-Fetch-Site` says
 * so where Origin does not, and a body that says it is JSON cannot be sent by a form.
 *
 * @throws Refusal
 */
export async function checkSender({ headers, method }: FastifyRequest): Promise<void> {
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none')
    throw new Refusal(403, `Sec-Fetch-Site: must be same-origin or none, received ${received(site)}`);
  const type = headers['content-type'];
  const hasBody = headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined;
  if (READS.has(method) || (method === 'DELETE' && !hasBody)) return;
  if (!/^application\/json(;|$)/i.test(type ?? ''))
    throw new Refusal(415, `Content-Type: must be application/json, received ${received(type)}`);
}
