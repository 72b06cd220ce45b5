import * as z from 'zod';
import { InvalidInputError } from '../invalid-input-error.ts';

/** An object named by an S3 event. */
export interface UploadedObject {
  bucket: string;
  /** As it is in the bucket: decoded. */
  key: string;
}

/** What S3 writes when a notification is set up: no `Records`, nothing to do. */
const testEvent = z.object({ Event: z.literal('s3:TestEvent') });

const uploadEvent = z.object({
  Records: z.array(
    z.object({
      s3: z.object({ bucket: z.object({ name: z.string() }), object: z.object({ key: z.string() }) }),
    }),
  ),
});

/**
 * Reads the body of an upload queue message: an S3 event, delivered raw.
 *
 * @returns the objects it names; none for `s3:TestEvent`
 * @throws InvalidInputError for anything else
 */
export function readUploadEvent(body: string): UploadedObject[] {
  try {
    const value: unknown = JSON.parse(body);
    if (testEvent.safeParse(value).success) return [];
    return uploadEvent
      .parse(value)
      .Records.map(({ s3 }) => ({ bucket: s3.bucket.name, key: decodeKey(s3.object.key) }));
  } catch (cause) {
    throw new InvalidInputError(`upload message: must be an S3 event, received ${body.slice(0, 80)}`, {
      cause,
    });
  }
}

/** S3 events carry keys form-encoded: `+` for a space, percent signs for the rest. */
const decodeKey = (key: string): string => decodeURIComponent(key.replaceAll('+', ' '));
