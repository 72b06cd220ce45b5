import { expect, test } from 'vitest';
import { joinFaults } from '../lib/text.ts';

test('joinFaults lists up to 20 faults and counts the rest', () => {
  expect(joinFaults(['one'])).toBe('one');
  expect(joinFaults(Array(20).fill('x'))).toBe(Array(20).fill('x').join('; '));
  expect(joinFaults(Array(1_020).fill('x'))).toBe(`${Array(20).fill('x').join('; ')}; and 1,000 more`);
});
