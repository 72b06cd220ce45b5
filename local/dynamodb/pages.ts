import { validationError } from './dynamodb-error.ts';
import { type Condition, isMet, pathsOf } from './expressions/condition.ts';
import { Expressions } from './expressions/expressions.ts';
import { toKeyRange } from './expressions/key-condition.ts';
import { type Bindings, resolvePath } from './expressions/path.ts';
import { type Projection, project } from './expressions/projection.ts';
import { type KeyPart, pick } from './item-order.ts';
import {
  type Fields,
  readBoolean,
  readChoice,
  readInteger,
  readText,
  refuseLegacy,
  requireText,
} from './read-request.ts';
import type { Index, Table } from './table.ts';
import type { Tables } from './tables.ts';
import { checkItem, type Item } from './values.ts';

/** Bytes of items that a page reads: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Query.Pagination.html */
const PAGE_BYTES = 2 ** 20;

const SELECTS = ['ALL_ATTRIBUTES', 'ALL_PROJECTED_ATTRIBUTES', 'SPECIFIC_ATTRIBUTES', 'COUNT'] as const;

/** The part of a request that Query and Scan share. */
interface Page {
  table: Table;
  index: Index | undefined;
  bindings: Bindings;
  filter: Condition | undefined;
  projection: Projection | undefined;
  /** Maximum number of items that are read, including those that the filter excludes. */
  limit: number;
  countOnly: boolean;
  /** Attributes that the filter and the answer see; undefined for all. */
  visible: ReadonlySet<string> | undefined;
  after: Item | undefined;
}

export function query(tables: Tables, request: Fields): object {
  refuseLegacy(request);
  const expressions = new Expressions(request, ['FilterExpression', 'KeyConditionExpression']);
  const condition = expressions.condition('KeyConditionExpression');
  if (!condition) {
    throw validationError(
      'Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.',
    );
  }
  const page = readPage(tables, request, expressions);
  const { table, index, filter, after, bindings } = page;
  const { items, keys } = index ?? table;
  const { partition, side } = toKeyRange(condition, keys, bindings);
  if (filter) refuseKeysInFilter(filter, keys, bindings);
  if (after && items.bucketOf(after) !== items.bucketOf(partition)) {
    throw validationError(
      'The provided starting key is outside query boundaries based on provided conditions',
    );
  }
  if (after && side(after) !== 0) {
    throw validationError('The provided starting key does not match the range key predicate');
  }
  const forward = (request.ScanIndexForward ?? true) === true || readBoolean(request, 'ScanIndexForward');
  return readItems(items.query(partition, side, forward, after), page);
}

export function scan(tables: Tables, request: Fields): object {
  refuseLegacy(request);
  const expressions = new Expressions(request, ['FilterExpression']);
  const page = readPage(tables, request, expressions);
  const { table, index, after } = page;
  const { items } = index ?? table;
  const [segment, total] = readSegment(request);
  if (after && !items.isInSegment(after, segment, total)) {
    throw validationError(
      `The provided starting key is invalid: Invalid ExclusiveStartKey. Please use ExclusiveStartKey with correct Segment. TotalSegments: ${total} Segment: ${segment}`,
    );
  }
  return readItems(items.scan(segment, total, after), page);
}

function readPage(tables: Tables, request: Fields, expressions: Expressions): Page {
  const table = tables.get(requireText(request, 'TableName'));
  const index = readIndex(table, request);
  const filter = expressions.condition('FilterExpression');
  const projection = expressions.projection();
  expressions.refuseUnused();
  const select = readSelect(request, index, projection !== undefined);
  // DynamoDB reads the attributes that a local index lacks from the table.
  const isWhole = !index?.isGlobal && (select === 'ALL_ATTRIBUTES' || projection !== undefined);
  const start = request.ExclusiveStartKey ?? undefined;
  return {
    table,
    index,
    bindings: expressions.bindings,
    filter,
    projection,
    limit: readInteger(request, 'Limit', 1, Number.MAX_SAFE_INTEGER) ?? Infinity,
    countOnly: select === 'COUNT',
    visible: isWhole ? undefined : index?.projected,
    after: start === undefined ? undefined : table.checkStartKey(start, index),
  };
}

function readIndex(table: Table, request: Fields): Index | undefined {
  const name = readText(request, 'IndexName');
  if (name === undefined) return undefined;
  const index = table.indexes.get(name);
  if (!index) throw validationError(`The table does not have the specified index: ${name}`);
  if (index.isGlobal && readBoolean(request, 'ConsistentRead')) {
    throw validationError('Consistent reads are not supported on global secondary indexes');
  }
  return index;
}

function readSelect(request: Fields, index: Index | undefined, hasProjection: boolean) {
  const select = readChoice(request, 'Select', SELECTS);
  if (hasProjection && select && select !== 'SPECIFIC_ATTRIBUTES') {
    const what = select === 'COUNT' ? 'only the Count' : select;
    throw validationError(`Cannot specify the ProjectionExpression when choosing to get ${what}`);
  }
  if (select === 'SPECIFIC_ATTRIBUTES' && !hasProjection) {
    throw validationError(
      'Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES',
    );
  }
  const invalid = 'One or more parameter values were invalid: ';
  if (select === 'ALL_PROJECTED_ATTRIBUTES' && !index) {
    throw validationError(
      `${invalid}ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName`,
    );
  }
  if (select === 'ALL_ATTRIBUTES' && index?.isGlobal && index.projected) {
    throw validationError(
      `${invalid}Select type ALL_ATTRIBUTES is not supported for global secondary index ${index.definition.IndexName} because its projection type is not ALL`,
    );
  }
  return select;
}

function readSegment(request: Fields): [segment: number, total: number] {
  const segment = readInteger(request, 'Segment', 0, 999_999);
  const total = readInteger(request, 'TotalSegments', 1, 1_000_000);
  if (segment === undefined && total === undefined) return [0, 1];
  if (total === undefined) {
    throw validationError(
      'The TotalSegments parameter is required but was not present in the request when Segment parameter is present',
    );
  }
  if (segment === undefined) {
    throw validationError(
      'The Segment parameter is required but was not present in the request when parameter TotalSegments is present',
    );
  }
  if (segment < total) return [segment, total];
  throw validationError(
    `The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: ${segment} is not less than TotalSegments: ${total}`,
  );
}

function refuseKeysInFilter(filter: Condition, keys: readonly KeyPart[], bindings: Bindings): void {
  const heads = new Set(pathsOf(filter).map((path) => resolvePath(path, bindings)[0]));
  const key = keys.find(({ name }) => heads.has(name));
  if (!key) return;
  throw validationError(
    `Filter Expression can only contain non-primary key attributes: Primary key attribute: ${key.name}`,
  );
}

function readItems(items: Iterable<Item>, page: Page): object {
  const { table, index, filter, projection, limit, countOnly, visible, bindings } = page;
  const Items: Item[] = [];
  let LastEvaluatedKey: Item | undefined;
  let Count = 0;
  let ScannedCount = 0;
  let bytes = 0;
  for (const stored of items) {
    const item = visible ? restrict(stored, visible) : stored;
    bytes += checkItem(item);
    ScannedCount++;
    if (!filter || isMet(filter, item, bindings)) {
      Count++;
      if (!countOnly) Items.push(projection ? project(item, projection) : item);
    }
    if (ScannedCount < limit && bytes < PAGE_BYTES) continue;
    LastEvaluatedKey = pick(stored, (index ?? table).items.parts);
    break;
  }
  return {
    ...(!countOnly && { Items }),
    Count,
    ScannedCount,
    ...(LastEvaluatedKey && { LastEvaluatedKey }),
  };
}

const restrict = (item: Item, names: ReadonlySet<string>): Item =>
  Object.fromEntries(Object.entries(item).filter(([name]) => names.has(name)));
