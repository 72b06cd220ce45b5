import { once } from 'node:events';
import { type IncomingMessage, type OutgoingHttpHeaders, request } from 'node:http';
import { buffer } from 'node:stream/consumers';

export interface Asked {
  method?: string;
  /** As they are: `fetch` would not send a Host or an Origin of the test's own. */
  headers?: OutgoingHttpHeaders;
  /** JSON where it is not a text. */
  body?: unknown;
}

export interface Answered {
  status: number | undefined;
  headers: IncomingMessage['headers'];
  /** As it came. */
  bytes: Buffer;
  text: string;
  /** The body, where that is JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into it as they like.
  json: any;
}

/** One HTTP request, and its whole answer. */
export async function ask(
  url: string,
  { method = 'GET', headers = {}, body }: Asked = {},
): Promise<Answered> {
  const sent = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
  const call = request(url, {
    method,
    agent: false,
    headers: {
      ...(sent !== undefined && {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(sent),
      }),
      ...headers,
    },
  });
  call.end(sent);
  const [response] = (await once(call, 'response')) as [IncomingMessage];
  const bytes = await buffer(response);
  const text = bytes.toString('utf8');
  const isJson = /json/.test(response.headers['content-type'] ?? '') && text !== '';
  const json = isJson ? JSON.parse(text) : undefined;
  return { status: response.statusCode, headers: response.headers, bytes, text, json };
}
