import * as z from 'zod/mini';
import { InvalidInputError } from '../errors.ts';
import { received } from '../text.ts';

/** An object of an S3 event. */
export interface UploadedObject {
  bucket: string;
  /** Decoded key. */
  key: string;
  /** Size in bytes, according to the event. */
  size?: number | undefined;
  /** Distinguishes uploads of one key, according to the event. */
  sequencer?: string | undefined;
  /** Time of the upload, ISO 8601, according to the event. */
  uploadedAt?: string | undefined;
}

/** Longest key: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html */
export const MAX_KEY_BYTES = 1_024;

/** S3 sends this event, without `Records`, when a notification is configured. */
const testEvent = z.object({ Event: z.literal('s3:TestEvent') });

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
export const bucketName = z.string().check(z.regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/));

/** S3 events carry keys form-encoded: `+` for a space, percent signs for the rest. */
const objectKey = z
  .pipe(
    z.string(),
    z.transform((key) => decodeURIComponent(key.replaceAll('+', ' '))),
  )
  .check(z.refine((key) => key !== '' && key.isWellFormed() && Buffer.byteLength(key) <= MAX_KEY_BYTES));

/** Fields that S3 always sets, but that are not required to ingest a file. */
const optional = <Schema extends z.ZodMiniType>(schema: Schema) => z.catch(z.optional(schema), undefined);

const uploadEvent = z.object({
  Records: z.array(
    z.object({
      eventTime: optional(z.iso.datetime()),
      s3: z.object({
        bucket: z.object({ name: bucketName }),
        object: z.object({
          key: objectKey,
          size: optional(z.int().check(z.nonnegative())),
          sequencer: optional(z.string()),
        }),
      }),
    }),
  ),
});

/**
 * Reads the body of an upload queue message: an S3 event, delivered raw.
 *
 * @returns The objects of the event; none for `s3:TestEvent`.
 * @throws InvalidInputError for any other body.
 */
export function readUploadEvent(body: string): UploadedObject[] {
  try {
    const value: unknown = JSON.parse(body);
    if (testEvent.safeParse(value).success) return [];
    return uploadEvent.parse(value).Records.map(({ eventTime, s3: { bucket, object } }) => ({
      bucket: bucket.name,
      ...object,
      uploadedAt: eventTime,
    }));
  } catch (cause) {
    const rule = 'must be an S3 event with valid bucket names and object keys';
    throw new InvalidInputError(`upload message: ${rule}, received ${received(body)}`, { cause });
  }
}
