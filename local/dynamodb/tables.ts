import { randomUUID } from 'node:crypto';
import type { Storage, StoredMap } from '../aws-services/storage.ts';
import { arn } from '../stack/account.ts';
import { constraintError, DynamoDbError, validationError } from './dynamodb-error.ts';
import {
  type Fields,
  readBoolean,
  readChoice,
  readFields,
  readInteger,
  readList,
  readText,
  requireFields,
  requireList,
  requireText,
  toFields,
  toTexts,
} from './read-request.ts';
import { type IndexDefinition, type KeyElement, Table, type TableDefinition } from './table.ts';
import type { Item } from './values.ts';

/** Quotas: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html */
const MAX_GLOBAL_INDEXES = 20;
const MAX_LOCAL_INDEXES = 5;

const NAME_PATTERN = /^[a-zA-Z0-9_.-]+$/;
const BILLING_MODES = ['PROVISIONED', 'PAY_PER_REQUEST'] as const;
const INVALID = 'One or more parameter values were invalid: ';

/** The tables of the account, and the actions on them. A table is active as soon as it is created. */
export class Tables {
  readonly #tables = new Map<string, Table>();
  readonly #definitions: StoredMap<TableDefinition>;
  readonly #items: StoredMap<Item>;

  constructor(storage: Storage) {
    this.#definitions = storage.map<TableDefinition>('tables');
    this.#items = storage.map<Item>('items');
    for (const [name, definition] of this.#definitions.entries()) {
      this.#tables.set(name, new Table(definition, this.#items));
    }
    for (const [key, item] of this.#items.entries()) {
      this.#tables.get(key.slice(0, key.indexOf('/')))?.load(item);
    }
  }

  /**
   * Returns a table by its name or ARN.
   *
   * @throws DynamoDbError `ResourceNotFoundException`
   */
  get(nameOrArn: string): Table {
    const table = this.#tables.get(toName(nameOrArn));
    if (table) return table;
    checkName(toName(nameOrArn), 'tableName');
    throw new DynamoDbError('ResourceNotFoundException', 'Requested resource not found');
  }

  create(request: Fields): object {
    const name = toName(requireText(request, 'TableName'));
    checkName(name, 'tableName');
    refuseUnsupported(request);
    const definition = readDefinition(name, request);
    if (this.#tables.has(name)) {
      throw new DynamoDbError('ResourceInUseException', `Table already exists: ${name}`);
    }
    const table = new Table(definition, this.#items);
    this.#tables.set(name, table);
    this.#definitions.set(name, definition);
    return { TableDescription: describe(table) };
  }

  describe(request: Fields): object {
    return { Table: describe(this.#find(request)) };
  }

  delete(request: Fields): object {
    const table = this.#find(request);
    this.#tables.delete(table.name);
    this.#definitions.delete(table.name);
    table.drop();
    return { TableDescription: { ...describe(table), TableStatus: 'DELETING' } };
  }

  list(request: Fields): object {
    const limit = readInteger(request, 'Limit', 1, 100) ?? 100;
    const after = readText(request, 'ExclusiveStartTableName');
    const names = [...this.#tables.keys()].sort().filter((name) => after === undefined || name > after);
    const TableNames = names.slice(0, limit);
    return names.length > limit ? { TableNames, LastEvaluatedTableName: TableNames.at(-1) } : { TableNames };
  }

  /** Records the attribute. Items do not expire here: DynamoDB deletes them within days, and returns them until then. */
  updateTimeToLive(request: Fields): object {
    const table = this.#find(request);
    const specification = requireFields(request, 'TimeToLiveSpecification');
    const AttributeName = requireText(specification, 'AttributeName');
    const Enabled = readBoolean(specification, 'Enabled');
    const { timeToLive } = table.definition;
    if (Enabled === (timeToLive !== undefined)) {
      throw validationError(`TimeToLive is already ${Enabled ? 'enabled' : 'disabled'}`);
    }
    if (!Enabled && timeToLive !== AttributeName) {
      throw validationError(
        `TimeToLive is active on a different AttributeName: current AttributeName is ${timeToLive}`,
      );
    }
    table.definition = { ...table.definition, timeToLive: Enabled ? AttributeName : undefined };
    this.#definitions.set(table.name, table.definition);
    return { TimeToLiveSpecification: { AttributeName, Enabled } };
  }

  describeTimeToLive(request: Fields): object {
    const { timeToLive } = this.#find(request).definition;
    const TimeToLiveDescription = timeToLive
      ? { TimeToLiveStatus: 'ENABLED', AttributeName: timeToLive }
      : { TimeToLiveStatus: 'DISABLED' };
    return { TimeToLiveDescription };
  }

  /** Finds the table of a request. Unlike that of {@link Tables.get}, the error contains the table's name. */
  #find(request: Fields): Table {
    const name = toName(requireText(request, 'TableName'));
    checkName(name, 'tableName');
    const table = this.#tables.get(name);
    if (table) return table;
    throw new DynamoDbError(
      'ResourceNotFoundException',
      `Requested resource not found: Table: ${name} not found`,
    );
  }
}

/** Returns the name of a table from its name or ARN. */
export const toName = (nameOrArn: string): string =>
  nameOrArn.startsWith('arn:') ? nameOrArn.slice(nameOrArn.indexOf('/') + 1) : nameOrArn;

function checkName(name: string, parameter: string): void {
  const constraint = 'Member must have length';
  if (name.length < 3) throw constraintError(name, parameter, `${constraint} greater than or equal to 3`);
  if (name.length > 255) throw constraintError(name, parameter, `${constraint} less than or equal to 255`);
  if (NAME_PATTERN.test(name)) return;
  throw constraintError(name, parameter, 'Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+');
}

function refuseUnsupported(request: Fields): void {
  const streams = readFields(request, 'StreamSpecification');
  if (streams && readBoolean(streams, 'StreamEnabled')) {
    throw validationError('StreamSpecification: the embedded DynamoDB does not support streams');
  }
  if ((readList(request, 'Tags') ?? []).length > 0) {
    throw validationError('Tags: the embedded DynamoDB does not support tags');
  }
}

function readDefinition(TableName: string, request: Fields): TableDefinition {
  const AttributeDefinitions = requireList(request, 'AttributeDefinitions').map((element) => {
    const fields = toFields(element);
    const AttributeType = readChoice(fields, 'AttributeType', ['S', 'N', 'B'] as const);
    if (!AttributeType) throw constraintError(undefined, 'attributeType', 'Member must not be null');
    return { AttributeName: requireText(fields, 'AttributeName'), AttributeType };
  });
  const names = AttributeDefinitions.map(({ AttributeName }) => AttributeName);
  const KeySchema = readKeySchema(request, names);
  const GlobalSecondaryIndexes = readIndexes(request, 'GlobalSecondaryIndexes', MAX_GLOBAL_INDEXES, names);
  const LocalSecondaryIndexes = readIndexes(request, 'LocalSecondaryIndexes', MAX_LOCAL_INDEXES, names);
  for (const index of LocalSecondaryIndexes) checkLocalIndex(index, KeySchema);
  checkIndexNames([...GlobalSecondaryIndexes, ...LocalSecondaryIndexes]);
  checkDefinitionsUsed(names, [
    KeySchema,
    ...GlobalSecondaryIndexes.map(schemaOf),
    ...LocalSecondaryIndexes.map(schemaOf),
  ]);
  return {
    TableName,
    TableId: randomUUID(),
    CreationDateTime: Date.now() / 1_000,
    AttributeDefinitions,
    KeySchema,
    ...readBilling(request),
    GlobalSecondaryIndexes,
    LocalSecondaryIndexes,
  };
}

const schemaOf = ({ KeySchema }: IndexDefinition): KeyElement[] => KeySchema;

function readKeySchema(fields: Fields, defined: readonly string[]): KeyElement[] {
  const elements = requireList(fields, 'KeySchema', 1, 2).map((element): KeyElement => {
    const key = toFields(element);
    const KeyType = readChoice(key, 'KeyType', ['HASH', 'RANGE'] as const);
    if (!KeyType) throw constraintError(undefined, 'keyType', 'Member must not be null');
    return { AttributeName: requireText(key, 'AttributeName'), KeyType };
  });
  const [partition, sort] = elements;
  if (partition?.KeyType !== 'HASH') {
    throw validationError('Invalid KeySchema: The first KeySchemaElement is not a HASH key type');
  }
  if (sort && sort.KeyType !== 'RANGE') {
    throw validationError('Invalid KeySchema: The second KeySchemaElement is not a RANGE key type');
  }
  if (sort?.AttributeName === partition.AttributeName) {
    throw validationError('Both the Hash Key and the Range Key element in the KeySchema have the same name');
  }
  const names = elements.map(({ AttributeName }) => AttributeName);
  if (names.some((name) => !defined.includes(name))) {
    throw validationError(
      `${INVALID}Some index key attributes are not defined in AttributeDefinitions. Keys: [${names.join(', ')}], AttributeDefinitions: [${defined.join(', ')}]`,
    );
  }
  return elements;
}

function readIndexes(
  request: Fields,
  name: string,
  most: number,
  defined: readonly string[],
): IndexDefinition[] {
  const list = readList(request, name);
  if (!list) return [];
  if (list.length === 0) throw validationError(`${INVALID}List of ${name} is empty`);
  if (list.length > most)
    throw validationError(`${INVALID}${name} count exceeds the per-table limit of ${most}`);
  return list.map((element) => readIndex(toFields(element), defined));
}

function readIndex(fields: Fields, defined: readonly string[]): IndexDefinition {
  const IndexName = requireText(fields, 'IndexName');
  checkName(IndexName, 'indexName');
  const projection = requireFields(fields, 'Projection');
  const ProjectionType = readChoice(projection, 'ProjectionType', ['ALL', 'KEYS_ONLY', 'INCLUDE'] as const);
  if (!ProjectionType) throw validationError(`${INVALID}Unknown ProjectionType: null`);
  const NonKeyAttributes = readList(projection, 'NonKeyAttributes', 1, 20);
  if (NonKeyAttributes && ProjectionType !== 'INCLUDE') {
    throw validationError(`${INVALID}ProjectionType is ${ProjectionType}, but NonKeyAttributes is specified`);
  }
  return {
    IndexName,
    KeySchema: readKeySchema(fields, defined),
    Projection: { ProjectionType, ...(NonKeyAttributes && { NonKeyAttributes: toTexts(NonKeyAttributes) }) },
  };
}

function checkLocalIndex(
  { IndexName, KeySchema }: IndexDefinition,
  [tablePartition, tableSort]: KeyElement[],
): void {
  const [partition, sort] = KeySchema;
  if (!tableSort) {
    throw validationError(
      `${INVALID}Table KeySchema does not have a range key, which is required when specifying a LocalSecondaryIndex`,
    );
  }
  if (!sort)
    throw validationError(`${INVALID}Index KeySchema does not have a range key for index: ${IndexName}`);
  if (partition?.AttributeName === tablePartition?.AttributeName) return;
  throw validationError(
    `${INVALID}Index KeySchema does not have the same leading hash key as table KeySchema for index: ${IndexName}. index hash key: ${partition?.AttributeName}, table hash key: ${tablePartition?.AttributeName}`,
  );
}

function checkIndexNames(indexes: readonly IndexDefinition[]): void {
  const names = indexes.map(({ IndexName }) => IndexName);
  const duplicate = names.find((name, position) => names.indexOf(name) !== position);
  if (duplicate) throw validationError(`${INVALID}Duplicate index name: ${duplicate}`);
}

function checkDefinitionsUsed(defined: readonly string[], schemas: readonly KeyElement[][]): void {
  const used = new Set(schemas.flat().map(({ AttributeName }) => AttributeName));
  if (used.size === defined.length && defined.every((name) => used.has(name))) return;
  const message =
    schemas.length === 1
      ? 'Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions'
      : `Some AttributeDefinitions are not used. AttributeDefinitions: [${defined.join(', ')}], keys used: [${[...used].join(', ')}]`;
  throw validationError(`${INVALID}${message}`);
}

function readBilling(request: Fields): Pick<TableDefinition, 'BillingMode' | 'ProvisionedThroughput'> {
  const BillingMode = readChoice(request, 'BillingMode', BILLING_MODES) ?? 'PROVISIONED';
  const throughput = readFields(request, 'ProvisionedThroughput');
  const units = (name: string) => throughput && readInteger(throughput, name, 1, Number.MAX_SAFE_INTEGER);
  const [read, write] = [units('ReadCapacityUnits'), units('WriteCapacityUnits')];
  if (BillingMode === 'PAY_PER_REQUEST') {
    if (!throughput)
      return { BillingMode, ProvisionedThroughput: { ReadCapacityUnits: 0, WriteCapacityUnits: 0 } };
    throw validationError(
      `${INVALID}Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST`,
    );
  }
  if (read && write) {
    return { BillingMode, ProvisionedThroughput: { ReadCapacityUnits: read, WriteCapacityUnits: write } };
  }
  throw validationError(
    `${INVALID}ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED`,
  );
}

/** Returns a table's description. Sizes are 0: DynamoDB updates them about every six hours. */
function describe({ definition, items, indexes }: Table): object {
  const { GlobalSecondaryIndexes, LocalSecondaryIndexes, BillingMode, timeToLive, ...described } = definition;
  const TableArn = arn('dynamodb', `table/${definition.TableName}`);
  const toIndex = (index: IndexDefinition) => ({
    ...index,
    IndexArn: `${TableArn}/index/${index.IndexName}`,
    IndexSizeBytes: 0,
    ItemCount: indexes.get(index.IndexName)?.items.size ?? 0,
  });
  const ProvisionedThroughput = { NumberOfDecreasesToday: 0, ...definition.ProvisionedThroughput };
  return {
    ...described,
    TableArn,
    TableStatus: 'ACTIVE',
    ItemCount: items.size,
    TableSizeBytes: 0,
    DeletionProtectionEnabled: false,
    ProvisionedThroughput,
    ...(BillingMode === 'PAY_PER_REQUEST' && { BillingModeSummary: { BillingMode } }),
    ...(LocalSecondaryIndexes.length > 0 && { LocalSecondaryIndexes: LocalSecondaryIndexes.map(toIndex) }),
    ...(GlobalSecondaryIndexes.length > 0 && {
      GlobalSecondaryIndexes: GlobalSecondaryIndexes.map((index) => ({
        ...toIndex(index),
        IndexStatus: 'ACTIVE',
        ProvisionedThroughput,
      })),
    }),
  };
}
