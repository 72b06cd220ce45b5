import type { Pool, PoolClient } from 'pg';
import { DatabaseError } from '../errors.ts';
import type { Database, Row, SqlParameters } from './database.ts';
import { checkParameters, replaceParameters } from './named-parameters.ts';
import { untilReachable } from './until-reachable.ts';

/** A `Database` over its own connection. */
export interface PostgresDatabase extends Database {
  /** Closes the connection after running statements have ended. */
  close(): Promise<void>;
}

const CONFIG = {
  // An execution environment runs one invocation at a time; its concurrent statements take turns.
  max: 1,
  allowExitOnIdle: true,
  connectionTimeoutMillis: 5_000,
  // The limit of the RDS Data API, so that a slow statement fails here as well.
  statement_timeout: 45_000,
  // This applies to a server that does not respond at all.
  query_timeout: 50_000,
  // Sessions of the RDS Data API use UTC; by default a local server uses the host's time zone.
  options: '-c TimeZone=UTC',
  types: { getTypeParser: () => (text: string) => text },
};

/**
 * SQLSTATEs of a server that refuses connections only for now: too many connections, shutting down, crashing, starting
 * (https://www.postgresql.org/docs/current/errcodes-appendix.html).
 */
const REFUSED_TEMPORARILY = new Set(['53300', '57P01', '57P02', '57P03']);

/** Loads the driver on first use. Functions on AWS use the data APIs, and start faster without it. */
const loadDriver = () => import('pg');

/**
 * Creates a `Database` on Postgres, which connects on first use and waits for an unreachable server. A connection that is lost
 * during a statement is an error, since the statement may have run; the next statement opens a new connection.
 *
 * @param url `postgres://user:password@host:port/database`
 */
export function createPostgresDatabase(url: string): PostgresDatabase {
  let pool: Promise<Pool> | undefined;
  let closed = false;

  async function open(): Promise<Pool> {
    const { Pool } = await loadDriver();
    const opened = new Pool({ ...CONFIG, connectionString: url });
    // The pool replaces a lost idle connection. Without a listener, the event would end the process.
    opened.on('error', () => undefined);
    opened.on('connect', (connection) => connection.on('error', () => undefined));
    return opened;
  }

  async function connect(): Promise<PoolClient> {
    if (closed) throw new Error('Postgres: database is closed, open a new one');
    pool ??= open();
    const opened = await pool;
    try {
      return await opened.connect();
    } catch (thrown) {
      const { DatabaseError: ServerError } = await loadDriver();
      const isTemporary = !(thrown instanceof ServerError) || REFUSED_TEMPORARILY.has(thrown.code ?? '');
      throw await toDatabaseError(thrown, isTemporary);
    }
  }

  async function withConnection<Answer>(work: (connection: PoolClient) => Promise<Answer>): Promise<Answer> {
    const connection = await untilReachable(connect);
    try {
      const answer = await work(connection);
      connection.release();
      return answer;
    } catch (thrown) {
      // Closes the connection, so the server rolls back its transaction.
      connection.release(true);
      throw await toDatabaseError(thrown, false);
    }
  }

  return {
    async query(sql, parameters = {}) {
      const statement = toStatement(sql, parameters);
      const { rows } = await withConnection((connection) => connection.query<Row>(statement));
      return rows;
    },

    transaction: (statements) =>
      withConnection(async (connection) => {
        for (const sql of ['BEGIN', ...statements, 'COMMIT']) await connection.query(toStatement(sql, {}));
      }),

    async close() {
      closed = true;
      const opened = await pool;
      await opened?.end();
    },
  };
}

/** Casts parameters to text, as over the RDS Data API. Otherwise Postgres would infer their types. */
function toStatement(sql: string, parameters: SqlParameters) {
  checkParameters(sql, parameters);
  const names = Object.keys(parameters);
  const text = replaceParameters(sql, (name) => `CAST($${names.indexOf(name) + 1} AS text)`);
  // The extended protocol accepts one statement at a time, like the data APIs.
  return { text, values: Object.values(parameters), queryMode: 'extended' };
}

async function toDatabaseError(thrown: unknown, unreachable: boolean): Promise<DatabaseError> {
  const { DatabaseError: ServerError } = await loadDriver();
  // The error gets no cause: the details of `thrown` quote the row, which is personal data, and causes are logged.
  if (thrown instanceof ServerError)
    return new DatabaseError(thrown.code ?? 'XX000', thrown.message, unreachable);
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  const code = 'code' in error ? String(error.code) : 'connection_lost';
  return new DatabaseError(code, error.message || 'no message', unreachable, { cause: error });
}
