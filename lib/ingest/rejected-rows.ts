import type { ObjectStore, ObjectWriter } from '../aws/object-store.ts';
import type { OrderIssue } from '../order/order.ts';

/** A row that is not an order. */
export interface RejectedRow {
  line: number;
  errors: OrderIssue[];
  raw: string;
}

/** Rejected rows of one order file, written as NDJSON while the file is read; no object where there are none. */
export class RejectedRows {
  readonly #objectStore: ObjectStore;
  readonly #bucket: string;
  readonly #key: string;
  #writer: ObjectWriter | undefined;

  constructor(objectStore: ObjectStore, bucket: string, key: string) {
    this.#objectStore = objectStore;
    this.#bucket = bucket;
    this.#key = key;
  }

  async add({ line, errors, raw }: RejectedRow): Promise<void> {
    this.#writer ??= this.#objectStore.create(this.#bucket, this.#key, 'application/x-ndjson');
    await this.#writer.write(`${JSON.stringify({ line, errors, raw })}\n`);
  }

  /** Makes the object exist, or, where no row was rejected, removes the one of an earlier upload of the same key. */
  async close(): Promise<void> {
    await (this.#writer?.close() ?? this.#objectStore.remove(this.#bucket, this.#key));
  }

  /** Gives them up: what is there of an earlier upload stays. */
  async abandon(): Promise<void> {
    await this.#writer?.abandon();
  }
}

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
