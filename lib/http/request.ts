import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { InvalidInputError } from '../errors.ts';
import { joinFaults, printable, received } from '../text.ts';

/** Whether a function was called over HTTP (payload format 2.0) rather than invoked. */
export function isHttpEvent(event: unknown): event is APIGatewayProxyEventV2 {
  return typeof event === 'object' && event !== null && 'requestContext' in event && 'rawPath' in event;
}

/** A request whose body has more bytes than are read: the message says how many there may be. */
export class BodyTooLargeError extends Error {
  override readonly name = 'BodyTooLargeError';
  readonly code = 'body_too_large';
}

/**
 * Bytes that a body may have: a thousand orders of 1 KiB each. What is larger is an order file, for which there is the
 * upload bucket; and no caller can make a function parse the 6 MB that Lambda would hand on.
 */
const MAX_BODY = 1_048_576;

/**
 * Reads a request's body as JSON, whatever its content type says: `curl -d` sends JSON as a web form, and what is not
 * JSON is refused all the same.
 *
 * @throws InvalidInputError, or BodyTooLargeError above 1 MiB
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
 * Reads a request's query parameters, each of which may be given once. (API Gateway's `queryStringParameters` joins what
 * is repeated with commas, which looks like one value.)
 *
 * @throws InvalidInputError that names each parameter that is repeated
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
