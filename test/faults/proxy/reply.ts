import type { ServerResponse } from 'node:http';
import type { Answer } from './refusal.ts';

/** Answers a client as a service has answered, or would. */
export function reply(outgoing: ServerResponse, { status, headers, body }: Answer): void {
  // Of a body that was changed, neither is true any more.
  const { 'x-amz-crc32': _checksum, 'transfer-encoding': _chunked, ...kept } = headers;
  // The answer to a HEAD tells the length of a body that it has not.
  if (outgoing.req.method !== 'HEAD') kept['content-length'] = String(body.length);
  outgoing.writeHead(status, kept);
  outgoing.end(body);
}
