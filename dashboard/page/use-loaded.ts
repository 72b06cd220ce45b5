import { useCallback, useEffect, useState } from 'preact/hooks';
import { type RequestError, request } from './request.ts';

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
