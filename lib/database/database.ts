import { DatabaseError } from '../errors.ts';

/**
 * Values for the `:name`s of a statement. Every value is text, and the SQL casts it: `CAST(:orders AS jsonb)`,
 * `CAST(:quantity AS bigint)`. Do not cast with `::`, which some data APIs mistake for a parameter.
 */
export type SqlParameters = Readonly<Record<string, string>>;

/** A row by column name. Every value is text, as formatted by the database. */
export type Row = Readonly<Record<string, string | null>>;

/**
 * The interface of all SQL databases, over a connection, the RDS Data API or the Redshift Data API. Methods throw
 * `DatabaseError`.
 */
export interface Database {
  /** Runs one statement, in a transaction of its own. */
  query(sql: string, parameters?: SqlParameters): Promise<Row[]>;
  /** Runs statements in one transaction: all of them or none. */
  transaction(statements: readonly string[]): Promise<void>;
}

/**
 * Reads a count from a row.
 *
 * @throws DatabaseError `unexpected_answer` if the column is missing or not a count.
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
 * Reads a time that was selected as `CAST(… AT TIME ZONE 'UTC' AS varchar)`: `2026-11-22 10:00:00.123`. Postgres and Redshift
 * agree on this text, but not on format patterns or on the type of an epoch.
 *
 * @returns ISO 8601, in UTC, to the millisecond.
 * @throws DatabaseError `unexpected_answer` if the column is missing or not a time.
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
