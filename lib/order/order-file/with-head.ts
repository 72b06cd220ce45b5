/** Passes a file through, its first chunk grown to at least `size` bytes, or to the whole file if that is shorter. */
export async function* withHead(bytes: AsyncIterable<Uint8Array>, size: number): AsyncGenerator<Buffer> {
  let head: Uint8Array[] | undefined = [];
  let length = 0;
  for await (const chunk of bytes) {
    if (head) {
      head.push(chunk);
      length += chunk.length;
      if (length < size) continue;
    }
    yield head ? Buffer.concat(head) : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    head = undefined;
  }
  if (head) yield Buffer.concat(head);
}
