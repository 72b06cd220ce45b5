import { useCallback, useEffect, useState } from 'preact/hooks';
import { parseJson } from '../../lib/json.ts';

/** The server rejected or failed a request, or could not be reached. The message is shown to the operator. */
export class RequestError extends Error {
  override readonly name = 'RequestError';
  /** HTTP status; 0 without a response. */
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
 * @param path Path below `/dashboard/`, URL-encoded.
 * @returns The parsed JSON body, or undefined if the response has none.
 * @throws RequestError with the `detail` of the server's problem details (RFC 9457).
 * @throws AbortError if `options.signal` is aborted.
 */
export async function request<Data>(path: string, options: RequestOptions = {}): Promise<Data> {
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
    throw new RequestError(0, 'The dashboard server can’t be reached. Check that it is running.', {
      cause: error,
    });
  });
  const text = await response.text();
  const parsed = parseJson(text);
  if (response.ok) return parsed as Data;
  const detail = (parsed as { detail?: unknown } | undefined)?.detail;
  throw new RequestError(
    response.status,
    typeof detail === 'string' ? detail : `The dashboard server returned HTTP status ${response.status}.`,
  );
}

/** Appends a URL-encoded query string to a path. Empty fields are omitted. */
export function withQuery(path: string, fields: Readonly<Record<string, string>>): string {
  const query = new URLSearchParams(Object.entries(fields).filter(([, value]) => value !== ''));
  return query.size > 0 ? `${path}?${query}` : path;
}

export interface Loaded<Data> {
  /** The last response. It stays during a reload of the same path. */
  data: Data | null;
  error: RequestError | null;
  loading: boolean;
  reload(): void;
}

interface State<Data> {
  path: string;
  data: Data | null;
  error: RequestError | null;
  loading: boolean;
}

/** Loads data from the server, and again when the path changes. */
export function useLoaded<Data>(path: string): Loaded<Data> {
  const [state, setState] = useState<State<Data>>({ path, data: null, error: null, loading: true });
  const [round, setRound] = useState(0);
  useEffect(() => {
    const abort = new AbortController();
    setState((before) =>
      before.path === path ? { ...before, loading: true } : { path, data: null, error: null, loading: true },
    );
    request<Data>(path, { signal: abort.signal }).then(
      (data) => setState({ path, data, error: null, loading: false }),
      (error: RequestError) => {
        if (!abort.signal.aborted) setState({ path, data: null, error, loading: false });
      },
    );
    return () => abort.abort();
  }, [path, round]);
  const reload = useCallback(() => setRound((before) => before + 1), []);
  return { ...state, reload };
}

export interface Action {
  /** Runs the work; ignored while busy. */
  run(work: () => Promise<void>): void;
  busy: boolean;
  /** Error message of the last run, if it failed. */
  error: string | null;
}

/** Tracks one action of the operator: whether it is in progress, and its error. */
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
