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
