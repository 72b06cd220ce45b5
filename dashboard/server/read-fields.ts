import * as z from 'zod';
import { InvalidInputError } from '../../lib/errors.ts';
import { joinFaults, received } from '../../lib/text.ts';

/** Schemas by field; the description of each is its rule, as an error tells it. */
type Shape = Readonly<Record<string, z.core.$ZodType>>;
type Fields<Known extends Shape> = z.output<z.ZodObject<{ -readonly [Name in keyof Known]: Known[Name] }>>;

/**
 * Reads the fields of a request's body or query.
 *
 * @throws InvalidInputError that names each field at fault, its rule and the value received
 */
export function readFields<Known extends Shape>(shape: Known, input: unknown): Fields<Known> {
  if (typeof input !== 'object' || input === null || Array.isArray(input))
    throw new InvalidInputError(`body: must be a JSON object, received ${received(input)}`);
  const result = z.strictObject(shape).safeParse(input);
  if (result.success) return result.data as Fields<Known>;
  const values = input as Record<string, unknown>;
  const faults = result.error.issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') {
      const known = Object.keys(shape).join(', ') || 'none';
      return issue.keys.map((key) => `${received(key)}: is not known, must be one of ${known}`);
    }
    const name = String(issue.path[0]);
    const rule = shape[name] && z.globalRegistry.get(shape[name])?.description;
    return `${name}: must be ${rule}, received ${received(values[name])}`;
  });
  throw new InvalidInputError(joinFaults([...new Set(faults)]));
}
