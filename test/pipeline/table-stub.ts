import type { Database, Row, SqlParameters } from '../../lib/database/database.ts';

/** A row with the columns that statements select. Times have the database's format, `2026-11-27 12:00:00`. */
export type TableRow = Row & { order_id: string };

/**
 * Creates a stub of a database with one table. It selects rows by the parameters `order_id`, `email_id`, `since`,
 * `until`, `after` and `id_0`…, and ignores the SQL, which tests with Postgres cover.
 *
 * @param rows Rows of the table. The test may change them.
 * @throws Error for a statement about another table
 */
export function createTableStub(table: 'shipments' | 'sales', rows: readonly TableRow[]): Database {
  return {
    async query(sql, parameters = {}) {
      if (!new RegExp(`FROM ${table}\\b`).test(sql))
        throw new Error(`table stub: must be a SELECT from ${table}, received ${sql}`);
      return rows.filter((row) => fits(row, parameters));
    },
    async transaction() {
      throw new Error('table stub: transactions are not supported');
    },
  };
}

function fits({ order_id, email_id, confirmed_at }: TableRow, parameters: SqlParameters): boolean {
  const { since, until, after } = parameters;
  const confirmed = Date.parse(`${confirmed_at}Z`);
  const ids = Object.entries(parameters).flatMap(([name, id]) => (/^id_\d+$/.test(name) ? [id] : []));
  return (
    (ids.length === 0 || ids.includes(order_id)) &&
    (parameters.order_id === undefined || parameters.order_id === order_id) &&
    (parameters.email_id === undefined || parameters.email_id === email_id) &&
    (since === undefined || confirmed >= Date.parse(since)) &&
    (until === undefined || confirmed < Date.parse(until)) &&
    (after === undefined || order_id > after)
  );
}
