import type { S3Client } from '@aws-sdk/client-s3';
import { Client, DatabaseError, type FieldDef } from 'pg';
import { copyIntoTable } from './redshift-copy.ts';

/** Result of one statement. */
export interface SessionResult {
  fields: readonly FieldDef[];
  /** Values as Postgres formats them. */
  rows: readonly (string | null)[][];
}

export interface SessionOptions {
  /** Postgres in place of the warehouse. */
  databaseUrl: string;
  /** Client for the files that COPY reads. */
  s3: S3Client;
  /** `REPEATABLE READ` is Redshift's snapshot isolation. */
  isolation: 'SERIALIZABLE' | 'REPEATABLE READ';
}

/**
 * SQL that Postgres supports and Redshift does not, or not with tables.
 * https://docs.aws.amazon.com/redshift/latest/dg/c_unsupported-postgresql-features.html
 * https://docs.aws.amazon.com/redshift/latest/dg/c_SQL_functions_leader_node_only.html
 */
const NOT_IN_REDSHIFT = [
  /\bON\s+CONFLICT\b/i,
  /\bRETURNING\b/i,
  /\bCREATE\s+(UNIQUE\s+)?INDEX\b/i,
  /\bjsonb?_\w+/i,
  /\bjsonb\b/i,
  /\bLATERAL\b/i,
  /\bDISTINCT\s+ON\b/i,
  /\bFILTER\s*\(\s*WHERE\b/i,
  /\bdate_bin\b/i,
  /\bgenerate_series\b/i,
  /\bCHECK\s*\(/i,
  /\b(CURRENT_TIME|CURRENT_TIMESTAMP|LOCALTIME|LOCALTIMESTAMP|CURRENT_SCHEMA)\b/i,
  /\b(now|age|isfinite|substr|factorial|to_ascii)\s*\(/i,
];

/** Opens a session with one transaction on a Postgres that emulates Redshift. */
export async function openSession({ databaseUrl, s3, isolation }: SessionOptions) {
  const client = new Client({
    connectionString: databaseUrl,
    options: '-c TimeZone=UTC',
    types: { getTypeParser: () => (text: string) => text },
  });
  await client.connect();
  await client.query(`BEGIN ISOLATION LEVEL ${isolation}`);

  return {
    /** @param parameters By name, of type varchar. */
    async run(sql: string, parameters: Readonly<Record<string, string>> = {}): Promise<SessionResult> {
      const unknown = NOT_IN_REDSHIFT.map((pattern) => pattern.exec(sql)?.[0]).find((found) => found);
      if (unknown) throw new Error(`ERROR: syntax error at or near "${unknown}"`);
      const copied = await copyIntoTable(sql, client, s3);
      if (copied) return { fields: [], rows: [] };
      const names = Object.keys(parameters);
      const text = sql.replace(/'[^']*'|:([a-z_]\w*)/gi, (token, name?: string) =>
        name === undefined ? token : `CAST($${names.indexOf(name) + 1} AS varchar)`,
      );
      const { fields, rows } = await client.query<(string | null)[]>({
        text: text
          // Redshift does not enforce primary keys.
          .replace(/\bPRIMARY\s+KEY\b(?!\s*\()/gi, '')
          .replace(/,\s*PRIMARY\s+KEY\s*\([^)]*\)/gi, '')
          // https://docs.aws.amazon.com/redshift/latest/dg/r_EXTRACT_function.html
          .replace(/\bEXTRACT\s*\(\s*EPOCH\s+FROM\s+\w+\s*\)/gi, 'CAST($& AS integer)'),
        values: Object.values(parameters),
        rowMode: 'array',
      });
      return { fields, rows };
    },

    commit: () => client.query('COMMIT'),
    /** Closes the session, and rolls back an open transaction. */
    close: () => client.end(),
  };
}

/** Formats an error like Redshift. */
export function toRedshiftMessage(thrown: unknown): string {
  if (!(thrown instanceof DatabaseError)) return String(thrown instanceof Error ? thrown.message : thrown);
  if (thrown.code === '40001') return 'ERROR: 1023 DETAIL: Serializable isolation violation on table';
  return `ERROR: ${thrown.message}`;
}
