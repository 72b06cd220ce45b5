import * as z from 'zod/mini';
import { InvalidInputError } from '../errors.ts';
import { parseJson } from '../json.ts';
import { printable, received } from '../text.ts';
import { beginReceipt, type Receipt, resultKey } from './receipt.ts';
import { bucketName, MAX_KEY_BYTES, readUploadEvent, type UploadedObject } from './upload-event.ts';

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

/** What a message of the upload queue is about: whole objects, or one part of an order file. */
export type UploadMessage = { objects: UploadedObject[] } | { part: PartMessage };

/** @throws InvalidInputError for a body that is neither an S3 event nor a part */
export function readUploadMessage(body: string): UploadMessage {
  return isPartMessage(body) ? { part: readPartMessage(body) } : { objects: readUploadEvent(body) };
}

/** Parts whose receipts are merged into one: as many as one listing names. */
export const GROUP_PARTS = 1_000;

const LONGEST_NAME = 'receipts/0000/0000001.json';

/** Where the outcomes of the parts of one upload are, in the results bucket: under `<key>.parts/<run>/`. */
export interface PartKeys {
  /** Of a part, from 1. */
  receipt(part: number): string;
  rejected(part: number): string;
  /** What the receipts of a group's parts begin with; groups count from 0. */
  receiptsOf(group: number): string;
  /** The receipts of a group's parts, merged. */
  group(group: number): string;
  /** What the keys of groups begin with. */
  groups: string;
}

export function partKeys(key: string, run: string): PartKeys {
  // The longest name is counted in, so that all of them begin alike where the key has to be cut.
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

/** The group of a part. */
export function groupOf(part: number): number {
  return Math.floor((part - 1) / GROUP_PARTS);
}

/** The outcome of one part of an order file: what its receipt adds up. */
export interface PartReceipt extends Omit<Receipt, 'failed_parts'> {
  /** From 1. */
  part: number;
  parts: number;
  /** Lines that the part has: the first one also those of the header. Of a failed part, as far as it was read. */
  lines: number;
}

export function beginPartReceipt(message: PartMessage): PartReceipt {
  const { size, etag, format, part, parts } = message;
  return { ...beginReceipt(message), size, etag, format, gzipped: false, part, parts, lines: 0 };
}
