import * as z from 'zod/mini';
import { InvalidInputError } from '../invalid-input-error.ts';
import { parseJson } from '../json/parse-json.ts';
import { printable, received } from '../order/received.ts';
import { MAX_KEY_BYTES } from './result-key.ts';
import { bucketName } from './upload-event.ts';

const bytes = z.int().check(z.nonnegative());
const position = z.int().check(z.positive());

/** One part of an order file, as a message of the upload queue. */
const partMessage = z
  .object({
    event: z.literal('OrderFilePart'),
    bucket: bucketName,
    key: z.string().check(z.refine((key) => key !== '' && Buffer.byteLength(key) <= MAX_KEY_BYTES)),
    /** Of the object when it was split; another one is another file. */
    etag: z.string().check(z.minLength(1)),
    /** Of the object, in bytes. */
    size: bytes,
    format: z.enum(['ndjson', 'csv']),
    /** The line of a CSV file that names its columns. */
    header: z.optional(z.string()),
    /** Where the file's first row begins, in bytes, and how many lines come before it. */
    first_row_at: bytes,
    lines_before: bytes,
    /** Which one, from 1, of how many. */
    part: position,
    parts: position,
    /** The part has the rows that begin at or after this byte and before that one. */
    from: bytes,
    to: bytes,
    /** Which upload's parts these are: the same if its message is delivered again. */
    run: z.string().check(z.regex(/^[0-9a-f]{16}$/)),
    /** When the upload began, ISO 8601. */
    started_at: z.iso.datetime(),
  })
  .check(
    z.refine(({ part, parts }) => part <= parts, { path: ['part'] }),
    z.refine(({ first_row_at, from, to, size }) => first_row_at <= from && from < to && to <= size, {
      path: ['from'],
    }),
    z.refine(({ format, header }) => (format === 'csv') === (header !== undefined), { path: ['header'] }),
  );

export type PartMessage = z.infer<typeof partMessage>;

/** Whether a message's body says that it is a part of an order file. */
export function isPartMessage(body: string): boolean {
  return Object(parseJson(body)).event === 'OrderFilePart';
}

/**
 * Reads the body of a message for which `isPartMessage` holds.
 *
 * @throws InvalidInputError where it is no part that there can be
 */
export function readPartMessage(body: string): PartMessage {
  const parsed = partMessage.safeParse(parseJson(body));
  if (parsed.success) return parsed.data;
  const paths = new Set(parsed.error.issues.map(({ path }) => path.join('.')));
  const rule = `must be a part of an order file that there can be, which this is not by its ${[...paths].join(', ')}`;
  throw new InvalidInputError(`upload message: ${printable(rule)}, received ${received(body)}`, {
    cause: parsed.error,
  });
}
