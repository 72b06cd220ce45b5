import type { ObjectStore, ObjectWriter } from '../aws/object-store.ts';
import type { OrderIssue } from '../order/order.ts';

/** A row that is not a valid order. */
export interface RejectedRow {
  line: number;
  errors: OrderIssue[];
  raw: string;
}

/** Writes the rejected rows of one order file as NDJSON while the file is read. Without rejected rows there is no object. */
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

  /** Completes the object. If no row was rejected, removes the object of an earlier upload of the same key. */
  async close(): Promise<void> {
    await (this.#writer?.close() ?? this.#objectStore.remove(this.#bucket, this.#key));
  }

  /** Aborts the upload. The object of an earlier upload stays. */
  async abandon(): Promise<void> {
    await this.#writer?.abandon();
  }
}

/**
 * Reads the rejected rows of an order file, as written by `RejectedRows`.
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
    // `node:readline` would also split at U+2028, which JSON may contain unescaped.
    for await (const chunk of body.setEncoding('utf8')) {
      const lines = `${rest}${chunk}`.split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) yield JSON.parse(line) as RejectedRow;
    }
  } finally {
    body.destroy();
  }
}
