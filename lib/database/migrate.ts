import type { Database } from './database.ts';

/** One step of a schema. Its position in the list, from 1, is its version. */
export interface Migration {
  /** `NNNN-what-it-does`, where NNNN is the version. */
  name: string;
  /** Statements. A semicolon before an empty line or the end separates them; other semicolons are part of a statement. */
  sql: string;
}

/** A schema with its own versions. One database may hold several. */
export type SchemaPart = 'shipping' | 'sales';

/** A schema's version before and after the migration. 0 is an empty schema. */
export interface MigratedPart {
  part: SchemaPart;
  from: number;
  to: number;
}

/*
 * The SQL here runs on Redshift as well as Postgres. So it does not use ON CONFLICT or CURRENT_TIMESTAMP (on Redshift only
 * on the leader node), and does not rely on the primary key, which Redshift does not enforce.
 * https://docs.aws.amazon.com/redshift/latest/dg/c_SQL_functions_leader_node_only.html
 */
const CREATE_TABLE = `CREATE TABLE IF NOT EXISTS schema_migrations (
  part varchar(64) NOT NULL,
  version integer NOT NULL,
  name varchar(256) NOT NULL,
  applied_at timestamptz NOT NULL,
  PRIMARY KEY (part, version)
)`;

/**
 * Migrates one part of a database's schema to the code's version, each migration in its own transaction. May be run repeatedly
 * and concurrently: one run applies a migration, the others find it applied.
 *
 * @throws MigrationError
 * - `schema_newer`: the schema has more migrations than the code.
 * - `schema_differs`: the schema has other migrations than the code.
 * - `migration_failed`: a migration failed and was rolled back. The error has its cause.
 * - `migration_name`: a migration of the code is not named `NNNN-what-it-does`.
 * @throws DatabaseError if the applied migrations cannot be read.
 */
export async function migrate(
  database: Database,
  part: SchemaPart,
  migrations: readonly Migration[],
): Promise<MigratedPart> {
  checkNames(part, migrations);
  // If two runs create the table concurrently, one fails; its second attempt finds the table.
  await database.query(CREATE_TABLE).catch(() => database.query(CREATE_TABLE));

  const applied = await readApplied(database, part);
  checkApplied(part, applied, migrations);
  for (const [index, migration] of migrations.entries()) {
    if (index < applied.length) continue;
    try {
      await database.transaction(toTransaction(part, index + 1, migration));
    } catch (cause) {
      // Another run has applied it, or the response to the commit was lost.
      const nowApplied = await readApplied(database, part).catch(() => []);
      if (nowApplied[index] === migration.name) continue;
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new MigrationError('migration_failed', `${part}: ${migration.name}: ${reason}`, { cause });
    }
  }
  return { part, from: applied.length, to: migrations.length };
}

/** Reads the names of the applied migrations, by version. */
async function readApplied(database: Database, part: SchemaPart): Promise<(string | null | undefined)[]> {
  const sql = 'SELECT name FROM schema_migrations WHERE part = CAST(:part AS varchar(64)) ORDER BY version';
  const rows = await database.query(sql, { part });
  return rows.map(({ name }) => name);
}

function checkApplied(part: SchemaPart, applied: readonly unknown[], migrations: readonly Migration[]): void {
  if (applied.length > migrations.length) {
    const message = `${part}: code must not be older than the schema: code has version ${migrations.length}, schema ${applied.length}`;
    throw new MigrationError('schema_newer', message);
  }
  for (const [index, name] of applied.entries()) {
    const expected = migrations[index]?.name;
    if (name !== expected) {
      const message = `${part}: schema must have the code's migrations: code has ${expected}, schema ${name}`;
      throw new MigrationError('schema_differs', message);
    }
  }
}

/** Other runs wait for the lock. If the migration is applied by then, their second statement fails (division by zero). */
function toTransaction(part: SchemaPart, version: number, { name, sql }: Migration): string[] {
  return [
    'LOCK TABLE schema_migrations',
    `SELECT 1 / CASE WHEN count(*) = 0 THEN 1 ELSE 0 END FROM schema_migrations WHERE part = '${part}' AND version = ${version}`,
    ...sql.split(/;\s*\n\s*\n|;\s*$/).filter((statement) => statement.trim() !== ''),
    `INSERT INTO schema_migrations VALUES ('${part}', ${version}, '${name}', CAST('${new Date().toISOString()}' AS timestamptz))`,
  ];
}

function checkNames(part: SchemaPart, migrations: readonly Migration[]): void {
  for (const [index, { name }] of migrations.entries()) {
    const number = String(index + 1).padStart(4, '0');
    if (!new RegExp(`^${number}-[a-z0-9-]+$`).test(name)) {
      const message = `${part}: migration ${index + 1} must be named ${number}-what-it-does, received ${name}`;
      throw new MigrationError('migration_name', message);
    }
  }
}

class MigrationError extends Error {
  override readonly name = 'MigrationError';
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
