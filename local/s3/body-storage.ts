import type { Storage } from '../aws-services/storage.ts';

/** Bodies of objects or parts by ID, in storage. */
export interface BodyStorage {
  /** @param replacedSize Size in bytes of the body that is replaced. Default: there is none. */
  set(id: string, body: Buffer, replacedSize?: number): void;
  delete(id: string, size: number): void;
  /** Reads the bodies of an earlier run. */
  load(): Map<string, Buffer>;
}

/** SQLite's rows contain at most 1,000,000,000 bytes, including the key: https://www.sqlite.org/limits.html */
const MAX_CHUNK_BYTES = 512 * 1024 * 1024;

/**
 * Opens storage of bodies. Each is one value, or several if it is larger than a chunk.
 *
 * @param chunkBytes Default: 512 MiB.
 */
export function openBodyStorage(storage: Storage, name: string, chunkBytes = MAX_CHUNK_BYTES): BodyStorage {
  const blobs = storage.blobs(name);
  const chunkCount = (size: number) => Math.max(1, Math.ceil(size / chunkBytes));
  const chunkKey = (index: number, id: string) => `${index} ${id}`;

  function deleteChunks(id: string, from: number, to: number): void {
    for (let index = from; index < to; index++) blobs.delete(chunkKey(index, id));
  }

  return {
    set(id, body, replacedSize) {
      const count = chunkCount(body.length);
      for (let index = 0; index < count; index++) {
        blobs.set(chunkKey(index, id), body.subarray(index * chunkBytes, (index + 1) * chunkBytes));
      }
      if (replacedSize !== undefined) deleteChunks(id, count, chunkCount(replacedSize));
    },
    delete: (id, size) => deleteChunks(id, 0, chunkCount(size)),
    load() {
      const chunks = new Map<string, Buffer[]>();
      for (const [key, bytes] of blobs.entries()) {
        const space = key.indexOf(' ');
        const id = key.slice(space + 1);
        const body = chunks.get(id) ?? [];
        body[Number(key.slice(0, space))] = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
        chunks.set(id, body);
      }
      const join = (parts: Buffer[]) => (parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts));
      return new Map(Array.from(chunks, ([id, parts]) => [id, join(parts)]));
    },
  };
}
