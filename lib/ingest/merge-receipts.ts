import type { PartReceipt } from './part-receipt.ts';

/** Parts whose failure is told one by one. */
const MAX_FAILED_PARTS = 100;

/** What some parts of an order file, one after another, come to. */
export interface PartsSummary {
  lines: number;
  rows: number;
  sent: number;
  rejected: number;
  /** Of the first part that failed. */
  error?: { code: string; message: string };
  /** Those that failed, from 1, the first 100 of them. */
  failed_parts: number[];
  finished_at: string;
  /** Parts with rejected rows whose lines are known, and how many lines these parts have before them. */
  rejected_rows: { part: number; lines_before: number }[];
}

/** Adds up a group of parts: its receipts in the order of the file. */
export function mergeReceipts(receipts: readonly PartReceipt[]): PartsSummary {
  const summary = emptySummary();
  for (const { lines, rows, sent, rejected, rejected_key, error, part, parts, ...receipt } of receipts) {
    // After a part that was not read to its end nobody knows the line.
    if (rejected_key !== undefined && summary.failed_parts.length === 0) {
      summary.rejected_rows.push({ part, lines_before: summary.lines });
    }
    const told = error && { ...error, message: `part ${part} of ${parts}: ${error.message}` };
    const finished_at = receipt.finished_at ?? '';
    add(summary, { lines, rows, sent, rejected, error: told, failed_parts: told ? [part] : [], finished_at });
  }
  return summary;
}

/** Adds up all groups of a file, but for their rejected rows. */
export function mergeGroups(groups: readonly PartsSummary[]): PartsSummary {
  const summary = emptySummary();
  for (const group of groups) add(summary, group);
  return summary;
}

function emptySummary(): PartsSummary {
  return { lines: 0, rows: 0, sent: 0, rejected: 0, failed_parts: [], finished_at: '', rejected_rows: [] };
}

function add(
  summary: PartsSummary,
  more: Omit<PartsSummary, 'rejected_rows' | 'error'> & { error?: PartsSummary['error'] | undefined },
): void {
  summary.lines += more.lines;
  summary.rows += more.rows;
  summary.sent += more.sent;
  summary.rejected += more.rejected;
  const error = summary.error ?? more.error;
  if (error) summary.error = error;
  summary.failed_parts = [...summary.failed_parts, ...more.failed_parts].slice(0, MAX_FAILED_PARTS);
  if (more.finished_at > summary.finished_at) summary.finished_at = more.finished_at;
}
