import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { InvalidInputError } from '../invalid-input-error.ts';

/**
 * Reads a request's body as JSON, whatever its content type says: `curl -d` sends JSON as a web form, and what is not
 * JSON is refused all the same.
 *
 * @throws InvalidInputError
 */
export function readJsonBody({ body = '', isBase64Encoded }: APIGatewayProxyEventV2): unknown {
  const text = isBase64Encoded ? Buffer.from(body, 'base64').toString('utf8') : body;
  try {
    return JSON.parse(text);
  } catch (error) {
    const found = text.trim() === '' ? 'an empty body' : (error as Error).message;
    throw new InvalidInputError(`body: must be JSON, received ${found}`);
  }
}
