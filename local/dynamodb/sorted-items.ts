import type { Item } from './values.ts';

/** Position of an item relative to a range: below 0 before it, 0 in it, above 0 after it. */
export type Side = (item: Item) => number;

/** Most items of a chunk. An insertion into one array of 100,000 items takes half a millisecond. */
const MAX_CHUNK = 512;

/** Sorted items. They are kept in chunks, so that an insertion moves few of them. */
export class SortedItems {
  readonly #chunks: Item[][] = [];

  /** Returns the item at which `side` is 0, for a `side` that is 0 for at most one. */
  get(side: Side): Item | undefined {
    const [chunk, index] = this.#find(side);
    const item = this.#chunks[chunk]?.[index];
    return item && side(item) === 0 ? item : undefined;
  }

  /** Puts an item where `side` is 0. @returns The item that it replaces. */
  put(item: Item, side: Side): Item | undefined {
    const [number, index] = this.#find(side);
    // An item after all others extends the last chunk.
    const target = Math.min(number, Math.max(0, this.#chunks.length - 1));
    const chunk = this.#chunks[target];
    if (!chunk) {
      this.#chunks.push([item]);
      return undefined;
    }
    const old = chunk[index];
    if (target === number && old && side(old) === 0) {
      chunk[index] = item;
      return old;
    }
    chunk.splice(target === number ? index : chunk.length, 0, item);
    if (chunk.length > MAX_CHUNK) this.#chunks.splice(target + 1, 0, chunk.splice(MAX_CHUNK / 2));
    return undefined;
  }

  /** Removes the item at which `side` is 0. @returns The item, if there was one. */
  delete(side: Side): Item | undefined {
    const [number, index] = this.#find(side);
    const chunk = this.#chunks[number];
    const old = chunk?.[index];
    if (!chunk || !old || side(old) !== 0) return undefined;
    chunk.splice(index, 1);
    if (chunk.length === 0) this.#chunks.splice(number, 1);
    return old;
  }

  /** Returns the items from the first one that is not before a range, in ascending order. */
  *from(side: Side): Generator<Item> {
    const [first, start] = this.#find(side);
    for (let number = first; number < this.#chunks.length; number++) {
      const chunk = this.#chunks[number] ?? [];
      for (let index = number === first ? start : 0; index < chunk.length; index++)
        yield chunk[index] as Item;
    }
  }

  /** Returns the items before a range, in descending order. */
  *before(side: Side): Generator<Item> {
    const [last, end] = this.#find(side);
    for (let number = last; number >= 0; number--) {
      const chunk = this.#chunks[number] ?? [];
      for (let index = (number === last ? end : chunk.length) - 1; index >= 0; index--)
        yield chunk[index] as Item;
    }
  }

  /** Returns the chunk and the index of the first item that is not before a range. */
  #find(side: Side): [chunk: number, index: number] {
    const chunk = firstIndex(this.#chunks, (items) => side(items[items.length - 1] as Item));
    return [chunk, firstIndex(this.#chunks[chunk] ?? [], side)];
  }
}

/** Returns the index of the first element that is not before a range. */
function firstIndex<Element>(elements: readonly Element[], side: (element: Element) => number): number {
  let low = 0;
  let high = elements.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (side(elements[middle] as Element) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
