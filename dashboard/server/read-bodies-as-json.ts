import type { FastifyInstance } from 'fastify';
import { InvalidInputError } from '../../lib/errors.ts';
import { printable } from '../../lib/text.ts';

/** Bytes that a body may have: room for the body of any message worth mending, or a thousand message ids. */
const BODY_LIMIT = 256 * 1_024;

/** Takes JSON as the body of requests, and nothing else. */
export function readBodiesAsJson(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser<string>(
    'application/json',
    { parseAs: 'string', bodyLimit: BODY_LIMIT },
    (_request, text, done) => {
      if (text === '') return done(null, undefined);
      try {
        done(null, JSON.parse(text));
      } catch (error) {
        done(new InvalidInputError(`body: must be JSON, received ${printable((error as Error).message)}`));
      }
    },
  );
}
