import { describe, expect, it } from 'vitest';
import { MessageList } from '../../local/aws-services/message-list.ts';

describe('MessageList', () => {
  it('contains the same messages as an array after any sequence of push and shift', () => {
    const list = new MessageList([-2, -1]);
    const array = [-2, -1];
    for (let step = 0; step < 10_000; step++) {
      // Grows for a while, then shrinks until it is empty, then grows again.
      if (step % 7 < (step % 8_000 < 4_000 ? 5 : 2)) {
        expect(list.push(step)).toBe(array.push(step));
      } else {
        expect(list.shift()).toBe(array.shift());
      }
      expect(list.length).toBe(array.length);
      if (step % 1_000 === 0) expect([...list]).toEqual(array);
    }
    expect([0, 1, array.length - 1, array.length].map((index) => list.at(index))).toEqual([
      array[0],
      array[1],
      array.at(-1),
      undefined,
    ]);
  });

  it('is empty after its last message was removed, and then returns undefined', () => {
    const list = new MessageList(['a']);
    expect([list.shift(), list.shift(), list.length, [...list]]).toEqual(['a', undefined, 0, []]);
  });

  it('returns 300,000 messages in less than 3 s, where an array takes 10 s', () => {
    const count = 300_000;
    const list = new MessageList(Array.from({ length: count }, (_, index) => index));
    const start = performance.now();
    let sum = 0;
    for (let index = 0; index < count; index++) sum += list.shift() ?? Number.NaN;
    expect(sum).toBe((count * (count - 1)) / 2);
    expect(performance.now() - start).toBeLessThan(3_000);
  });
});
