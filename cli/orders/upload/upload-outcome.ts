import { printable } from '../../../lib/text.ts';
import { table } from '../../table.ts';
import { type BadRowReport, badRowsText } from '../bad-rows.ts';
import { whole } from '../format.ts';
import type { Style } from '../style.ts';

/** What became of one uploaded file. */
export interface UploadOutcome {
  file: string;
  key: string;
  /** `uploaded`: nobody waited for the receipt; `no_receipt`: none came in time. */
  status: 'ingested' | 'failed' | 'not_uploaded' | 'uploaded' | 'no_receipt';
  /** As in the receipt; null where there is none. */
  rows: number | null;
  sent: number | null;
  rejected: number | null;
  /** Why it failed. */
  error?: string;
  /** The first of the rejected rows. */
  rejected_rows?: BadRowReport[];
  /** Where all of them are, to be mended and sent again. */
  fix?: { path: string; not_as_they_were: number[] };
}

/** Whether all is well with a file, as far as was asked. */
export const isWell = ({ status, rejected }: UploadOutcome): boolean =>
  status === 'uploaded' || (status === 'ingested' && rejected === 0);

const STATUS: Record<UploadOutcome['status'], string> = {
  ingested: 'ingested',
  failed: 'failed',
  not_uploaded: 'not uploaded',
  uploaded: 'uploaded',
  no_receipt: 'uploaded, no receipt yet',
};

/** Outcomes as a table, then what is wrong with each file. */
export function outcomesText(outcomes: readonly UploadOutcome[], style: Style): string {
  const count = (value: number | null) => (value === null ? '–' : whole(value));
  const summary = table(
    ['file', 'rows', 'sent', 'rejected', ''],
    outcomes.map((outcome) => [
      printable(outcome.file),
      count(outcome.rows),
      count(outcome.sent),
      count(outcome.rejected),
      isWell(outcome) ? style.good(STATUS[outcome.status]) : style.warning(STATUS[outcome.status]),
    ]),
    'lrrrl',
  );
  return summary + outcomes.map((outcome) => troubleText(outcome, style)).join('');
}

function troubleText(
  { file, error, rejected, rejected_rows = [], fix }: UploadOutcome,
  style: Style,
): string {
  if (error === undefined && rejected_rows.length === 0) return '';
  const lines = [`\n  ${style.strong(printable(file))}\n`];
  if (error !== undefined) lines.push(`  ${printable(error)}\n`);
  lines.push(badRowsText(rejected_rows, rejected ?? 0, style));
  if (fix) lines.push(`  to mend and upload: ${printable(fix.path)}\n`);
  if (fix && fix.not_as_they_were.length > 0) {
    lines.push(
      `  not as they were, since they are too long or not UTF-8: line ${fix.not_as_they_were.slice(0, 10).join(', ')}${fix.not_as_they_were.length > 10 ? ', …' : ''}\n`,
    );
  }
  return lines.join('');
}
