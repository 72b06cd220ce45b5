import { printable } from '../../../lib/text.ts';
import { table } from '../../table.ts';
import { type BadRowReport, badRowsText } from '../bad-rows.ts';
import { whole } from '../format.ts';
import type { Style } from '../style.ts';

/** The outcome of one uploaded file. */
export interface UploadOutcome {
  file: string;
  key: string;
  /** `uploaded`: the command did not wait for the receipt. `no_receipt`: there was no receipt in time. */
  status: 'ingested' | 'failed' | 'not_uploaded' | 'uploaded' | 'no_receipt';
  /** Number of rows, as in the receipt; null without a receipt. */
  rows: number | null;
  sent: number | null;
  rejected: number | null;
  /** Message of the error that ingestion or the upload failed with. */
  error?: string;
  /** The first rejected rows. */
  rejected_rows?: BadRowReport[];
  /** The file with all rejected rows, and the lines of the upload that are damaged in it. */
  fix?: { path: string; damaged_lines: number[] };
}

/** Returns whether a file was uploaded and, if the command waited for its receipt, ingested without rejected rows. */
export const isSuccess = ({ status, rejected }: UploadOutcome): boolean =>
  status === 'uploaded' || (status === 'ingested' && rejected === 0);

const STATUS: Record<UploadOutcome['status'], string> = {
  ingested: 'ingested',
  failed: 'failed',
  not_uploaded: 'not uploaded',
  uploaded: 'uploaded',
  no_receipt: 'uploaded, no receipt yet',
};

/** Formats outcomes as a table, followed by the errors of each file. */
export function outcomesText(outcomes: readonly UploadOutcome[], style: Style): string {
  const count = (value: number | null) => (value === null ? '–' : whole(value));
  const summary = table(
    ['file', 'rows', 'sent', 'rejected', ''],
    outcomes.map((outcome) => [
      printable(outcome.file),
      count(outcome.rows),
      count(outcome.sent),
      count(outcome.rejected),
      isSuccess(outcome) ? style.good(STATUS[outcome.status]) : style.warning(STATUS[outcome.status]),
    ]),
    'lrrrl',
  );
  return summary + outcomes.map((outcome) => errorsText(outcome, style)).join('');
}

function errorsText({ file, error, rejected, rejected_rows = [], fix }: UploadOutcome, style: Style): string {
  if (error === undefined && rejected_rows.length === 0) return '';
  const lines = [`\n  ${style.strong(printable(file))}\n`];
  if (error !== undefined) lines.push(`  ${printable(error)}\n`);
  lines.push(badRowsText(rejected_rows, rejected ?? 0, style));
  if (fix) lines.push(`  correct and upload: ${printable(fix.path)}\n`);
  if (fix && fix.damaged_lines.length > 0) {
    lines.push(
      `  damaged in that file, because too long or not UTF-8: line ${fix.damaged_lines.slice(0, 10).join(', ')}${fix.damaged_lines.length > 10 ? ', …' : ''}\n`,
    );
  }
  return lines.join('');
}
