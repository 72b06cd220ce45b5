import { UnavailableError } from '../../lib/errors.ts';

/** Ms in which the embedded cloud answers, however busy it is. */
const PATIENCE_MS = 10_000;

/**
 * Asks the embedded cloud what it tells operators.
 *
 * @param url that of a pipeline, and what follows it: `/mailbox?limit=5`
 * @throws UnavailableError where it does not answer
 */
export async function askInspection<Answer>(url: string): Promise<Answer> {
  const response = await fetch(url, { signal: AbortSignal.timeout(PATIENCE_MS) }).catch((cause: Error) => {
    throw new UnavailableError(`the embedded cloud does not answer at ${url}: is npm start still running?`, {
      cause,
    });
  });
  if (!response.ok) throw new Error(`${url}: must answer 200, received ${response.status}`);
  return (await response.json()) as Answer;
}
