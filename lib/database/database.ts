import { DatabaseError } from '../errors.ts';

/**
 * What a statement names as `:name`. Every value is text, and the SQL says what it is: `CAST(:orders AS jsonb)`,
 * `CAST(:quantity AS bigint)`. (`CAST`, not `::`, which some databases' APIs mistake for a parameter.)
 */
export type SqlParameters = Readonly<Record<string, string>>;

/** A row by column name, every value as the database writes it as text. */
export type Row = Readonly<Record<string, string | null>>;

/**
 * The one port between the functions and SQL, small enough to be the same over a connection, the RDS Data API and the
 * Redshift Data API. Methods throw `DatabaseError`.
 */
export interface Database {
  /** Runs one statement, in a transaction of its own. */
  query(sql: string, parameters?: SqlParameters): Promise<Row[]>;
  /** Runs statements in one transaction: all of them or none. */
  transaction(statements: readonly string[]): Promise<void>;
}

/**
 * Reads a count that a statement answers with.
 *
 * @throws DatabaseError `unexpected_answer` where it is none, or is not there
 */
export function readCount(row: Row | undefined, column: string): number {
  const text = row?.[column];
  if (text && /^\d+$/.test(text)) return Number(text);
  throw new DatabaseError(
    'unexpected_answer',
    `${column}: must be a count, received ${text ?? 'nothing'}`,
    false,
  );
}

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
