import type { ExecuteStatementCommandInput, Field, SqlParameter } from '@aws-sdk/client-rds-data';
import type { Client, QueryArrayResult } from 'pg';
import { replaceParameters } from '../../lib/database/named-parameters.ts';
import { invalid, Refusal } from './rds-data-refusal.ts';

/** Limits of responses, in bytes: https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/data-api.limitations.html */
const MAX_RESPONSE = 1_048_576;
const MAX_ROW = 65_536;

/** Request body of all operations in use. */
export type StatementRequest = Partial<Omit<ExecuteStatementCommandInput, 'parameters'>> & {
  parameters?: SqlParameter[];
};

/** Runs one statement, with parameters and values typed like the service's. */
export async function executeStatement(
  session: Client,
  { sql = '', parameters = [], ...request }: StatementRequest,
): Promise<object> {
  const values: unknown[] = [];
  const text = replaceParameters(sql, (name) => {
    const parameter = parameters.find((other) => other.name === name);
    if (!parameter) throw new Refusal(400, 'BadRequestException', `Cannot find parameter: ${name}`);
    const { type, value } = bind(parameter);
    values.push(value);
    return `CAST($${values.length} AS ${type})`;
  });
  const types = { getTypeParser: () => (raw: string) => raw };
  const statement = { text, values, types, rowMode: 'array' as const, queryMode: 'extended' };
  const result: QueryArrayResult<(string | null)[]> = await session.query(statement);
  if (result.command !== 'SELECT' && result.fields.length === 0) {
    return { numberOfRecordsUpdated: result.rowCount ?? 0, generatedFields: [] };
  }
  return toResponse(result, request);
}

/** Parameter types of the JDBC setters that the service calls. A type hint changes the type of a text. */
const HINTED_TYPES: Record<string, string> = {
  DATE: 'date',
  DECIMAL: 'numeric',
  JSON: 'jsonb',
  TIME: 'time',
  TIMESTAMP: 'timestamp',
  UUID: 'uuid',
};

function bind({ name, value, typeHint }: SqlParameter): { type: string; value: unknown } {
  const type = typeHint ? HINTED_TYPES[typeHint] : 'varchar';
  if (!type) throw invalid(`parameter ${name}: typeHint ${typeHint}`);
  if (value?.isNull) return { type, value: null };
  if (value?.stringValue !== undefined) return { type, value: value.stringValue };
  if (value?.longValue !== undefined) return { type: 'bigint', value: value.longValue };
  if (value?.doubleValue !== undefined) return { type: 'double precision', value: value.doubleValue };
  if (value?.booleanValue !== undefined) return { type: 'boolean', value: value.booleanValue };
  throw invalid(
    `parameter ${name}: ${value?.arrayValue ? 'Array parameters are not supported.' : 'no value'}`,
  );
}

function toResponse(
  { fields, rows }: QueryArrayResult<(string | null)[]>,
  request: StatementRequest,
): object {
  const records = rows.map((row) =>
    row.map((text, column) => toField(text, fields[column]?.dataTypeID ?? 0, request)),
  );
  const sizes = records.map((record) => Buffer.byteLength(JSON.stringify(record)));
  if (sizes.some((size) => size > MAX_ROW)) {
    throw new Refusal(400, 'DatabaseErrorException', 'Packet for query is too large');
  }
  if (sizes.reduce((sum, size) => sum + size, 0) > MAX_RESPONSE) {
    throw new Refusal(
      400,
      'DatabaseErrorException',
      'Database returned more than the allowed response size limit',
    );
  }
  const columnMetadata = fields.map(({ name }) => ({ name, label: name }));
  return { records, numberOfRecordsUpdated: 0, ...(request.includeResultMetadata && { columnMetadata }) };
}

/** Types by their OID in `pg_type`. */
const INTEGERS = new Set([20, 21, 23]);
const FLOATS = new Set([700, 701]);
const BOOLEAN = 16;
const NUMERIC = 1700;
const TIMESTAMPTZ = 1184;
const ARRAYS = new Set([199, 1000, 1005, 1007, 1009, 1015, 1016, 1022, 1115, 1185, 1231, 2951, 3807]);

/** Converts a value to the service's type. For a column without a cast, the result differs from Postgres's own text. */
function toField(text: string | null, type: number, { resultSetOptions }: StatementRequest): Field {
  if (ARRAYS.has(type)) throw new Refusal(400, 'UnsupportedResultException', 'The result contains an array');
  if (text === null) return { isNull: true };
  if (type === BOOLEAN) return { booleanValue: text === 't' };
  if (FLOATS.has(type)) return { doubleValue: Number(text) };
  if (INTEGERS.has(type) && resultSetOptions?.longReturnType !== 'STRING') return { longValue: Number(text) };
  if (type === NUMERIC && resultSetOptions?.decimalReturnType === 'DOUBLE_OR_LONG')
    return { doubleValue: Number(text) };
  if (type === TIMESTAMPTZ) return { stringValue: text.replace(/\+00$/, '') };
  return { stringValue: text };
}
