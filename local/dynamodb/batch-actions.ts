import { validationError } from './dynamodb-error.ts';
import { Expressions } from './expressions/expressions.ts';
import { project } from './expressions/projection.ts';
import { apply, type Change } from './item-actions.ts';
import { type Fields, refuseLegacy, requireList, requireMap, toFields } from './read-request.ts';
import type { Table } from './table.ts';
import type { Tables } from './tables.ts';
import { checkItem, type Item, MAX_ITEM_BYTES } from './values.ts';

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html */
const MAX_READS = 100;
const MAX_READ_BYTES = 16 * 2 ** 20;
/** Keys whose items are never larger than `MAX_READ_BYTES` together. */
const KEYS_THAT_FIT = Math.floor(MAX_READ_BYTES / MAX_ITEM_BYTES);
/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html */
const MAX_WRITES = 25;

/** Reads up to 100 items. Keys whose items exceed 16 MB together are returned as unprocessed. */
export function batchGetItem(tables: Tables, request: Fields): object {
  const reads = requireMap(request, 'RequestItems', MAX_READS).map(([name, read]) =>
    toReads(tables, name, read),
  );
  const count = reads.reduce((total, { keys }) => total + keys.length, 0);
  if (count > MAX_READS) throw validationError('Too many items requested for the BatchGetItem call');
  const Responses: Record<string, Item[]> = {};
  const UnprocessedKeys: Record<string, Fields> = {};
  let bytes = 0;
  for (const { name, table, keys, projection, fields } of reads) {
    const found: Item[] = [];
    const left: Item[] = [];
    for (const key of keys) {
      const item = table.items.get(key);
      if (!item) continue;
      if (count > KEYS_THAT_FIT) bytes += checkItem(item);
      if (bytes > MAX_READ_BYTES) left.push(key);
      else found.push(projection ? project(item, projection) : item);
    }
    Responses[name] = found;
    if (left.length > 0) UnprocessedKeys[name] = { ...fields, Keys: left };
  }
  return { Responses, UnprocessedKeys };
}

function toReads(tables: Tables, name: string, read: unknown) {
  const fields = toFields(read);
  refuseLegacy(fields);
  const table = tables.get(name);
  const expressions = new Expressions(fields, []);
  const projection = expressions.projection();
  expressions.refuseUnused();
  const keys = requireList(fields, 'Keys', 1, MAX_READS).map((key) => table.checkKey(key));
  refuseDuplicates(keys.map((key) => table.identify(key)));
  return { name, table, keys, projection, fields };
}

/** Puts and deletes up to 25 items, or none of them if the request is invalid. */
export function batchWriteItem(tables: Tables, request: Fields): object {
  const changes = requireMap(request, 'RequestItems', MAX_WRITES).flatMap(([name, writes]) => {
    const table = tables.get(name);
    return requireList({ [name]: writes }, name, 1).map((write) => toChange(table, toFields(write)));
  });
  if (changes.length > MAX_WRITES) {
    throw validationError('Too many items requested for the BatchWriteItem call');
  }
  refuseDuplicates(changes.map(({ table, key }) => table.identify(key)));
  for (const change of changes) apply(change);
  return { UnprocessedItems: {} };
}

function toChange(table: Table, { PutRequest, DeleteRequest }: Fields): Change {
  if (!PutRequest === !DeleteRequest) {
    throw validationError(
      'Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes',
    );
  }
  const next = PutRequest ? table.checkItem(toFields(PutRequest).Item) : undefined;
  const key = next ?? table.checkKey(toFields(DeleteRequest).Key);
  return { table, key, old: table.items.get(key), next };
}

function refuseDuplicates(keys: readonly string[]): void {
  if (new Set(keys).size < keys.length) {
    throw validationError('Provided list of item keys contains duplicates');
  }
}
