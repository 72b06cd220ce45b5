import type { Pool, PoolClient } from 'pg';
import { DatabaseError } from '../errors.ts';
import type { Database, Row, SqlParameters } from './database.ts';
import { checkParameters, replaceParameters } from './named-parameters.ts';
import { untilReachable } from './until-reachable.ts';

/** A `Database` over a connection of its own. */
export interface PostgresDatabase extends Database {
  /** Ends the connection, once what is under way is done. */
  close(): Promise<void>;
}

const CONFIG = {
  // An execution environment runs one invocation at a time; what it asks for at once takes turns.
  max: 1,
  allowExitOnIdle: true,
  connectionTimeoutMillis: 5_000,
  // As the RDS Data API has it, so that what takes too long there does so here.
  statement_timeout: 45_000,
  // For a server that does not answer at all.
  query_timeout: 50_000,
  // The clock of a laptop has a zone, the RDS Data API's sessions have not.
  options: '-c TimeZone=UTC',
  types: { getTypeParser: () => (text: string) => text },
};

/**
 * A server that refuses a connection with one of these will take it later: too many connections, shutting down, going
 * down, starting up (https://www.postgresql.org/docs/current/errcodes-appendix.html).
 */
const REFUSED_FOR_NOW = new Set(['53300', '57P01', '57P02', '57P03']);

/** Loaded when it is first used: functions on AWS, which reach their databases by the data APIs, start sooner without. */
const loadDriver = () => import('pg');

/**
 * A Postgres database; connects when it is first used. A server out of reach is waited for. A connection that is lost in
 * use is an error, since its statement may have run; the next statement gets a new one.
 *
 * @param url `postgres://user:password@host:port/database`
 */
export function createPostgresDatabase(url: string): PostgresDatabase {
  let pool: Promise<Pool> | undefined;
  let closed = false;

  async function open(): Promise<Pool> {
    const { Pool } = await loadDriver();
    const opened = new Pool({ ...CONFIG, connectionString: url });
    // A connection that is lost while nobody uses it is replaced; unheard, the event would end the process.
    opened.on('error', () => undefined);
    opened.on('connect', (connection) => connection.on('error', () => undefined));
    return opened;
  }

  async function connect(): Promise<PoolClient> {
    // A pool would say so itself, if there were one already.
    if (closed) throw new Error('Postgres: must not be used any more, it has been closed');
    pool ??= open();
    const opened = await pool;
    try {
      return await opened.connect();
    } catch (thrown) {
      const { DatabaseError: ServerError } = await loadDriver();
      const isForNow = !(thrown instanceof ServerError) || REFUSED_FOR_NOW.has(thrown.code ?? '');
      throw await toDatabaseError(thrown, isForNow);
    }
  }

  async function withConnection<Answer>(work: (connection: PoolClient) => Promise<Answer>): Promise<Answer> {
    const connection = await untilReachable(connect);
    try {
      const answer = await work(connection);
      connection.release();
      return answer;
    } catch (thrown) {
      // Closes the connection: the server rolls back what was begun on it.
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

/** Parameters are text until they are cast, as over the RDS Data API; left to itself, Postgres would guess their types. */
function toStatement(sql: string, parameters: SqlParameters) {
  checkParameters(sql, parameters);
  const names = Object.keys(parameters);
  const text = replaceParameters(sql, (name) => `CAST($${names.indexOf(name) + 1} AS text)`);
  // The extended protocol takes one statement at a time, as the data APIs do.
  return { text, values: Object.values(parameters), queryMode: 'extended' };
}

async function toDatabaseError(thrown: unknown, unreachable: boolean): Promise<DatabaseError> {
  const { DatabaseError: ServerError } = await loadDriver();
  // Not kept as the cause: its details quote the row, customers' data that is, and causes are logged.
  if (thrown instanceof ServerError)
    return new DatabaseError(thrown.code ?? 'XX000', thrown.message, unreachable);
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  const code = 'code' in error ? String(error.code) : 'connection_lost';
  return new DatabaseError(code, error.message || 'no message', unreachable, { cause: error });
}
