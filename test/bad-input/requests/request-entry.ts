import type { Entry } from '../entry.ts';

/** What comes back over the wire. */
export interface RequestOutcome {
  /** Statuses of the answers, in their order; none where the connection is closed without one. */
  statuses: readonly number[];
  /** What the last answer says of the reason. */
  says?: string;
}

/** Bytes as they are sent, one part after another; `{host}` is the server's host and port. */
export type RequestEntry = Entry<() => readonly (string | Buffer)[], RequestOutcome>;

/** A request that is well-formed as HTTP. */
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

/** Bytes that are no proper request. */
export const wire = (...parts: (string | Buffer)[]): RequestEntry['input'] => {
  return () => parts;
};

/** @param answer status and reason, or statuses */
export function entry(
  name: string,
  input: RequestEntry['input'],
  ...answer: readonly (number | string)[]
): RequestEntry {
  const says = answer.find((part) => typeof part === 'string');
  const statuses = answer.filter((part) => typeof part === 'number');
  return { name, input, expected: { statuses, ...(says !== undefined && { says }) } };
}
