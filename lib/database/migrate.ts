import type { Database } from './database.ts';

/** One step of a schema. Its version is its position in the list, from 1. */
export interface Migration {
  /** `NNNN-what-it-does`, with the version as its number. */
  name: string;
  /** Statements, each ended by a semicolon before an empty line or the end: one inside may hold semicolons. */
  sql: string;
}

/** A schema with versions of its own; a database may hold several. */
export type SchemaPart = 'shipping' | 'sales';

/** The version that the schema was at and the one that it is at; 0 is an empty one. */
export interface MigratedPart {
  part: SchemaPart;
  from: number;
  to: number;
}

/*
 * Redshift runs this as well as Postgres, which says what is not here: ON CONFLICT, the database's own time (Redshift has
 * CURRENT_TIMESTAMP on its leader node only), and trust in the primary key, which it does not enforce.
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
 * Brings one part of a database's schema up to the code's version, each migration in a transaction of its own. May be
 * run again, and by several at once: one applies a migration, the others find it applied.
 *
 * @throws MigrationError `schema_newer` where the schema has more migrations than the code, `schema_differs` where it has
 * others, `migration_failed` with its cause where one failed, which undoes all of it, `migration_name`;
 * DatabaseError where the versions that the schema has cannot be read
 */
export async function migrate(
  database: Database,
  part: SchemaPart,
  migrations: readonly Migration[],
): Promise<MigratedPart> {
  checkNames(part, migrations);
  // Of two that create the table at once, one fails, and finds it there the second time.
  await database.query(CREATE_TABLE).catch(() => database.query(CREATE_TABLE));

  const applied = await readApplied(database, part);
  checkApplied(part, applied, migrations);
  for (const [index, migration] of migrations.entries()) {
    if (index < applied.length) continue;
    try {
      await database.transaction(toTransaction(part, index + 1, migration));
    } catch (cause) {
      // Where it is there all the same, somebody else has applied it, or the answer to the commit was lost.
      const nowApplied = await readApplied(database, part).catch(() => []);
      if (nowApplied[index] === migration.name) continue;
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new MigrationError('migration_failed', `${part}: ${migration.name}: ${reason}`, { cause });
    }
  }
  return { part, from: applied.length, to: migrations.length };
}

/** The names of the migrations that the schema has, in order. */
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

/** The lock makes others wait here; what they then find applied, the second statement fails (division by zero). */
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
