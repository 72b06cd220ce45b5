import { describe, expect, test } from 'vitest';
import { Heap, type HeapItem } from '../../../local/sqs/heap.ts';
import { List } from '../../../local/sqs/list.ts';

/** Returns pseudorandom integers, the same in each run. */
function createRandom(): (below: number) => number {
  let seed = 7;
  return (below) => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed % below;
  };
}

const createItem = (at: number): HeapItem => ({ at, place: 0, turn: 0 });

describe('Heap', () => {
  test('has the same first item as a sorted array after any additions, removals and moves', () => {
    const random = createRandom();
    const heap = new Heap<HeapItem>();
    let items: HeapItem[] = [];
    for (let step = 0; step < 3_000; step++) {
      const item = items[random(items.length || 1)];
      const action = random(step % 1_000 < 600 ? 4 : 6);
      if (!item || action < 2) {
        const added = createItem(random(50));
        items.push(added);
        heap.add(added);
      } else if (action === 2) {
        heap.move(item, random(50));
        items = [...items.filter((each) => each !== item), item];
      } else {
        heap.remove(item);
        items = items.filter((each) => each !== item);
      }
      // A stable sort: of equal keys, the item that has its key for longest is the first.
      expect(heap.first).toBe(items.toSorted((one, other) => one.at - other.at)[0]);
      expect(heap.size).toBe(items.length);
    }
    expect(new Set(heap)).toEqual(new Set(items));
  });

  test('returns items with the same key in the order of their addition', () => {
    const heap = new Heap<HeapItem & { name: number }>();
    for (let name = 0; name < 100; name++) heap.add({ ...createItem(5), name });
    const names: number[] = [];
    for (let first = heap.first; first; first = heap.first) {
      names.push(first.name);
      heap.remove(first);
    }
    expect(names).toEqual(Array.from({ length: 100 }, (_, index) => index));
  });
});

test('List contains the same items as an array after any sequence of push and shift', () => {
  const random = createRandom();
  const list = new List<number>();
  const array: number[] = [];
  for (let step = 0; step < 20_000; step++) {
    // Grows for a while, then shrinks until it is empty, then grows again.
    if (random(7) < (step % 8_000 < 4_000 ? 5 : 2)) {
      list.push(step);
      array.push(step);
    } else {
      expect(list.shift()).toBe(array.shift());
    }
    expect([list.length, list.first]).toEqual([array.length, array[0]]);
  }
});
