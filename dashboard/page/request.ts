import { useCallback, useEffect, useState } from 'preact/hooks';
import { parseJson } from '../../lib/json.ts';

/** The server refused or failed a request, or was unreachable. The message is for the operator. */
export class RequestError extends Error {
  override readonly name = 'RequestError';
  /** HTTP status; 0 if there was no answer. */
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
 * Sends a request to the page's server.
 *
 * @param path below `/dashboard/`, its parts URL-encoded
 * @returns the answer's JSON, undefined if it has no body
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

/** Adds an encoded query to a path, without empty fields. */
export function withQuery(path: string, fields: Readonly<Record<string, string>>): string {
  const query = new URLSearchParams(Object.entries(fields).filter(([, value]) => value !== ''));
  return query.size > 0 ? `${path}?${query}` : path;
}

export interface Loaded<Answer> {
  /** Kept while it is loaded again from the same path. */
  answer: Answer | null;
  error: RequestError | null;
  loading: boolean;
  reload(): void;
}

interface State<Answer> {
  path: string;
  answer: Answer | null;
  error: RequestError | null;
  loading: boolean;
}

/** Loads an answer of the server, and again when the path changes. */
export function useLoaded<Answer>(path: string): Loaded<Answer> {
  const [state, setState] = useState<State<Answer>>({ path, answer: null, error: null, loading: true });
  const [round, setRound] = useState(0);
  useEffect(() => {
    const abort = new AbortController();
    setState((before) =>
      before.path === path
        ? { ...before, loading: true }
        : { path, answer: null, error: null, loading: true },
    );
    request<Answer>(path, { signal: abort.signal }).then(
      (answer) => setState({ path, answer, error: null, loading: false }),
      (error: RequestError) => {
        if (!abort.signal.aborted) setState({ path, answer: null, error, loading: false });
      },
    );
    return () => abort.abort();
  }, [path, round]);
  const reload = useCallback(() => setRound((before) => before + 1), []);
  return { ...state, reload };
}

export interface Action {
  /** Runs the work, unless it is running already. */
  run(work: () => Promise<void>): void;
  busy: boolean;
  /** Why the last one failed, in words. */
  error: string | null;
}

/** The state of an operator's request: under way, or why it failed. */
export function useAction(): Action {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  return {
    busy,
    error,
    run(work) {
      if (busy) return;
      setBusy(true);
      setError(null);
      work()
        .catch((failure: RequestError) => setError(failure.message))
        .finally(() => setBusy(false));
    },
  };
}
