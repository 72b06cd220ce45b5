import type { ObjectStore } from '../aws/object-store.ts';
import type { RejectedRow } from './rejected-rows.ts';

/**
 * Rejected rows of an order file, as ingest has written them.
 *
 * @throws ServiceError
 */
export async function* readRejectedRows(
  objectStore: ObjectStore,
  bucket: string,
  key: string,
): AsyncGenerator<RejectedRow> {
  const { body } = await objectStore.open(bucket, key);
  try {
    let rest = '';
    // Not by `node:readline`: it ends a line at U+2028, too, which stands in JSON as it is.
    for await (const chunk of body.setEncoding('utf8')) {
      const lines = `${rest}${chunk}`.split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) yield JSON.parse(line) as RejectedRow;
    }
  } finally {
    body.destroy();
  }
}
