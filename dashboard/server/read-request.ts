import type { FastifyInstance, FastifyRequest } from 'fastify';
import * as z from 'zod';
import { InvalidInputError } from '../../lib/errors.ts';
import { readQuery } from '../../lib/http/request.ts';
import { joinFaults, printable, received, unknownName } from '../../lib/text.ts';

/** Maximum bytes of a request body: enough for an edited message, or for 1,000 message IDs. */
const BODY_LIMIT = 256 * 1_024;

/** Accepts request bodies as JSON only. */
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

/**
 * Returns the query parameters of a request.
 *
 * @throws InvalidInputError if a parameter is repeated.
 */
export function queryOf({ url }: FastifyRequest): Record<string, string> {
  const start = url.indexOf('?');
  return readQuery({ rawQueryString: start < 0 ? '' : url.slice(start + 1) });
}

/** Schemas by field. Error messages quote a schema's description as the rule. */
type Shape = Readonly<Record<string, z.core.$ZodType>>;
type Fields<Known extends Shape> = z.output<z.ZodObject<{ -readonly [Name in keyof Known]: Known[Name] }>>;

/**
 * Validates the fields of a request's body or query.
 *
 * @throws InvalidInputError that names each invalid field, its rule and the received value.
 */
export function readFields<Known extends Shape>(shape: Known, input: unknown): Fields<Known> {
  if (typeof input !== 'object' || input === null || Array.isArray(input))
    throw new InvalidInputError(`body: must be a JSON object, received ${received(input)}`);
  const result = z.strictObject(shape).safeParse(input);
  if (result.success) return result.data as Fields<Known>;
  const values = input as Record<string, unknown>;
  const faults = result.error.issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') {
      const rule = unknownName(Object.keys(shape));
      return issue.keys.map((key) => `${received(key)}: ${rule}`);
    }
    const name = String(issue.path[0]);
    const rule = shape[name] && z.globalRegistry.get(shape[name])?.description;
    return `${name}: must be ${rule}, received ${received(values[name])}`;
  });
  throw new InvalidInputError(joinFaults([...new Set(faults)]));
}
