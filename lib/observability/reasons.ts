/** Why something failed, in a word for logs and receipts: the error's stable code, or else its name. */
export function reasonOf(error: Error): string {
  return 'code' in error ? String(error.code) : error.name;
}

/** Why an input was rejected, without its message, which quotes what a customer sent. */
export const issueReason = ({ path, code }: { path: string; code: string }): string => `${path}: ${code}`;

/** Adds to counts of why things failed. */
export function countReason(counts: Record<string, number>, reason: string): void {
  counts[reason] = (counts[reason] ?? 0) + 1;
}

/** How often each reason occurs. */
export function countReasons(reasons: Iterable<string>): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const reason of reasons) countReason(counts, reason);
  return counts;
}
