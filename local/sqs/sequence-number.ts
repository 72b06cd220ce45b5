let last = 0;

/** Returns a sequence number of 20 digits. Numbers increase even across restarts, because they are based on the clock. */
export function nextSequenceNumber(): string {
  last = Math.max(Date.now() * 1_000, last + 1);
  return `18${String(last).padStart(18, '0')}`;
}
