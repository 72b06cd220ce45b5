import type { StoredMap } from '../aws-services/storage.ts';
import { constraintError, validationError } from './dynamodb-error.ts';
import { ItemOrder, type KeyPart } from './item-order.ts';
import { attributeOf, checkItem, type Item, MAX_ITEM_BYTES, type ScalarType, typeOf } from './values.ts';

export interface KeyElement {
  AttributeName: string;
  KeyType: 'HASH' | 'RANGE';
}

export interface IndexDefinition {
  IndexName: string;
  KeySchema: KeyElement[];
  Projection: { ProjectionType: 'ALL' | 'KEYS_ONLY' | 'INCLUDE'; NonKeyAttributes?: string[] };
}

/** The stored description of a table: what CreateTable defined, its id and its settings. */
export interface TableDefinition {
  TableName: string;
  TableId: string;
  /** Epoch seconds. */
  CreationDateTime: number;
  AttributeDefinitions: { AttributeName: string; AttributeType: ScalarType }[];
  KeySchema: KeyElement[];
  BillingMode: 'PAY_PER_REQUEST' | 'PROVISIONED';
  ProvisionedThroughput: { ReadCapacityUnits: number; WriteCapacityUnits: number };
  GlobalSecondaryIndexes: IndexDefinition[];
  LocalSecondaryIndexes: IndexDefinition[];
  /** Attribute with the time at which an item expires; undefined if disabled. */
  timeToLive?: string | undefined;
}

/** A secondary index. It contains the items that have its key attributes. */
export interface Index {
  definition: IndexDefinition;
  isGlobal: boolean;
  /** Key attributes of the index. In the parts of `items`, they precede those of the table. */
  keys: readonly KeyPart[];
  items: ItemOrder;
  /** Names of the attributes in the index; undefined for all. */
  projected: ReadonlySet<string> | undefined;
}

/** Limits of keys: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html */
const MAX_PARTITION_KEY_BYTES = 2_048;
const MAX_SORT_KEY_BYTES = 1_024;

/** A table with its items and indexes in memory. Changes are written to storage. */
export class Table {
  definition: TableDefinition;
  readonly keys: readonly KeyPart[];
  readonly items: ItemOrder;
  readonly indexes = new Map<string, Index>();
  readonly #stored: StoredMap<Item>;

  constructor(definition: TableDefinition, stored: StoredMap<Item>) {
    this.definition = definition;
    this.#stored = stored;
    this.keys = this.#toParts(definition.KeySchema);
    this.items = new ItemOrder(this.keys);
    for (const index of definition.GlobalSecondaryIndexes) this.#addIndex(index, true);
    for (const index of definition.LocalSecondaryIndexes) this.#addIndex(index, false);
  }

  get name(): string {
    return this.definition.TableName;
  }

  /** Puts a checked item. */
  put(item: Item): void {
    this.load(item);
    this.#stored.set(this.identify(item), item);
  }

  delete(key: Item): void {
    const old = this.items.delete(key);
    if (!old) return;
    for (const { items } of this.indexes.values()) items.delete(old);
    this.#stored.delete(this.identify(key));
  }

  /** Puts an item that storage contains already. */
  load(item: Item): void {
    const old = this.items.put(item);
    for (const { items, keys } of this.indexes.values()) {
      if (old) items.delete(old);
      if (keys.every(({ name }) => Object.hasOwn(item, name))) items.put(item);
    }
  }

  /** Removes all items from storage. */
  drop(): void {
    for (const item of this.items.scan(0, 1)) this.#stored.delete(this.identify(item));
  }

  /**
   * Checks an item of a request.
   *
   * @throws DynamoDbError `ValidationException` or `SerializationException`
   */
  checkItem(input: unknown): Item {
    const size = checkItem(input ?? missing('item'));
    this.checkStorable(input as Item, size);
    return input as Item;
  }

  /** Checks the size of an item and the key attributes of the table and of its indexes. */
  checkStorable(item: Item, size: number): void {
    if (size > MAX_ITEM_BYTES) throw validationError('Item size has exceeded the maximum allowed size');
    for (const [position, part] of this.keys.entries()) {
      const value = attributeOf(item, part.name);
      const invalid = 'One or more parameter values were invalid: ';
      if (!value) throw validationError(`${invalid}Missing the key ${part.name} in the item`);
      const actual = typeOf(value);
      if (actual !== part.type) {
        throw validationError(
          `${invalid}Type mismatch for key ${part.name} expected: ${part.type} actual: ${actual}`,
        );
      }
      checkKeyText(value[part.type] ?? '', part, position);
    }
    for (const { keys, definition } of this.indexes.values()) {
      for (const part of keys) checkIndexKey(item, part, definition.IndexName);
    }
  }

  /**
   * Checks the key of a request.
   *
   * @throws DynamoDbError `ValidationException` or `SerializationException`
   */
  checkKey(input: unknown): Item {
    checkItem(input ?? missing('key'));
    const key = input as Item;
    this.#checkKeyParts(key, this.keys);
    if (Object.keys(key).length !== this.keys.length) throw keyMismatch();
    return key;
  }

  /** Checks the key at which a page starts. @param index The queried index, if any. */
  checkStartKey(input: unknown, index: Index | undefined): Item {
    try {
      if (!index) return this.checkKey(input);
      checkItem(input);
      const key = input as Item;
      this.#checkKeyParts(key, index.items.parts);
      if (Object.keys(key).length !== index.items.parts.length) throw keyMismatch();
      return key;
    } catch (error) {
      throw validationError(`The provided starting key is invalid: ${(error as Error).message}`);
    }
  }

  #checkKeyParts(key: Item, parts: readonly KeyPart[]): void {
    for (const [position, part] of parts.entries()) {
      const text = attributeOf(key, part.name)?.[part.type];
      if (text === undefined) throw keyMismatch();
      checkKeyText(text, part, position);
    }
  }

  #addIndex(definition: IndexDefinition, isGlobal: boolean): void {
    const keys = this.#toParts(definition.KeySchema);
    const names = new Set(keys.map(({ name }) => name));
    const parts = [...keys, ...this.keys.filter(({ name }) => !names.has(name))];
    const { ProjectionType, NonKeyAttributes = [] } = definition.Projection;
    const projected = new Set([...parts.map(({ name }) => name), ...NonKeyAttributes]);
    this.indexes.set(definition.IndexName, {
      definition,
      isGlobal,
      keys,
      items: new ItemOrder(parts),
      projected: ProjectionType === 'ALL' ? undefined : projected,
    });
  }

  #toParts(schema: readonly KeyElement[]): KeyPart[] {
    const types = new Map(
      this.definition.AttributeDefinitions.map((attribute) => [
        attribute.AttributeName,
        attribute.AttributeType,
      ]),
    );
    return schema.map(({ AttributeName: name }) => ({ name, type: types.get(name) ?? 'S' }));
  }

  /** Returns a string that identifies an item among those of all tables. */
  identify(item: Item): string {
    // A table's name contains no slash. The length says where the partition key ends and the sort key begins.
    const [partition = '', sort] = this.keys.map(({ name, type }) => item[name]?.[type]);
    return sort === undefined
      ? `${this.name}/${partition}`
      : `${this.name}/${partition.length}/${partition}${sort}`;
  }
}

function missing(parameter: string): never {
  throw constraintError(undefined, parameter, 'Member must not be null');
}

const keyMismatch = () => validationError('The provided key element does not match the schema');

function checkKeyText(text: string, { name, type }: KeyPart, position: number): void {
  if (type === 'N') return;
  if (text === '') {
    const kind = type === 'S' ? 'string' : 'binary';
    throw validationError(
      `One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty ${kind} value. Key: ${name}`,
    );
  }
  // A UTF-16 code unit becomes at most three bytes of UTF-8.
  if (text.length * 3 <= MAX_SORT_KEY_BYTES) return;
  const bytes = Buffer.byteLength(text, type === 'B' ? 'base64' : 'utf8');
  if (bytes > (position === 0 ? MAX_PARTITION_KEY_BYTES : MAX_SORT_KEY_BYTES)) {
    const excess =
      position === 0
        ? `Size of hashkey has exceeded the maximum size limit of${MAX_PARTITION_KEY_BYTES} bytes`
        : `Aggregated size of all range keys has exceeded the size limit of ${MAX_SORT_KEY_BYTES} bytes`;
    throw validationError(`One or more parameter values were invalid: ${excess}`);
  }
}

function checkIndexKey(item: Item, { name, type }: KeyPart, index: string): void {
  const value = attributeOf(item, name);
  if (!value) return;
  const actual = typeOf(value);
  if (actual !== type) {
    throw validationError(
      `One or more parameter values were invalid: Type mismatch for Index Key ${name} Expected: ${type} Actual: ${actual} IndexName: ${index}`,
    );
  }
  if (value[type] === '') {
    const kind = type === 'S' ? 'string' : 'binary';
    throw validationError(
      `One or more parameter values are not valid. A value specified for a secondary index key is not supported. The AttributeValue for a key attribute cannot contain an empty ${kind} value. IndexName: ${index}, IndexKey: ${name}`,
    );
  }
}
