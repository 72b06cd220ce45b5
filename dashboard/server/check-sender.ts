import type { FastifyRequest } from 'fastify';
import { received } from '../../lib/text.ts';
import { Refusal } from './refusal.ts';

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
