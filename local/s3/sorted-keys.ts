import { SortedList } from '../sorted-list.ts';

/**
 * The keys of a bucket in the order of their UTF-8 bytes, which differs from JavaScript's order of strings. Keys are
 * therefore kept as byte strings, see {@link toBytes}; prefixes and delimiters are compared in this form too.
 */
export class SortedKeys {
  readonly #keys = new SortedList<string>();

  constructor(keys: Iterable<string> = []) {
    for (const key of keys) this.add(key);
  }

  /** Returns the first key that is not less than `bytes`. */
  ceiling(bytes: string): string | undefined {
    return this.#keys.first((key) => compareBytes(key, bytes));
  }

  add(key: string): void {
    const bytes = toBytes(key);
    this.#keys.put(bytes, (other) => compareBytes(other, bytes));
  }

  delete(key: string): void {
    const bytes = toBytes(key);
    this.#keys.delete((other) => compareBytes(other, bytes));
  }
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
