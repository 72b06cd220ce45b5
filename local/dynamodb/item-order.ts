import { type Side, SortedList } from '../sorted-list.ts';
import { compareScalars, type Item, type ScalarType } from './values.ts';

/** One attribute of a key. */
export interface KeyPart {
  name: string;
  type: ScalarType;
}

/** Number of hash buckets. With a million items, each contains about 60. An empty table is scanned in microseconds. */
const BUCKETS = 2 ** 14;

/**
 * The items of a table or an index in the order of queries and scans: by the hash of their partition key, like DynamoDB's own,
 * then by their key. Because the order depends only on the key, even the key of a deleted item has a position. So a scan can
 * continue after any key, and concurrent writes make it neither skip nor repeat other items.
 */
export class ItemOrder {
  /** The partition key, the sort key if any and, in an index, the table's key, which makes the whole unique. */
  readonly parts: readonly KeyPart[];
  readonly #buckets: (SortedList<Item> | undefined)[] = new Array(BUCKETS);
  #size = 0;

  constructor(parts: readonly KeyPart[]) {
    this.parts = parts;
  }

  get size(): number {
    return this.#size;
  }

  get(key: Item): Item | undefined {
    return this.#buckets[this.bucketOf(key)]?.get((item) => this.compare(item, key));
  }

  /** Puts an item in its place. @returns The item of the same key that it replaces. */
  put(item: Item): Item | undefined {
    const number = this.bucketOf(item);
    let bucket = this.#buckets[number];
    if (!bucket) {
      bucket = new SortedList();
      this.#buckets[number] = bucket;
    }
    const old = bucket.put(item, (other) => this.compare(other, item));
    if (!old) this.#size++;
    return old;
  }

  /** Removes the item of a key. @returns The item, if there was one. */
  delete(key: Item): Item | undefined {
    const old = this.#buckets[this.bucketOf(key)]?.delete((item) => this.compare(item, key));
    if (old) this.#size--;
    return old;
  }

  /**
   * Returns the items of one partition within a range, in the order of their keys.
   *
   * @param after The page starts after this key.
   */
  *query(partition: Item, range: Side<Item>, forward: boolean, after?: Item): Generator<Item> {
    const bucket = this.#buckets[this.bucketOf(partition)];
    const first = this.parts.slice(0, 1);
    const side: Side<Item> = (item) => compareParts(first, item, partition) || range(item);
    const fromStart: Side<Item> = (item) => (after && this.compare(item, after) <= 0 ? -1 : side(item));
    const fromEnd: Side<Item> = (item) =>
      side(item) > 0 || (after && this.compare(item, after) >= 0) ? 0 : -1;
    for (const item of (forward ? bucket?.from(fromStart) : bucket?.before(fromEnd)) ?? []) {
      if (side(item) !== 0) return;
      yield item;
    }
  }

  /** Returns the items of a segment of the table, in its order. @param after The page starts after this key. */
  *scan(segment: number, totalSegments: number, after?: Item): Generator<Item> {
    const end = firstBucket(segment + 1, totalSegments);
    const start = after ? this.bucketOf(after) : firstBucket(segment, totalSegments);
    for (let number = start; number < end; number++) {
      const bucket = this.#buckets[number];
      const isAfter: Side<Item> = (item) =>
        after && number === start && this.compare(item, after) <= 0 ? -1 : 0;
      if (bucket) yield* bucket.from(isAfter);
    }
  }

  /** Returns whether a key belongs to a segment. */
  isInSegment(key: Item, segment: number, totalSegments: number): boolean {
    const number = this.bucketOf(key);
    return number >= firstBucket(segment, totalSegments) && number < firstBucket(segment + 1, totalSegments);
  }

  bucketOf(key: Item): number {
    const [partition] = this.parts;
    return partition ? hash(key[partition.name]?.[partition.type] ?? '') % BUCKETS : 0;
  }

  compare(a: Item, b: Item): number {
    return compareParts(this.parts, a, b);
  }
}

const firstBucket = (segment: number, totalSegments: number): number =>
  Math.ceil((segment * BUCKETS) / totalSegments);

function compareParts(parts: readonly KeyPart[], a: Item, b: Item): number {
  for (let position = 0; position < parts.length; position++) {
    const { name, type } = parts[position] as KeyPart;
    const textA = a[name]?.[type] ?? '';
    const textB = b[name]?.[type] ?? '';
    if (textA === textB) continue;
    // Any order of partitions is correct, so this is the fastest one.
    if (position === 0) return textA < textB ? -1 : 1;
    return compareScalars(type, textA, textB);
  }
  return 0;
}

/** FNV-1a with a last step that spreads the bits: http://www.isthe.com/chongo/tech/comp/fnv/ */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  value = Math.imul(value ^ (value >>> 15), 0x2c1b3c6d);
  return (value ^ (value >>> 13)) >>> 0;
}

/** Returns the key attributes of an item. */
export function pick(item: Item, parts: readonly KeyPart[]): Item {
  return Object.fromEntries(parts.map(({ name }) => [name, item[name] ?? {}]));
}
