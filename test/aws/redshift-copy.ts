import { GetObjectCommand, ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import type { Client } from 'pg';

const COPY =
  /^COPY (?<table>\w+) FROM 's3:\/\/(?<bucket>[^/']+)\/(?<prefix>[^']+)' IAM_ROLE DEFAULT FORMAT AS JSON 'auto' TIMEFORMAT 'auto' COMPUPDATE OFF STATUPDATE OFF$/;

/**
 * Emulates Redshift's COPY of JSON: reads every object with the key prefix, loads the fields that are columns, truncates
 * numbers to their scale and limits texts by bytes. One invalid row fails the whole COPY.
 * https://docs.aws.amazon.com/redshift/latest/dg/copy-parameters-data-format.html#copy-json
 *
 * @returns False for any other statement.
 */
export async function copyIntoTable(sql: string, client: Client, s3: S3Client): Promise<boolean> {
  if (!/^\s*COPY\b/i.test(sql)) return false;
  const { table, bucket, prefix } = COPY.exec(sql.trim().replace(/\s+/g, ' '))?.groups ?? {};
  if (!table || !bucket || !prefix) throw new Error(`ERROR: the stand-in does not know this COPY: ${sql}`);

  const files = await readFiles(s3, bucket, prefix);
  const columns = await readColumns(client, table);
  for (const line of files.flatMap((file) => file.split('\n'))) {
    if (line.trim() === '') continue;
    await insertRow(client, table, columns, line).catch((error) => {
      throw new Error(
        `ERROR: Load into table '${table}' failed. Check 'sys_load_error_detail'. (${error.message})`,
      );
    });
  }
  return true;
}

async function readFiles(s3: S3Client, Bucket: string, Prefix: string): Promise<string[]> {
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket, Prefix }));
  if (Contents.length === 0) throw new Error(`ERROR: The specified S3 prefix '${Prefix}' does not exist`);
  const bodies = await Promise.all(Contents.map(({ Key }) => s3.send(new GetObjectCommand({ Bucket, Key }))));
  return Promise.all(bodies.map(({ Body }) => Body?.transformToString() ?? ''));
}

interface Column {
  name: string;
  /** Type as formatted by `format_type`: `numeric(20,4)`, `character varying(64)`. */
  type: string;
}

async function readColumns(client: Client, table: string): Promise<Column[]> {
  const { rows } = await client.query<Column>(
    `SELECT attname AS name, format_type(atttypid, atttypmod) AS type FROM pg_attribute
     WHERE attrelid = CAST($1 AS regclass) AND attnum > 0`,
    [table],
  );
  return rows;
}

async function insertRow(client: Client, table: string, columns: readonly Column[], line: string) {
  const row = JSON.parse(line) as Record<string, unknown>;
  const values = columns.map(({ name, type }) => {
    const value = row[name];
    if (value === undefined || value === null) return null;
    const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
    const bytes = /^character varying\((\d+)\)$/.exec(type)?.[1];
    if (bytes !== undefined && Buffer.byteLength(text) > Number(bytes)) {
      throw new Error(`String length exceeds DDL length in ${name}`);
    }
    return text;
  });
  const expressions = columns.map(({ type }, index) => {
    const scale = /^numeric\(\d+,(\d+)\)$/.exec(type)?.[1];
    const value = `CAST($${index + 1} AS ${scale === undefined ? type : 'numeric'})`;
    return scale === undefined ? value : `trunc(${value}, ${scale})`;
  });
  await client.query(`INSERT INTO ${table} VALUES (${expressions.join(', ')})`, values);
}
