interface Node<Value> {
  value?: Value;
  next?: Map<string, Node<Value>>;
}

/**
 * A cache by lists of texts, whose last one differs most. A list is looked up text by text, since joining long texts and
 * hashing the result takes most of the time that the cache would save.
 */
export class PathCache<Value> {
  readonly #limit: number;
  #root: Node<Value> = {};
  #size = 0;

  /** @param limit Maximum number of values. A full cache is emptied, which is cheaper than knowing what was used last. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  get(path: readonly string[]): Value | undefined {
    let node: Node<Value> | undefined = this.#root;
    for (const text of path) {
      node = node.next?.get(text);
      if (!node) return undefined;
    }
    return node.value;
  }

  /** Adds the value of a list that {@link get} did not find. */
  add(path: readonly string[], value: Value): void {
    if (this.#size >= this.#limit) {
      this.#root = {};
      this.#size = 0;
    }
    let node = this.#root;
    for (const text of path) {
      node.next ??= new Map();
      const next = node.next.get(text) ?? {};
      node.next.set(text, next);
      node = next;
    }
    node.value = value;
    this.#size++;
  }
}
