import { once } from 'node:events';
import { type IncomingMessage, type OutgoingHttpHeaders, request } from 'node:http';
import { buffer } from 'node:stream/consumers';

export interface RequestOptions {
  method?: string;
  /** Sent unchanged, including `Host` and `Origin`, which `fetch` would not send. */
  headers?: OutgoingHttpHeaders;
  /** A string is sent as it is, anything else as JSON. */
  body?: unknown;
}

export interface ReceivedResponse {
  status: number | undefined;
  headers: IncomingMessage['headers'];
  /** The body as received, possibly compressed. */
  bytes: Buffer;
  text: string;
  /** The parsed body if its content type is JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: tests assert on its shape.
  json: any;
}

/** Sends one HTTP request and reads the complete response. */
export async function sendRequest(
  url: string,
  { method = 'GET', headers = {}, body }: RequestOptions = {},
): Promise<ReceivedResponse> {
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
