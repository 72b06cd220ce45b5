/** Returns the reason of an error for logs and receipts: its stable code, or its name if it has none. */
export function reasonOf(error: Error): string {
  return 'code' in error ? String(error.code) : error.name;
}

/** Returns the reason for which an input was rejected, without the message, which quotes customer data. */
export const issueReason = ({ path, code }: { path: string; code: string }): string => `${path}: ${code}`;

/** Increments the count of a reason. */
export function countReason(counts: Record<string, number>, reason: string): void {
  counts[reason] = (counts[reason] ?? 0) + 1;
}

/** Counts how often each reason occurs. */
export function countReasons(reasons: Iterable<string>): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const reason of reasons) countReason(counts, reason);
  return counts;
}
