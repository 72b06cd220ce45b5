import type { MiddlewareObj } from '@middy/core';
import { logger } from '../observability/logger.ts';
import { explainToCaller } from './explain-to-caller.ts';
import { isHttpEvent } from './http-event.ts';
import { problem } from './problem.ts';

/** Middleware that answers HTTP callers with problem details. Other callers get the error itself, as Lambda reports it. */
export const problemOnError = (): MiddlewareObj => ({
  onError: (request) => {
    const { event, error } = request;
    if (!isHttpEvent(event)) return;
    const { status, detail } = explainToCaller(error);
    if (status >= 500) logger.error('request failed', { error });
    request.response = problem(status, detail);
  },
});
