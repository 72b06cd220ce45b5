import { useState } from 'preact/hooks';
import type { RequestError } from './request.ts';

export interface Action {
  /** Runs what is asked for, unless it runs already. */
  run(work: () => Promise<void>): void;
  busy: boolean;
  /** Why the last one failed, in words. */
  error: string | null;
}

/** State of something that the operator asks for: under way, or why it failed. */
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
