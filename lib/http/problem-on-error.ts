import type { MiddlewareObj } from '@middy/core';
import { InvalidInputError } from '../invalid-input-error.ts';
import { logger } from '../observability/logger.ts';
import { BodyTooLargeError } from './body-too-large-error.ts';
import { isHttpEvent } from './http-event.ts';
import { isOutOfReach } from './is-out-of-reach.ts';
import { problem } from './problem.ts';
import { UnavailableError } from './unavailable-error.ts';

/**
 * Middleware that answers HTTP callers with problem details: 400 and 413 say what is wrong with the request, 503 that what it
 * needs is out of reach for now, 500 says nothing of the inside. Other callers get the error itself, as Lambda reports
 * it.
 */
export const problemOnError = (): MiddlewareObj => ({
  onError: (request) => {
    const { event, error } = request;
    if (!isHttpEvent(event)) return;
    if (error instanceof InvalidInputError) {
      request.response = problem(400, error.message);
      return;
    }
    if (error instanceof BodyTooLargeError) {
      request.response = problem(413, error.message);
      return;
    }
    logger.error('request failed', { error });
    if (error instanceof UnavailableError) request.response = problem(503, error.message);
    else if (isOutOfReach(error)) {
      request.response = problem(
        503,
        'A database or service is out of reach or waking up: try again in a minute.',
      );
    } else {
      request.response = problem(
        500,
        'The request could not be handled. Nothing is known to be wrong with it: try again.',
      );
    }
  },
});
