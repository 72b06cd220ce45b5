import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';

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
