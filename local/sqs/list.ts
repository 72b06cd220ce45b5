/** The array is shortened when it starts with at least this many empty places, and they are at least half of it. */
const LEAST_EMPTY = 1_024;

/**
 * A first-in, first-out list whose operations cost the same at any length. `Array.prototype.shift` moves all elements
 * of a long array.
 */
export class List<Item> {
  #places: (Item | undefined)[] = [];
  /** Place of the first item: those before it are empty. */
  #start = 0;

  get length(): number {
    return this.#places.length - this.#start;
  }

  get first(): Item | undefined {
    return this.#places[this.#start];
  }

  push(item: Item): void {
    this.#places.push(item);
  }

  /** Removes and returns the first item. */
  shift(): Item | undefined {
    if (this.length === 0) return undefined;
    const item = this.#places[this.#start];
    this.#places[this.#start++] = undefined;
    if (this.#start >= LEAST_EMPTY && this.#start * 2 >= this.#places.length) {
      this.#places = this.#places.slice(this.#start);
      this.#start = 0;
    }
    return item;
  }
}
