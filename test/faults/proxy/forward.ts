import { once } from 'node:events';
import { type Agent, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { Answer } from './refusal.ts';

/** Sends a request on; one whose client has gone is given up, as it would be without a proxy. */
export async function forward(
  agent: Agent,
  { method, headers }: IncomingMessage,
  outgoing: ServerResponse,
  url: URL,
  body: Buffer,
): Promise<Answer> {
  const { 'transfer-encoding': _chunked, expect: _expect, ...kept } = headers;
  const sending = request(url, {
    agent,
    method,
    headers: { ...kept, host: url.host, 'content-length': body.length },
  });
  const gone = () => sending.destroy();
  outgoing.once('close', gone);
  sending.end(body);
  const [answer] = (await once(sending, 'response')) as [IncomingMessage];
  const received = Buffer.concat(await answer.toArray());
  outgoing.off('close', gone);
  return { status: answer.statusCode ?? 0, headers: answer.headers, body: received };
}
