import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { InvalidInputError } from '../errors.ts';
import { joinFaults, printable, received } from '../text.ts';

/** Returns whether an event is an HTTP request (payload format 2.0) rather than the input of a direct invocation. */
export function isHttpEvent(event: unknown): event is APIGatewayProxyEventV2 {
  return typeof event === 'object' && event !== null && 'requestContext' in event && 'rawPath' in event;
}

/** A request body that is too large. The message names the limit. */
export class BodyTooLargeError extends Error {
  override readonly name = 'BodyTooLargeError';
  readonly code = 'body_too_large';
}

/**
 * Maximum size of a body, in bytes: a thousand orders of 1 KiB each. It protects functions from parsing the 6 MB that Lambda
 * accepts; larger sets of orders go to the upload bucket.
 */
const MAX_BODY = 1_048_576;

/**
 * Reads a request's body as JSON. The content type is ignored, because `curl -d` labels JSON as a web form.
 *
 * @throws InvalidInputError, or BodyTooLargeError above 1 MiB.
 */
export function readJsonBody({ body = '', isBase64Encoded }: APIGatewayProxyEventV2): unknown {
  const bytes = Buffer.byteLength(body, isBase64Encoded ? 'base64' : 'utf8');
  if (bytes > MAX_BODY) {
    const rule = `must have at most ${MAX_BODY.toLocaleString('en')} bytes`;
    throw new BodyTooLargeError(`body: ${rule}, received ${bytes.toLocaleString('en')}`);
  }
  const text = isBase64Encoded ? Buffer.from(body, 'base64').toString('utf8') : body;
  try {
    return JSON.parse(text);
  } catch (error) {
    const found = text.trim() === '' ? 'an empty body' : printable((error as Error).message);
    throw new InvalidInputError(`body: must be JSON, received ${found}`);
  }
}

/**
 * Reads a request's query parameters, each of which may be given once. It reads the raw query string, since API Gateway's
 * `queryStringParameters` joins repeated values with commas.
 *
 * @throws InvalidInputError that names each repeated parameter.
 */
export function readQuery({
  rawQueryString,
}: Pick<APIGatewayProxyEventV2, 'rawQueryString'>): Record<string, string> {
  const query = new URLSearchParams(rawQueryString);
  const repeated = [...new Set(query.keys())].filter((name) => query.getAll(name).length > 1);
  if (repeated.length > 0) {
    const faults = repeated.map((name) => {
      const values = query.getAll(name).map(received);
      return `${received(name)}: must be given once, received ${values.length} values: ${values.slice(0, 3).join(', ')}`;
    });
    throw new InvalidInputError(joinFaults(faults));
  }
  return Object.fromEntries(query);
}
