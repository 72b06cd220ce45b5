import { parseJson } from '../../lib/json.ts';

/** What the server refused or could not do, or that it could not be reached. The message is for the operator. */
export class RequestError extends Error {
  override readonly name = 'RequestError';
  /** HTTP status; 0 where there was no answer. */
  readonly status: number;

  constructor(status: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }
}

interface RequestOptions {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  body?: unknown;
  signal?: AbortSignal;
}

/**
 * Asks the page's server.
 *
 * @param path below `/dashboard/`, its parts URL-encoded
 * @returns the answer as JSON, undefined where it has no body
 * @throws RequestError with the detail of the server's problem details (RFC 9457), or an AbortError
 */
export async function request<Answer>(path: string, options: RequestOptions = {}): Promise<Answer> {
  const { method = 'GET', body, signal } = options;
  const response = await fetch(`/dashboard/${path}`, {
    method,
    ...(body !== undefined && {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }),
    ...(signal && { signal }),
  }).catch((error: unknown) => {
    if (signal?.aborted) throw error;
    throw new RequestError(0, 'The server of this page is out of reach.', { cause: error });
  });
  const text = await response.text();
  const answer = parseJson(text);
  if (response.ok) return answer as Answer;
  const detail = (answer as { detail?: unknown } | undefined)?.detail;
  throw new RequestError(
    response.status,
    typeof detail === 'string' ? detail : `The server answered with status ${response.status}.`,
  );
}

/** Path parts and a query, encoded; fields that are empty are left out. */
export function withQuery(path: string, fields: Readonly<Record<string, string>>): string {
  const query = new URLSearchParams(Object.entries(fields).filter(([, value]) => value !== ''));
  return query.size > 0 ? `${path}?${query}` : path;
}
