import type { Entry } from '../entry.ts';

/** Expected responses. */
export interface RequestOutcome {
  /** Statuses of the responses, in order. Empty if the connection is closed without a response. */
  statuses: readonly number[];
  /** Text that the last response contains. */
  says?: string;
}

/** Raw bytes, sent part by part. The server's host and port replace `{host}`. */
export type RequestEntry = Entry<() => readonly (string | Buffer)[], RequestOutcome>;

/** Creates a well-formed HTTP request. */
export function request(line: string, headers: readonly string[] = [], body?: string | Buffer) {
  const length = body === undefined ? [] : [`Content-Length: ${Buffer.byteLength(body)}`];
  const head = [`${line} HTTP/1.1`, 'Host: {host}', 'Connection: close', ...length, ...headers];
  return [`${head.join('\r\n')}\r\n\r\n`, ...(body === undefined ? [] : [body])];
}

const JSON_TYPE = 'Content-Type: application/json';

export const posts = (
  path: string,
  body: string | Buffer | (() => string | Buffer),
  headers: readonly string[] = [JSON_TYPE],
): RequestEntry['input'] => {
  return () => request(`POST ${path}`, headers, typeof body === 'function' ? body() : body);
};

export const gets = (target: string, ...headers: string[]): RequestEntry['input'] => {
  return () => request(`GET ${target}`, headers);
};

/** Creates a request from raw bytes, which may be malformed. */
export const wire = (...parts: (string | Buffer)[]): RequestEntry['input'] => {
  return () => parts;
};

/** @param answer Statuses of the responses, and text that the last one contains. */
export function entry(
  name: string,
  input: RequestEntry['input'],
  ...answer: readonly (number | string)[]
): RequestEntry {
  const says = answer.find((part) => typeof part === 'string');
  const statuses = answer.filter((part) => typeof part === 'number');
  return { name, input, expected: { statuses, ...(says !== undefined && { says }) } };
}
