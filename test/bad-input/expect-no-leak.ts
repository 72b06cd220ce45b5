import { expect } from 'vitest';

/** Checks that a log or response contains neither customer data nor internals of the program. */
export function expectNoLeak(text: string): void {
  expect(text).not.toMatch(/jane|doe\b|example\.(com|org)|evil\.example|kettle/i);
  expect(text).not.toMatch(/\n\s+at |\.ts:\d|\.js:\d|node_modules|node:internal/);
}
