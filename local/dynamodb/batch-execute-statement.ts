import type {
  AttributeValue,
  BatchStatementError,
  BatchStatementErrorCodeEnum,
  BatchStatementRequest,
  BatchStatementResponse,
} from '@aws-sdk/client-dynamodb';
import getItem from 'dynalite/actions/getItem.js';
import putItem from 'dynalite/actions/putItem.js';
import db, { type AnswerError, type Callback, type Item, type Store, type Table } from 'dynalite/db/index.js';
import validations from 'dynalite/validations/index.js';
import putItemValidation from 'dynalite/validations/putItem.js';

/** Limits from https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchExecuteStatement.html, in dynalite's notation. */
const REQUEST = {
  Statements: {
    type: 'List',
    notNull: true,
    lengthGreaterThanOrEqual: 1,
    lengthLessThanOrEqual: 25,
    children: {
      type: 'ValueStruct<BatchStatementRequest>',
      notNull: true,
      children: {
        Statement: {
          type: 'String',
          notNull: true,
          lengthGreaterThanOrEqual: 1,
          lengthLessThanOrEqual: 8192,
        },
        Parameters: { type: 'List', lengthGreaterThanOrEqual: 1, children: 'AttrStruct<ValueStruct>' },
        ReturnValuesOnConditionCheckFailure: { type: 'String', enum: ['ALL_OLD', 'NONE'] },
      },
    },
  },
};

/** Error codes of statements by the error code of the corresponding single operation. */
const STATEMENT_CODES: Record<string, BatchStatementErrorCodeEnum> = {
  ConditionalCheckFailedException: 'DuplicateItem',
  ResourceNotFoundException: 'ResourceNotFound',
  ValidationException: 'ValidationError',
};

/**
 * Executes a BatchExecuteStatement request on dynalite's store. Supports PartiQL's `INSERT` with parameters only.
 *
 * @param request The parsed body of the request.
 * @returns One response for each statement.
 * @throws AnswerError that refuses the whole request: malformed, not 1–25 statements, or an unsupported statement
 */
export async function batchExecuteStatement(
  store: Store,
  request: unknown,
): Promise<{ Responses: BatchStatementResponse[] }> {
  const { Statements } = readRequest(request);
  const inserts = Statements.map(toInsert);
  return { Responses: await Promise.all(inserts.map((insert) => execute(store, insert))) };
}

interface Insert {
  tableName: string;
  attributes: string[];
  parameters: AttributeValue[];
  returnOld: boolean;
}

function readRequest(request: unknown): { Statements: BatchStatementRequest[] } {
  if (typeof request !== 'object' || request === null)
    throw db.validationError('The request must be a JSON object');
  const checked = validations.checkTypes(request, REQUEST);
  validations.checkValidations(checked, REQUEST);
  return checked as { Statements: BatchStatementRequest[] };
}

function toInsert({ Statement = '', Parameters = [], ...request }: BatchStatementRequest): Insert {
  const insert = parsePartiqlInsert(Statement);
  if (!insert) {
    const message = `The embedded DynamoDB supports only the PartiQL statement ${SUPPORTED_PARTIQL}, received ${Statement}`;
    throw db.validationError(message);
  }
  const returnOld = request.ReturnValuesOnConditionCheckFailure === 'ALL_OLD';
  return { ...insert, parameters: Parameters, returnOld };
}

async function execute(store: Store, insert: Insert): Promise<BatchStatementResponse> {
  const { tableName, attributes, parameters, returnOld } = insert;
  const data = {
    TableName: tableName,
    Item: Object.fromEntries(attributes.map((name, position) => [name, parameters[position]])) as Item,
  };
  try {
    if (attributes.length !== parameters.length) {
      throw db.validationError("Number of parameters in request and statement don't match.");
    }
    const fault = putItemValidation.custom(data, store);
    if (fault) throw db.validationError(fault);
    const { KeySchema } = await promise<Table>((callback) => store.getTable(tableName, true, callback));
    const keys = KeySchema.map(({ AttributeName }) => AttributeName);
    const Expected = Object.fromEntries(keys.map((name) => [name, { Exists: false as const }]));
    try {
      await promise<object>((callback) => putItem(store, { ...data, Expected }, callback));
    } catch (thrown) {
      const error = toStatementError(thrown);
      if (error.Code === 'DuplicateItem' && returnOld) {
        const Key = Object.fromEntries(keys.map((name) => [name, data.Item[name]])) as Item;
        const old = await promise<{ Item?: Item }>((callback) =>
          getItem(store, { TableName: tableName, Key }, callback),
        );
        error.Item = old.Item;
      }
      return { Error: error, TableName: tableName };
    }
    return { TableName: tableName };
  } catch (thrown) {
    return { Error: toStatementError(thrown), TableName: tableName };
  }
}

const promise = <Value>(run: (callback: Callback<Value>) => void): Promise<Value> =>
  new Promise((resolve, reject) => run((error, value) => (error ? reject(error) : resolve(value))));

function toStatementError(thrown: unknown): BatchStatementError {
  const { body, message } = thrown as AnswerError;
  const Code = STATEMENT_CODES[body?.__type.split('#')[1] ?? ''] ?? 'InternalServerError';
  return {
    Code,
    Message: Code === 'DuplicateItem' ? 'Duplicate primary key exists in table' : (body?.message ?? message),
  };
}

interface PartiqlInsert {
  tableName: string;
  /** Name of each parameter's attribute. */
  attributes: string[];
}

const INSERT = /^\s*INSERT\s+INTO\s+"([^"]+)"\s+VALUE\s+\{(.+)\}\s*;?\s*$/is;
const ATTRIBUTE = /^\s*'([^']+)'\s*:\s*\?\s*$/;

const SUPPORTED_PARTIQL = `INSERT INTO "table" VALUE {'name': ?, …}`;

/** @returns `undefined` for an unsupported statement. */
function parsePartiqlInsert(statement: string): PartiqlInsert | undefined {
  const [, tableName, fields] = INSERT.exec(statement) ?? [];
  if (tableName === undefined || fields === undefined) return undefined;
  const attributes: string[] = [];
  for (const field of fields.split(',')) {
    const attribute = ATTRIBUTE.exec(field)?.[1];
    if (attribute === undefined) return undefined;
    attributes.push(attribute);
  }
  return { tableName, attributes };
}
