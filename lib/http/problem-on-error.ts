import type { MiddlewareObj } from '@middy/core';
import { InvalidInputError } from '../invalid-input-error.ts';
import { logger } from '../observability/logger.ts';
import { isHttpEvent } from './http-event.ts';
import { problem } from './problem.ts';

/**
 * Middleware that answers HTTP callers with problem details: 400 says what is wrong with the request, 500 says
 * nothing of the inside. Other callers get the error itself, as Lambda reports it.
 */
export const problemOnError = (): MiddlewareObj => ({
  onError: (request) => {
    if (!isHttpEvent(request.event)) return;
    if (request.error instanceof InvalidInputError) {
      request.response = problem(400, request.error.message);
      return;
    }
    logger.error('request failed', { error: request.error });
    request.response = problem(
      500,
      'The request could not be handled. Nothing is known to be wrong with it: try again.',
    );
  },
});
