/** An item of a heap. Only its heap may change `at` and `place` while the item is in it. */
export interface HeapItem {
  /** Key. The item with the lowest key comes first. */
  at: number;
  /** Index in the heap. */
  place: number;
  /** Breaks ties: among items with the same key, the one that has had it longest comes first. */
  turn: number;
}

/**
 * A binary heap whose items know their place, so that any item can be removed in O(log n). Messages are usually added
 * in ascending order, which costs O(1).
 */
export class Heap<Item extends HeapItem> implements Iterable<Item> {
  readonly #items: Item[] = [];
  #turn = 0;

  get size(): number {
    return this.#items.length;
  }

  /** The item with the lowest key. */
  get first(): Item | undefined {
    return this.#items[0];
  }

  add(item: Item): void {
    item.turn = this.#turn++;
    this.#items.push(item);
    this.#up(item, this.#items.length - 1);
  }

  /** Removes an item of this heap. */
  remove(item: Item): void {
    const last = this.#items.pop() as Item;
    if (last !== item) this.#settle(last, item.place);
  }

  /** Changes the key of an item of this heap. */
  move(item: Item, at: number): void {
    item.at = at;
    item.turn = this.#turn++;
    this.#settle(item, item.place);
  }

  /** Iterates in no particular order. */
  [Symbol.iterator](): Iterator<Item> {
    return this.#items[Symbol.iterator]();
  }

  #settle(item: Item, place: number): void {
    if (place > 0 && isBefore(item, this.#items[(place - 1) >> 1] as Item)) this.#up(item, place);
    else this.#down(item, place);
  }

  #up(item: Item, from: number): void {
    const items = this.#items;
    let place = from;
    while (place > 0) {
      const above = (place - 1) >> 1;
      const parent = items[above] as Item;
      if (!isBefore(item, parent)) break;
      this.#put(parent, place);
      place = above;
    }
    this.#put(item, place);
  }

  #down(item: Item, from: number): void {
    const items = this.#items;
    let place = from;
    for (;;) {
      let below = 2 * place + 1;
      let child = items[below];
      if (!child) break;
      const other = items[below + 1];
      if (other && isBefore(other, child)) {
        child = other;
        below++;
      }
      if (!isBefore(child, item)) break;
      this.#put(child, place);
      place = below;
    }
    this.#put(item, place);
  }

  #put(item: Item, place: number): void {
    this.#items[place] = item;
    item.place = place;
  }
}

const isBefore = (one: HeapItem, other: HeapItem): boolean =>
  one.at < other.at || (one.at === other.at && one.turn < other.turn);
