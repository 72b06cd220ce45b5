import { InvalidInputError } from '../invalid-input-error.ts';
import { BodyTooLargeError } from './body-too-large-error.ts';
import { isOutOfReach } from './is-out-of-reach.ts';
import { UnavailableError } from './unavailable-error.ts';

/**
 * What an HTTP caller is told of an error: 400 and 413 say what is wrong with the request, 503 that what it needs is out of
 * reach for now, 500 says nothing of the inside.
 */
export function explainToCaller(error: unknown): { status: 400 | 413 | 500 | 503; detail: string } {
  if (error instanceof InvalidInputError) return { status: 400, detail: error.message };
  if (error instanceof BodyTooLargeError) return { status: 413, detail: error.message };
  if (error instanceof UnavailableError) return { status: 503, detail: error.message };
  if (isOutOfReach(error)) {
    const detail = 'A database or service is out of reach or waking up: try again in a minute.';
    return { status: 503, detail };
  }
  const detail = 'The request could not be handled. Nothing is known to be wrong with it: try again.';
  return { status: 500, detail };
}
