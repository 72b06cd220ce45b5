import type { Row } from './database.ts';
import { DatabaseError } from './database-error.ts';

/**
 * Reads a time that a statement answers with as `CAST(… AT TIME ZONE 'UTC' AS varchar)`, such as `2026-11-22 10:00:00.123`.
 * What a format's letters mean, and of what type an epoch is, is not the same everywhere; this text is.
 *
 * @returns ISO 8601, in UTC, to the millisecond
 * @throws DatabaseError `unexpected_answer` where it is none, or is not there
 */
export function readTime(row: Row, column: string): string {
  const text = row[column];
  const time = new Date(`${text?.replace(' ', 'T')}Z`);
  if (!Number.isNaN(time.getTime())) return time.toISOString();
  throw new DatabaseError(
    'unexpected_answer',
    `${column}: must be a time, received ${text ?? 'nothing'}`,
    false,
  );
}
