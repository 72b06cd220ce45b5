import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { InvalidInputError } from '../invalid-input-error.ts';
import { printable } from '../order/received.ts';
import { BodyTooLargeError } from './body-too-large-error.ts';

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
