import { createInterface } from 'node:readline';
import type { ObjectStore } from '../../../lib/aws/object-store.ts';
import type { RejectedRow } from '../../../lib/ingest/rejected-rows.ts';

/** Rejected rows of an order file, as ingest has written them. */
export async function* readRejectedRows(
  objectStore: ObjectStore,
  bucket: string,
  key: string,
): AsyncGenerator<RejectedRow> {
  const { body } = await objectStore.open(bucket, key);
  try {
    for await (const line of createInterface({ input: body, crlfDelay: Number.POSITIVE_INFINITY }))
      yield JSON.parse(line) as RejectedRow;
  } finally {
    body.destroy();
  }
}
