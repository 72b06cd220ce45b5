import type { MiddlewareObj } from '@middy/core';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { InvalidInputError, isOutOfReach, UnavailableError } from '../errors.ts';
import { logger } from '../observability/logger.ts';
import { BodyTooLargeError, isHttpEvent } from './request.ts';

/** Members of a problem besides the standard ones, e.g. the errors found. */
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

/** An answer as JSON. */
export function json(statusCode: number, body: unknown): APIGatewayProxyStructuredResultV2 {
  return { statusCode, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

/**
 * An error answer: problem details (RFC 9457). Its type is `about:blank`, so the title is the status' own.
 *
 * @param detail what is wrong here, and what would be right
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
