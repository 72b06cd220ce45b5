import type { IncomingMessage } from 'node:http';
import { received } from '../lib/text.ts';

/** Why a request is refused. */
export interface Refusal {
  status: 400 | 403 | 421;
  message: string;
}

/** Names that lead to this machine: https://www.rfc-editor.org/rfc/rfc6761#section-6.3 */
const LOOPBACK_HOST = /^(127\.0\.0\.1|\[::1\]|([\w-]+\.)*localhost)(:\d+)?$/i;

/**
 * Protects a server on 127.0.0.1 from other web sites, which could reach it through a browser on this machine. The `Host`
 * header must name this machine, which prevents DNS rebinding. `Origin` and `Sec-Fetch-Site` must not name another site:
 * browsers always send the latter; curl and SDKs send neither.
 *
 * @param options.hosts The only hosts to accept, in lower case. Default: any loopback name with any port.
 * @param options.allowLinks Whether another site may link to this server's pages. Default: false.
 */
export function checkLoopbackRequest(
  { headers, headersDistinct, method }: IncomingMessage,
  { hosts, allowLinks = false }: { hosts?: readonly string[]; allowLinks?: boolean } = {},
): Refusal | undefined {
  const { host, origin } = headers;
  // A proxy may use a different one of them: https://www.rfc-editor.org/rfc/rfc9112#section-3.2
  if ((headersDistinct.host ?? []).length > 1) return { status: 400, message: 'Host: must be sent once' };
  const isOwn = host !== undefined && (hosts?.includes(host.toLowerCase()) ?? LOOPBACK_HOST.test(host));
  if (!isOwn) {
    const rule = hosts?.join(' or ') ?? '127.0.0.1 or localhost';
    return { status: 421, message: `Host: must be ${rule}, received ${received(host)}` };
  }
  if (origin !== undefined && origin.toLowerCase() !== `http://${host.toLowerCase()}`)
    return {
      status: 403,
      message: `Origin: must be http://${host} or omitted, received ${received(origin)}`,
    };
  const site = headers['sec-fetch-site'];
  const isLink = allowLinks && method === 'GET' && headers['sec-fetch-mode'] === 'navigate';
  if (site !== undefined && site !== 'same-origin' && site !== 'none' && !isLink)
    return {
      status: 403,
      message: `Sec-Fetch-Site: must be same-origin or none, received ${received(site)}`,
    };
  return undefined;
}
