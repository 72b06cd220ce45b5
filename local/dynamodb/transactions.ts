import { DynamoDbError, validationError } from './dynamodb-error.ts';
import {
  apply,
  type Change,
  getItem,
  prepareCheck,
  prepareDelete,
  preparePut,
  prepareUpdate,
} from './item-actions.ts';
import { type Fields, readText, requireFields, requireList, toFields } from './read-request.ts';
import type { Tables } from './tables.ts';

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html */
const MAX_ACTIONS = 100;
/** Milliseconds for which a repeated token does not repeat a transaction. */
const TOKEN_MS = 10 * 60_000;

const ACTIONS = {
  ConditionCheck: prepareCheck,
  Put: preparePut,
  Delete: prepareDelete,
  Update: prepareUpdate,
};

interface Reason {
  Code: string;
  Message?: string;
}

/** Creates the action TransactWriteItems, which remembers the tokens that its clients have used. */
export function createTransactWrite(tables: Tables, now = () => Date.now()): (request: Fields) => object {
  /** Oldest first. */
  const transactions = new Map<string, { items: string; at: number }>();

  /** @returns Whether the transaction was executed before. */
  function wasExecuted(token: string, items: string): boolean {
    for (const [known, { at }] of transactions) {
      if (at > now() - TOKEN_MS) break;
      transactions.delete(known);
    }
    const known = transactions.get(token);
    if (!known || known.items === items) return known !== undefined;
    throw new DynamoDbError(
      'IdempotentParameterMismatchException',
      'The request uses the same client token as a previous, but non-identical request',
    );
  }

  return (request) => {
    const list = requireList(request, 'TransactItems', 1, MAX_ACTIONS);
    const token = readText(request, 'ClientRequestToken');
    const items = token === undefined ? '' : JSON.stringify(list);
    if (token !== undefined && wasExecuted(token, items)) return {};
    for (const change of prepareAll(tables, list)) apply(change);
    if (token !== undefined) transactions.set(token, { items, at: now() });
    return {};
  };
}

/** Prepares all actions of a transaction, or throws if one of their conditions is not met. */
function prepareAll(tables: Tables, list: readonly unknown[]): Change[] {
  const reasons: Reason[] = [];
  const changes: Change[] = [];
  for (const element of list) {
    try {
      changes.push(prepare(tables, toFields(element)));
      reasons.push({ Code: 'None' });
    } catch (error) {
      if (!(error instanceof DynamoDbError) || error.code !== 'ConditionalCheckFailedException') throw error;
      reasons.push({ Code: 'ConditionalCheckFailed', Message: error.message, ...error.fields });
    }
  }
  if (new Set(changes.map(({ table, key }) => table.identify(key))).size < changes.length) {
    throw validationError('Transaction request cannot include multiple operations on one item');
  }
  if (changes.length === list.length) return changes;
  const codes = reasons.map(({ Code }) => Code).join(', ');
  throw new DynamoDbError(
    'TransactionCanceledException',
    `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`,
    { CancellationReasons: reasons },
  );
}

function prepare(tables: Tables, element: Fields): Change {
  const names = (Object.keys(ACTIONS) as (keyof typeof ACTIONS)[]).filter((name) => element[name]);
  const [name] = names;
  if (name && names.length === 1) return ACTIONS[name](tables, requireFields(element, name));
  throw validationError('TransactItems can only contain one of Check, Put, Update or Delete');
}

/** Reads up to 100 items. */
export function transactGetItems(tables: Tables, request: Fields): object {
  const list = requireList(request, 'TransactItems', 1, MAX_ACTIONS);
  return { Responses: list.map((element) => getItem(tables, requireFields(toFields(element), 'Get'))) };
}
