/** Why something failed, in a word for logs and receipts: the error's stable code, or else its name. */
export function reasonOf(error: Error): string {
  return 'code' in error ? String(error.code) : error.name;
}

/** Adds to counts of why things failed. Messages are left out of the log, since they quote what customers sent. */
export function countReason(counts: Record<string, number>, reason: string): void {
  counts[reason] = (counts[reason] ?? 0) + 1;
}
