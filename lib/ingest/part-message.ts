import * as z from 'zod/mini';
import { InvalidInputError } from '../errors.ts';
import { parseJson } from '../json.ts';
import { printable, received } from '../text.ts';
import { beginReceipt, type Receipt, resultKey } from './receipt.ts';
import { bucketName, MAX_KEY_BYTES, readUploadEvent, type UploadedObject } from './upload-event.ts';

const bytes = z.int().check(z.nonnegative());
const position = z.int().check(z.positive());

/** A message of the upload queue for one part of an order file. */
const partMessage = z
  .object({
    event: z.literal('OrderFilePart'),
    bucket: bucketName,
    key: z.string().check(z.refine((key) => key !== '' && Buffer.byteLength(key) <= MAX_KEY_BYTES)),
    /** Entity tag of the object when it was split. */
    etag: z.string().check(z.minLength(1)),
    /** Size of the object, in bytes. */
    size: bytes,
    format: z.enum(['ndjson', 'csv']),
    /** Header line of a CSV file. */
    header: z.optional(z.string()),
    /** Offset of the file's first row, in bytes. */
    first_row_at: bytes,
    /** Number of lines before the first row. */
    lines_before: bytes,
    /** Number of the part, from 1. */
    part: position,
    /** Number of all parts of the file. */
    parts: position,
    /** The part has the rows that begin at or after this byte. */
    from: bytes,
    /** The part has the rows that begin before this byte. */
    to: bytes,
    /** Identifies the upload. A redelivered upload message has the same run. */
    run: z.string().check(z.regex(/^[0-9a-f]{16}$/)),
    /** Time of the upload, ISO 8601. */
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

/** Returns whether a message's body declares itself a part of an order file. */
export function isPartMessage(body: string): boolean {
  return Object(parseJson(body)).event === 'OrderFilePart';
}

/**
 * Reads the body of a message for which `isPartMessage` holds.
 *
 * @throws InvalidInputError if the part is invalid.
 */
export function readPartMessage(body: string): PartMessage {
  const parsed = partMessage.safeParse(parseJson(body));
  if (parsed.success) return parsed.data;
  const paths = new Set(parsed.error.issues.map(({ path }) => path.join('.')));
  const rule = `must be a valid part of an order file, but ${[...paths].join(', ')} is not valid`;
  throw new InvalidInputError(`upload message: ${printable(rule)}, received ${received(body)}`, {
    cause: parsed.error,
  });
}

/** Content of a message of the upload queue: whole objects, or one part of an order file. */
export type UploadMessage = { objects: UploadedObject[] } | { part: PartMessage };

/**
 * Reads the body of a message of the upload queue.
 *
 * @throws InvalidInputError for a body that is neither an S3 event nor a part.
 */
export function readUploadMessage(body: string): UploadMessage {
  return isPartMessage(body) ? { part: readPartMessage(body) } : { objects: readUploadEvent(body) };
}

/** Parts per group: as many as one page of a listing. */
export const GROUP_PARTS = 1_000;

const LONGEST_NAME = 'receipts/0000/0000001.json';

/** Keys of the parts' results of one upload, in the results bucket: under `<key>.parts/<run>/`. */
export interface PartKeys {
  /** Key of a part's receipt. Parts count from 1. */
  receipt(part: number): string;
  /** Key of a part's rejected rows. */
  rejected(part: number): string;
  /** Prefix of the receipts of a group's parts. Groups count from 0. */
  receiptsOf(group: number): string;
  /** Key of a group's merged receipts. */
  group(group: number): string;
  /** Prefix of the keys of all groups. */
  groups: string;
}

export function partKeys(key: string, run: string): PartKeys {
  // The longest name is included, so that all keys share one prefix even if the object's key has to be cut.
  const begin = resultKey(key, `.parts/${run}/${LONGEST_NAME}`).slice(0, -LONGEST_NAME.length);
  const digits = (value: number, length: number) => String(value).padStart(length, '0');
  const receiptsOf = (group: number) => `${begin}receipts/${digits(group, 4)}/`;
  const groups = `${begin}groups/`;
  return {
    receipt: (part) => `${receiptsOf(groupOf(part))}${digits(part, 7)}.json`,
    rejected: (part) => `${begin}rejected/${digits(part, 7)}.ndjson`,
    receiptsOf,
    group: (group) => `${groups}${digits(group, 4)}.json`,
    groups,
  };
}

export function groupOf(part: number): number {
  return Math.floor((part - 1) / GROUP_PARTS);
}

/** Receipt of one part of an order file. */
export interface PartReceipt extends Omit<Receipt, 'failed_parts'> {
  /** Number of the part, from 1. */
  part: number;
  parts: number;
  /** Number of lines of the part, including the header in the first part. For a failed part: the lines read. */
  lines: number;
}

export function beginPartReceipt(message: PartMessage): PartReceipt {
  const { size, etag, format, part, parts } = message;
  return { ...beginReceipt(message), size, etag, format, gzipped: false, part, parts, lines: 0 };
}
