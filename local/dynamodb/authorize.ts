import { ACTIONS, type DynamoDbResource, needsOf, type StatementKind } from '../iam/actions.ts';
import { type Caller, INVALID_TOKEN } from '../iam/caller.ts';
import { arn } from '../stack/account.ts';
import { DynamoDbError } from './dynamodb-error.ts';
import { type Fields, readText, requireFields, requireList, requireText, toFields } from './read-request.ts';
import { toName } from './tables.ts';

/** DynamoDB's errors for credentials that do not exist. */
export const credentialErrors = {
  missing: () => new DynamoDbError('MissingAuthenticationTokenException', 'Missing Authentication Token'),
  unknown: () => new DynamoDbError('UnrecognizedClientException', INVALID_TOKEN),
};

/**
 * Checks that a caller may call an action. PartiQL statements are checked one by one with {@link checkStatement}.
 *
 * @throws DynamoDbError `AccessDeniedException`, or that of a request without its table
 */
export function authorize(caller: Caller, name: string, request: Fields): void {
  for (const { action, on } of needsOf(ACTIONS.dynamodb, name)) {
    for (const resource of new Set(RESOURCES[on](request))) check(caller, action, resource);
  }
}

/** Checks that a caller may execute a statement. @throws DynamoDbError `AccessDeniedException` */
export function checkStatement(caller: Caller, kind: StatementKind, tableName: string): void {
  for (const { action, on } of needsOf(ACTIONS.dynamodb, 'ExecuteStatement')) {
    if (on === kind) check(caller, action, tableArn(tableName));
  }
}

function check({ access, principal }: Caller, action: string, resource: string): void {
  const denial = access.check(principal, { action, resource });
  if (denial) throw new DynamoDbError('AccessDeniedException', denial.message);
}

const tableArn = (nameOrArn: string): string => arn('dynamodb', `table/${toName(nameOrArn)}`);
const tableOf = (fields: Fields): string => tableArn(requireText(fields, 'TableName'));

/** Returns the tables of all actions of one kind in a transaction. */
const tablesIn = (kind: string) => (request: Fields) =>
  requireList(request, 'TransactItems')
    .map(toFields)
    .filter((item) => item[kind])
    .map((item) => tableOf(requireFields(item, kind)));

const nothing = () => [];

/** ARNs of the resources of a request. They need not exist: the caller learns so only if the action is allowed. */
const RESOURCES: Record<DynamoDbResource, (request: Fields) => readonly string[]> = {
  all: () => ['*'],
  table: (request) => [tableOf(request)],
  target(request) {
    const index = readText(request, 'IndexName');
    return [index === undefined ? tableOf(request) : `${tableOf(request)}/index/${index}`];
  },
  tables: (request) => Object.keys(requireFields(request, 'RequestItems')).map(tableArn),
  Get: tablesIn('Get'),
  Put: tablesIn('Put'),
  Update: tablesIn('Update'),
  Delete: tablesIn('Delete'),
  ConditionCheck: tablesIn('ConditionCheck'),
  INSERT: nothing,
  SELECT: nothing,
  UPDATE: nothing,
  DELETE: nothing,
};
