/** Keys in a block before it is split. Inserting into a block moves half of its keys. */
const BLOCK_KEYS = 512;

/**
 * The keys of a bucket in the order of their UTF-8 bytes, which differs from JavaScript's order of strings. Keys are
 * therefore kept as byte strings, see {@link toBytes}; prefixes and delimiters are compared in this form too.
 */
export class SortedKeys {
  /** Sorted keys in blocks. There is always a block, and only the first may be empty. */
  readonly #blocks: string[][];

  constructor(keys: Iterable<string> = []) {
    const sorted = Array.from(keys, toBytes).sort(compareBytes);
    this.#blocks = [sorted.splice(0, BLOCK_KEYS)];
    for (let start = 0; start < sorted.length; start += BLOCK_KEYS) {
      this.#blocks.push(sorted.slice(start, start + BLOCK_KEYS));
    }
  }

  /** Returns the first key that is not less than `bytes`. */
  ceiling(bytes: string): string | undefined {
    const index = this.#blockIndex(bytes);
    const block = this.#blocks[index] as string[];
    return block[lowerBound(block, bytes)] ?? this.#blocks[index + 1]?.[0];
  }

  add(key: string): void {
    const bytes = toBytes(key);
    const blockIndex = this.#blockIndex(bytes);
    const block = this.#blocks[blockIndex] as string[];
    const index = lowerBound(block, bytes);
    if (block[index] === bytes) return;
    block.splice(index, 0, bytes);
    if (block.length > 2 * BLOCK_KEYS) this.#blocks.splice(blockIndex + 1, 0, block.splice(BLOCK_KEYS));
  }

  delete(key: string): void {
    const bytes = toBytes(key);
    const blockIndex = this.#blockIndex(bytes);
    const block = this.#blocks[blockIndex] as string[];
    const index = lowerBound(block, bytes);
    if (block[index] !== bytes) return;
    block.splice(index, 1);
    if (block.length === 0 && this.#blocks.length > 1) this.#blocks.splice(blockIndex, 1);
  }

  /** Returns the index of the last block that begins before `bytes` or with it, or of the first block. */
  #blockIndex(bytes: string): number {
    let low = 1;
    let high = this.#blocks.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#blocks[middle]?.[0] as string) <= bytes) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}

/** Returns the index of the first key that is not less than `bytes`. */
function lowerBound(keys: string[], bytes: string): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((keys[middle] as string) < bytes) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Compares byte strings, for `sort`. */
export const compareBytes = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

/** Converts text to a string with one character for each of its UTF-8 bytes. */
export const toBytes = (text: string) => Buffer.from(text).toString('latin1');

/** Converts a byte string to text. */
export const fromBytes = (bytes: string) => Buffer.from(bytes, 'latin1').toString();

/** Returns the least byte string after `bytes`. */
export const after = (bytes: string) => `${bytes}\u0000`;

/** Returns a byte string that follows all that begin with `prefix`. */
export const afterPrefix = (prefix: string) => `${prefix}\u0100`;
