import { isPartMessage, type PartMessage, readPartMessage } from './part-message.ts';
import { readUploadEvent, type UploadedObject } from './upload-event.ts';

/** What a message of the upload queue is about: whole objects, or one part of an order file. */
export type UploadMessage = { objects: UploadedObject[] } | { part: PartMessage };

/** @throws InvalidInputError for a body that is neither an S3 event nor a part */
export function readUploadMessage(body: string): UploadMessage {
  return isPartMessage(body) ? { part: readPartMessage(body) } : { objects: readUploadEvent(body) };
}
