import { DynamoDbError, validationError } from './dynamodb-error.ts';
import { isMet } from './expressions/condition.ts';
import { Expressions } from './expressions/expressions.ts';
import type { Path } from './expressions/path.ts';
import { project, toProjection } from './expressions/projection.ts';
import { applyUpdate, type Update, updatedPaths } from './expressions/update.ts';
import { type Fields, readChoice, refuseLegacy, requireText } from './read-request.ts';
import type { Table } from './table.ts';
import type { Tables } from './tables.ts';
import { checkItem, type Item, MAX_ITEM_BYTES } from './values.ts';

/** A write whose condition is met. */
export interface Change {
  table: Table;
  key: Item;
  old: Item | undefined;
  /** Undefined to delete the item, `old` to leave it. */
  next: Item | undefined;
  /** Paths that an update changes. */
  updated?: Path[];
}

export function getItem(tables: Tables, request: Fields): object {
  refuseLegacy(request);
  const table = tables.get(requireText(request, 'TableName'));
  const expressions = new Expressions(request, []);
  const projection = expressions.projection();
  expressions.refuseUnused();
  const item = table.items.get(table.checkKey(request.Key));
  return item ? { Item: projection ? project(item, projection) : item } : {};
}

export function putItem(tables: Tables, request: Fields): object {
  return write(preparePut(tables, request), readReturnValues(request));
}

export function deleteItem(tables: Tables, request: Fields): object {
  return write(prepareDelete(tables, request), readReturnValues(request));
}

function readReturnValues(request: Fields): ReturnValues {
  const wanted = readChoice(request, 'ReturnValues', RETURN_VALUES) ?? 'NONE';
  if (wanted === 'NONE' || wanted === 'ALL_OLD') return wanted;
  throw validationError('ReturnValues can only be ALL_OLD or NONE');
}

export function updateItem(tables: Tables, request: Fields): object {
  const wanted = readChoice(request, 'ReturnValues', RETURN_VALUES) ?? 'NONE';
  return write(prepareUpdate(tables, request), wanted);
}

const RETURN_VALUES = ['ALL_NEW', 'UPDATED_OLD', 'ALL_OLD', 'NONE', 'UPDATED_NEW'] as const;
type ReturnValues = (typeof RETURN_VALUES)[number];

function write(change: Change, wanted: ReturnValues): object {
  apply(change);
  const Attributes = returned(change, wanted);
  return Attributes ? { Attributes } : {};
}

function returned({ old, next, updated = [] }: Change, wanted: ReturnValues): Item | undefined {
  if (wanted === 'NONE') return undefined;
  const item = wanted === 'ALL_OLD' || wanted === 'UPDATED_OLD' ? old : next;
  if (wanted === 'ALL_OLD' || wanted === 'ALL_NEW') return item;
  return item && project(item, toProjection(updated));
}

export function apply({ table, key, old, next }: Change): void {
  if (next === old) return;
  if (next) table.put(next);
  else table.delete(key);
}

/**
 * Prepares a PutItem, or a Put of TransactWriteItems.
 *
 * @throws DynamoDbError `ConditionalCheckFailedException`, `ValidationException` or `ResourceNotFoundException`
 */
export function preparePut(tables: Tables, request: Fields): Change {
  refuseLegacy(request);
  const table = tables.get(requireText(request, 'TableName'));
  const expressions = new Expressions(request, ['ConditionExpression']);
  const next = table.checkItem(request.Item);
  const old = table.items.get(next);
  checkCondition(expressions, request, old);
  return { table, key: next, old, next };
}

/** Prepares a DeleteItem, or a Delete of TransactWriteItems, like {@link preparePut}. */
export function prepareDelete(tables: Tables, request: Fields): Change {
  return { ...prepareCheck(tables, request), next: undefined };
}

/** Prepares a ConditionCheck of TransactWriteItems like {@link preparePut}. */
export function prepareCheck(tables: Tables, request: Fields): Change {
  refuseLegacy(request);
  const table = tables.get(requireText(request, 'TableName'));
  const expressions = new Expressions(request, ['ConditionExpression']);
  const key = table.checkKey(request.Key);
  const old = table.items.get(key);
  checkCondition(expressions, request, old);
  return { table, key, old, next: old };
}

/** Prepares an UpdateItem, or an Update of TransactWriteItems, like {@link preparePut}. Creates a missing item. */
export function prepareUpdate(tables: Tables, request: Fields): Change {
  refuseLegacy(request);
  const table = tables.get(requireText(request, 'TableName'));
  const expressions = new Expressions(request, ['UpdateExpression', 'ConditionExpression']);
  const key = table.checkKey(request.Key);
  const update = expressions.update();
  const updated = update ? updatedPaths(update, expressions.bindings) : [];
  refuseKeyUpdates(table, updated);
  const old = table.items.get(key);
  checkCondition(expressions, request, old);
  return { table, key, old, next: updatedItem(table, old ?? key, update, expressions), updated };
}

function refuseKeyUpdates(table: Table, paths: readonly Path[]): void {
  const names = new Set<string | number | undefined>(paths.map(([head]) => head));
  const updated = table.keys.find(({ name }) => names.has(name));
  if (!updated) return;
  throw validationError(
    `One or more parameter values were invalid: Cannot update attribute ${updated.name}. This attribute is part of the key`,
  );
}

function updatedItem(table: Table, old: Item, update: Update | undefined, { bindings }: Expressions): Item {
  if (!update) return old;
  const next = applyUpdate(old, update, bindings);
  const size = checkItem(next);
  if (size > MAX_ITEM_BYTES) {
    throw validationError('Item size to update has exceeded the maximum allowed size');
  }
  table.checkStorable(next, size);
  return next;
}

/** Checks the condition of a write. Call it after all other expressions were read. */
function checkCondition(expressions: Expressions, request: Fields, old: Item | undefined): void {
  const condition = expressions.condition('ConditionExpression');
  const onFailure = readChoice(request, 'ReturnValuesOnConditionCheckFailure', ['ALL_OLD', 'NONE'] as const);
  expressions.refuseUnused();
  if (!condition || isMet(condition, old, expressions.bindings)) return;
  throw new DynamoDbError(
    'ConditionalCheckFailedException',
    'The conditional request failed',
    onFailure === 'ALL_OLD' && old ? { Item: old } : {},
  );
}
