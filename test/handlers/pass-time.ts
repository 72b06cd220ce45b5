import { vi } from 'vitest';

/**
 * Advances the clock of this thread until mocks are restored. Services in other threads keep their clocks.
 *
 * @param ms Milliseconds to advance.
 */
export function passTime(ms: number): void {
  const now = Date.now;
  vi.spyOn(Date, 'now').mockImplementation(() => now() + ms);
}
