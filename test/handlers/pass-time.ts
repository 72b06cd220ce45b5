import { vi } from 'vitest';

/**
 * Sets this process's clock forward, until mocks are restored; services in threads of their own keep theirs.
 *
 * @param ms how far
 */
export function passTime(ms: number): void {
  const now = Date.now;
  vi.spyOn(Date, 'now').mockImplementation(() => now() + ms);
}
