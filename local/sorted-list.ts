/** Position of an element relative to a range: below 0 before it, 0 in it, above 0 after it. */
export type Side<Element> = (element: Element) => number;

/** Most elements of a chunk. An insertion into one array of 100,000 elements takes half a millisecond. */
const MAX_CHUNK = 512;

/** Sorted elements. They are kept in chunks, so that an insertion moves few of them. */
export class SortedList<Element> {
  readonly #chunks: Element[][] = [];

  /** Returns the element at which `side` is 0, for a `side` that is 0 for at most one. */
  get(side: Side<Element>): Element | undefined {
    const [chunk, index] = this.#find(side);
    const element = this.#chunks[chunk]?.[index];
    return element !== undefined && side(element) === 0 ? element : undefined;
  }

  /** Puts an element where `side` is 0. @returns The element that it replaces. */
  put(element: Element, side: Side<Element>): Element | undefined {
    const [number, index] = this.#find(side);
    // An element after all others extends the last chunk.
    const target = Math.min(number, Math.max(0, this.#chunks.length - 1));
    const chunk = this.#chunks[target];
    if (!chunk) {
      this.#chunks.push([element]);
      return undefined;
    }
    const old = chunk[index];
    if (target === number && old !== undefined && side(old) === 0) {
      chunk[index] = element;
      return old;
    }
    chunk.splice(target === number ? index : chunk.length, 0, element);
    if (chunk.length > MAX_CHUNK) this.#chunks.splice(target + 1, 0, chunk.splice(MAX_CHUNK / 2));
    return undefined;
  }

  /** Removes the element at which `side` is 0. @returns The element, if there was one. */
  delete(side: Side<Element>): Element | undefined {
    const [number, index] = this.#find(side);
    const chunk = this.#chunks[number];
    const old = chunk?.[index];
    if (!chunk || old === undefined || side(old) !== 0) return undefined;
    chunk.splice(index, 1);
    if (chunk.length === 0) this.#chunks.splice(number, 1);
    return old;
  }

  /** Returns the first element that is not before a range. */
  first(side: Side<Element>): Element | undefined {
    const [chunk, index] = this.#find(side);
    return this.#chunks[chunk]?.[index];
  }

  /** Returns the elements from the first one that is not before a range, in ascending order. */
  *from(side: Side<Element>): Generator<Element> {
    const [first, start] = this.#find(side);
    for (let number = first; number < this.#chunks.length; number++) {
      const chunk = this.#chunks[number] ?? [];
      for (let index = number === first ? start : 0; index < chunk.length; index++)
        yield chunk[index] as Element;
    }
  }

  /** Returns the elements before a range, in descending order. */
  *before(side: Side<Element>): Generator<Element> {
    const [last, end] = this.#find(side);
    for (let number = last; number >= 0; number--) {
      const chunk = this.#chunks[number] ?? [];
      for (let index = (number === last ? end : chunk.length) - 1; index >= 0; index--)
        yield chunk[index] as Element;
    }
  }

  /** Returns the chunk and the index of the first element that is not before a range. */
  #find(side: Side<Element>): [chunk: number, index: number] {
    const chunk = firstIndex(this.#chunks, (elements) => side(elements[elements.length - 1] as Element));
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
