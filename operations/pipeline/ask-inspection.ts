import { UnavailableError } from '../../lib/errors.ts';

/** Milliseconds within which the embedded cloud answers even under load. */
const TIMEOUT_MS = 10_000;

/**
 * Queries the inspection endpoint of the embedded cloud.
 *
 * @param url The pipeline's `inspectionUrl`, with an optional path such as `/mailbox?limit=5`.
 * @throws UnavailableError if the embedded cloud does not answer
 */
export async function askInspection<Answer>(url: string): Promise<Answer> {
  const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) }).catch((cause: Error) => {
    throw new UnavailableError(`the embedded cloud does not answer at ${url}: is npm start still running?`, {
      cause,
    });
  });
  if (!response.ok) throw new Error(`${url}: must answer 200, received ${response.status}`);
  return (await response.json()) as Answer;
}
