import { type BadRowReport, SHOWN_BAD_ROWS } from '../bad-rows.ts';
import { openLocalFile } from '../open-local-file.ts';
import type { ProgressBar } from '../progress.ts';

/** What is in an order file. */
export interface FileCheck {
  rows: number;
  /** Rows that are orders. */
  good: number;
  bad: number;
  /** The first of them. */
  badRows: BadRowReport[];
}

/** An order file on this machine; `name` tells its format, and is what people know it by. */
export interface LocalFile {
  path: string;
  name: string;
  size: number;
}

/**
 * Reads an order file to its end, row by row.
 *
 * @param signal ends it early
 * @throws UnreadableFileError
 */
export async function checkOrderFile(
  { path, name, size }: LocalFile,
  progress: ProgressBar,
  signal: AbortSignal,
): Promise<FileCheck> {
  const check: FileCheck = { rows: 0, good: 0, bad: 0, badRows: [] };
  const { rows } = await openLocalFile(path, name, (read) => progress.update(read, size));
  for await (const row of rows) {
    if (signal.aborted) break;
    check.rows++;
    if ('order' in row) check.good++;
    else {
      check.bad++;
      const { line, errors } = row;
      if (check.badRows.length < SHOWN_BAD_ROWS) check.badRows.push({ line, errors });
    }
  }
  return check;
}
