import type { Caller } from '../iam/caller.ts';
import { checkStatement } from './authorize.ts';
import { DynamoDbError, validationError } from './dynamodb-error.ts';
import { type Fields, readChoice, readList, requireList, requireText, toFields } from './read-request.ts';
import type { Tables } from './tables.ts';
import { type Item, setAttribute, type Value } from './values.ts';

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchExecuteStatement.html */
const MAX_STATEMENTS = 25;

interface Insert {
  tableName: string;
  /** Name of each parameter's attribute. */
  attributes: string[];
}

const INSERT = /^\s*INSERT\s+INTO\s+"([^"]+)"\s+VALUE\s+\{(.+)\}\s*;?\s*$/is;
const ATTRIBUTE = /^\s*'([^']+)'\s*:\s*\?\s*$/;
const SUPPORTED = `INSERT INTO "table" VALUE {'name': ?, …}`;

/** Parsed statements by their text. A program uses few different ones. */
const cache = new Map<string, Insert>();
const MAX_CACHED = 1_000;

/** One statement of a request. */
interface Statement extends Insert {
  parameters: unknown[];
  returnOld: boolean;
}

/** Error codes of statements by the error code of the corresponding single operation. */
const STATEMENT_CODES: Partial<Record<string, string>> = {
  AccessDeniedException: 'AccessDenied',
  ResourceNotFoundException: 'ResourceNotFound',
  SerializationException: 'ValidationError',
  ValidationException: 'ValidationError',
};

/**
 * Executes 1 to 25 statements, each of which can fail by itself. Only `INSERT` with parameters is supported.
 *
 * @throws DynamoDbError for the whole request if it is malformed or contains an unsupported statement
 */
export function batchExecuteStatement(tables: Tables, request: Fields, caller: Caller | undefined): object {
  const statements = requireList(request, 'Statements', 1, MAX_STATEMENTS).map((element) =>
    readStatement(toFields(element)),
  );
  return { Responses: statements.map((statement) => respond(tables, statement, caller)) };
}

export function executeStatement(tables: Tables, request: Fields, caller: Caller | undefined): object {
  const statement = readStatement(request);
  const old = insert(tables, statement, caller);
  if (!old) return { Items: [] };
  throw new DynamoDbError('DuplicateItemException', DUPLICATE, statement.returnOld ? { Item: old } : {});
}

const DUPLICATE = 'Duplicate primary key exists in table';

function readStatement(fields: Fields): Statement {
  const { tableName, attributes } = parseInsert(requireText(fields, 'Statement'));
  const onFailure = readChoice(fields, 'ReturnValuesOnConditionCheckFailure', ['ALL_OLD', 'NONE'] as const);
  const parameters = readList(fields, 'Parameters', 1) ?? [];
  return { tableName, attributes, parameters, returnOld: onFailure === 'ALL_OLD' };
}

function respond(tables: Tables, statement: Statement, caller: Caller | undefined): object {
  const TableName = statement.tableName;
  try {
    const old = insert(tables, statement, caller);
    if (!old) return { TableName };
    const Item = statement.returnOld ? { Item: old } : {};
    return { Error: { Code: 'DuplicateItem', Message: DUPLICATE, ...Item }, TableName };
  } catch (error) {
    const Code = error instanceof DynamoDbError ? STATEMENT_CODES[error.code] : undefined;
    if (Code === undefined) throw error;
    return { Error: { Code, Message: (error as Error).message }, TableName };
  }
}

/** Inserts an item unless its key exists. @returns The item that has the key already. */
function insert(
  tables: Tables,
  { tableName, attributes, parameters }: Statement,
  caller: Caller | undefined,
): Item | undefined {
  if (caller) checkStatement(caller, 'INSERT', tableName);
  if (attributes.length !== parameters.length) {
    throw validationError("Number of parameters in request and statement don't match.");
  }
  const table = tables.get(tableName);
  const item: Item = {};
  for (let index = 0; index < attributes.length; index++) {
    setAttribute(item, attributes[index] as string, parameters[index] as Value);
  }
  table.checkItem(item);
  const old = table.items.get(item);
  if (!old) table.put(item);
  return old;
}

/** @throws DynamoDbError `ValidationException` for any other statement than {@link SUPPORTED} */
function parseInsert(statement: string): Insert {
  const known = cache.get(statement);
  if (known) return known;
  const [, tableName, fields] = INSERT.exec(statement) ?? [];
  const attributes = fields?.split(',').map((field) => ATTRIBUTE.exec(field)?.[1]) ?? [];
  if (tableName === undefined || !attributes.every((name) => name !== undefined)) {
    throw validationError(
      `The embedded DynamoDB supports only the PartiQL statement ${SUPPORTED}, received ${statement}`,
    );
  }
  if (cache.size >= MAX_CACHED) cache.clear();
  const parsed = { tableName, attributes };
  cache.set(statement, parsed);
  return parsed;
}
