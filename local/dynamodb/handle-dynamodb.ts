import { crc32 } from 'node:zlib';
import type { Service, ServiceResponse } from '../aws-services/service.ts';
import type { Storage } from '../aws-services/storage.ts';
import { accessKeyIdOf, type Caller, type Enforcement, identify } from '../iam/caller.ts';
import { authorize, credentialErrors } from './authorize.ts';
import { batchGetItem, batchWriteItem } from './batch-actions.ts';
import { DynamoDbError } from './dynamodb-error.ts';
import { deleteItem, getItem, putItem, updateItem } from './item-actions.ts';
import { query, scan } from './pages.ts';
import { batchExecuteStatement, executeStatement } from './partiql.ts';
import { type Fields, toFields } from './read-request.ts';
import { Tables } from './tables.ts';
import { createTransactWrite, transactGetItems } from './transactions.ts';

const TARGET_PREFIX = 'DynamoDB_20120810.';

/** Prefixes of error types by error code. All other codes have DynamoDB's own prefix. */
const ERROR_PREFIXES: Partial<Record<string, string>> = {
  ValidationException: 'com.amazon.coral.validate#',
  AccessDeniedException: 'com.amazon.coral.service#',
  MissingAuthenticationTokenException: 'com.amazon.coral.service#',
  SerializationException: 'com.amazon.coral.service#',
  UnknownOperationException: 'com.amazon.coral.service#',
  UnrecognizedClientException: 'com.amazon.coral.service#',
};
const OWN_PREFIX = 'com.amazonaws.dynamodb.v20120810#';

/** @param caller `undefined` if nothing is enforced. */
type Action = (request: Fields, caller: Caller | undefined) => object;

/**
 * Creates DynamoDB: its JSON protocol, tables with indexes, items, expressions and transactions. Signatures are not checked.
 *
 * @param storage Keeps tables and items. The caller commits before it sends an answer.
 * @param enforcement Default: nothing is enforced.
 */
export function createDynamoDbService(storage: Storage, enforcement: Enforcement = {}): Service {
  const actions = toActions(new Tables(storage));
  return (request) => {
    const { headers, body, requestId } = request;
    const { access } = enforcement;
    try {
      const caller = access && identify(access, accessKeyIdOf(request), credentialErrors);
      const target = String(headers['x-amz-target'] ?? '');
      const name = target.startsWith(TARGET_PREFIX) ? target.slice(TARGET_PREFIX.length) : '';
      const action = actions.get(name);
      if (!action) {
        const message = `x-amz-target: the embedded DynamoDB supports ${[...actions.keys()].join(', ')}, received ${target}`;
        throw new DynamoDbError('UnknownOperationException', message);
      }
      const fields = parse(body);
      if (caller) authorize(caller, name, fields);
      return answer(200, action(fields, caller), requestId);
    } catch (error) {
      if (!(error instanceof DynamoDbError)) throw error;
      const { code, message, status, fields } = error;
      const __type = `${ERROR_PREFIXES[code] ?? OWN_PREFIX}${code}`;
      return answer(status, { __type, message, ...fields }, requestId);
    }
  };
}

function toActions(tables: Tables): Map<string, Action> {
  const on =
    (action: (tables: Tables, request: Fields, caller: Caller | undefined) => object): Action =>
    (request, caller) =>
      action(tables, request, caller);
  return new Map<string, Action>([
    ['BatchExecuteStatement', on(batchExecuteStatement)],
    ['BatchGetItem', on(batchGetItem)],
    ['BatchWriteItem', on(batchWriteItem)],
    ['CreateTable', (request) => tables.create(request)],
    ['DeleteItem', on(deleteItem)],
    ['DeleteTable', (request) => tables.delete(request)],
    ['DescribeTable', (request) => tables.describe(request)],
    ['DescribeTimeToLive', (request) => tables.describeTimeToLive(request)],
    ['ExecuteStatement', on(executeStatement)],
    ['GetItem', on(getItem)],
    ['ListTables', (request) => tables.list(request)],
    ['PutItem', on(putItem)],
    ['Query', on(query)],
    ['Scan', on(scan)],
    ['TransactGetItems', on(transactGetItems)],
    ['TransactWriteItems', createTransactWrite(tables)],
    ['UpdateItem', on(updateItem)],
    ['UpdateTimeToLive', (request) => tables.updateTimeToLive(request)],
  ]);
}

function parse(body: Buffer): Fields {
  try {
    return toFields(JSON.parse(body.toString()));
  } catch (error) {
    if (error instanceof DynamoDbError) throw error;
    throw new DynamoDbError('SerializationException', (error as Error).message);
  }
}

function answer(status: number, value: object, requestId: string): ServiceResponse {
  const body = JSON.stringify(value);
  const headers = {
    'content-type': 'application/x-amz-json-1.0',
    'x-amz-crc32': String(crc32(body)),
    'x-amzn-requestid': requestId,
  };
  return { status, headers, body };
}
