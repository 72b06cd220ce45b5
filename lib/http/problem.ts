import type { MiddlewareObj } from '@middy/core';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { InvalidInputError, isUnreachable, UnavailableError } from '../errors.ts';
import { logger } from '../observability/logger.ts';
import { BodyTooLargeError, isHttpEvent } from './request.ts';

/** Further members of the problem details, such as a list of errors. */
type Extension = Readonly<Record<string, unknown>>;

const TITLES = {
  400: 'Bad Request',
  403: 'Forbidden',
  404: 'Not Found',
  409: 'Conflict',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  421: 'Misdirected Request',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
} as const;

/** Builds a JSON response. */
export function json(statusCode: number, body: unknown): APIGatewayProxyStructuredResultV2 {
  return { statusCode, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

/**
 * Builds an error response with problem details (RFC 9457). Their type is `about:blank`, so the title is that of the status.
 *
 * @param detail What is wrong with this request, and what is accepted.
 */
export function problem(
  status: keyof typeof TITLES,
  detail: string,
  extension: Extension = {},
): APIGatewayProxyStructuredResultV2 {
  const body = { type: 'about:blank', title: TITLES[status], status, detail, ...extension };
  return { ...json(status, body), headers: { 'content-type': 'application/problem+json' } };
}

/**
 * Converts an error to a status and a detail for an HTTP caller. With 400 and 413, the detail names the error in the request;
 * with 503, it names the unavailable service. With 500, it reveals nothing internal.
 */
export function explainToCaller(error: unknown): { status: 400 | 413 | 500 | 503; detail: string } {
  if (error instanceof InvalidInputError) return { status: 400, detail: error.message };
  if (error instanceof BodyTooLargeError) return { status: 413, detail: error.message };
  if (error instanceof UnavailableError) return { status: 503, detail: error.message };
  if (isUnreachable(error)) {
    const detail = 'A database or service is unavailable or resuming. Try again in a minute.';
    return { status: 503, detail };
  }
  const detail = 'The request could not be processed because of an internal error. Try again.';
  return { status: 500, detail };
}

/** Middleware that converts errors to problem details for HTTP callers. For other callers, Lambda reports the error itself. */
export const problemOnError = (): MiddlewareObj => ({
  onError: (request) => {
    const { event, error } = request;
    if (!isHttpEvent(event)) return;
    const { status, detail } = explainToCaller(error);
    if (status >= 500) logger.error('request failed', { error });
    request.response = problem(status, detail);
  },
});
