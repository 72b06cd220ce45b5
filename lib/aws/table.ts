import {
  type AttributeValue,
  BatchExecuteStatementCommand,
  BatchGetItemCommand,
  BatchWriteItemCommand,
  type DynamoDBClient,
  PutItemCommand,
  QueryCommand,
  type QueryCommandOutput,
} from '@aws-sdk/client-dynamodb';
import { type EntryOutcome, type EntryResult, sendInBatches } from '../batch/send-in-batches.ts';
import { isTransient, ServiceError, withServiceErrors } from '../errors.ts';

/** Entries a request: DynamoDB quotas of BatchExecuteStatement and BatchWriteItem (their API reference pages). */
const WRITES = { maxEntries: 25, concurrency: 4 };
/** Entries a request: DynamoDB quota of BatchGetItem. */
const READS = { maxEntries: 100, concurrency: 4 };

/** The attributes of an item, each a string or a number. Undefined attributes are not written; other types are not read. */
export type Item = Readonly<Record<string, string | number | undefined>>;

/** An item in the SDK's format. */
export type AttributeValues = Record<string, AttributeValue>;

/** Result of an insert. `existing` is the item that has the key already; undefined if DynamoDB did not return it. */
export type Insertion = { inserted: true } | { inserted: false; existing: Item | undefined };

/**
 * One DynamoDB table whose partition key is a string, without a sort key.
 *
 * Batch methods make as few requests as the limits allow, several of them concurrently. They return one outcome per entry,
 * in the order given, and never throw. Keys must be unique within a call.
 */
export interface Table {
  /** Writes items. An item of the same key is replaced. */
  put(items: readonly Item[]): Promise<EntryOutcome<void>[]>;
  /** Writes each item unless the table has an item of the same key. */
  insert(items: readonly Item[]): Promise<EntryOutcome<Insertion>[]>;
  /** Reads items, consistently; undefined for a key without an item. */
  get(keys: readonly string[]): Promise<EntryOutcome<Item | undefined>[]>;
  /**
   * Replaces the item of the same key if it still has the attributes `seen`.
   *
   * @returns Whether the item was replaced.
   * @throws ServiceError
   */
  replace(item: Item, seen: Item): Promise<boolean>;
  /**
   * Reads the items of a global secondary index with one value of its partition key, page by page. An index may lag some
   * milliseconds behind its table.
   *
   * @param attribute Partition key of the index.
   * @throws ServiceError
   */
  query(index: string, attribute: string, value: string): AsyncGenerator<Item>;
}

/**
 * Creates a `Table` on a DynamoDB table.
 *
 * @param client Needs the permissions of the methods in use: BatchWriteItem for `put`, PartiQLInsert for `insert`, BatchGetItem
 *   for `get`, PutItem for `replace`, Query on the index for `query`.
 * @param key Name of the partition key.
 */
export function createTable(client: DynamoDBClient, tableName: string, key: string): Table {
  function refused(operation: string, id: unknown, code: string, message: string, retryable: boolean) {
    const error = new ServiceError(operation, code, `${key} ${id}: ${message}`);
    return { ok: false, error, retryable } as const;
  }

  /** DynamoDB leaves throttled entries unprocessed, so they are sent again after a pause. */
  const unprocessed = (operation: string, id: unknown) =>
    refused(operation, id, 'Unprocessed', 'left unprocessed, the table is throttled', true);

  async function putBatch(items: readonly Item[]): Promise<EntryResult<void>[]> {
    const requests = items.map((item) => ({ PutRequest: { Item: toAttributeValues(item) } }));
    const command = new BatchWriteItemCommand({ RequestItems: { [tableName]: requests } });
    const { UnprocessedItems } = await withServiceErrors('BatchWriteItem', client.send(command));
    const left = UnprocessedItems?.[tableName]?.map(({ PutRequest }) => PutRequest?.Item?.[key]?.S);
    return items.map(({ [key]: id }) =>
      left?.includes(String(id)) ? unprocessed('BatchWriteItem', id) : { ok: true, value: undefined },
    );
  }

  async function insertBatch(items: readonly Item[]): Promise<EntryResult<Insertion>[]> {
    const command = new BatchExecuteStatementCommand({ Statements: items.map(toInsert) });
    const { Responses = [] } = await withServiceErrors('BatchExecuteStatement', client.send(command));
    return Responses.slice(0, items.length).map(({ Error: error }, position) => {
      if (!error) return { ok: true, value: { inserted: true } };
      const { Code = 'Unknown', Message = 'no message', Item } = error;
      if (Code === 'DuplicateItem') {
        return { ok: true, value: { inserted: false, existing: Item && fromAttributeValues(Item) } };
      }
      return refused('BatchExecuteStatement', items[position]?.[key], Code, Message, isTransient(Code));
    });
  }

  function toInsert(item: Item) {
    const values = toAttributeValues(item);
    const fields = Object.keys(values).map((name) => `'${name}': ?`);
    return {
      Statement: `INSERT INTO "${tableName}" VALUE {${fields.join(', ')}}`,
      Parameters: Object.values(values),
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
    };
  }

  async function getBatch(keys: readonly string[]): Promise<EntryResult<Item | undefined>[]> {
    const Keys = keys.map((id) => ({ [key]: { S: id } }));
    const command = new BatchGetItemCommand({
      RequestItems: { [tableName]: { Keys, ConsistentRead: true } },
    });
    const { Responses, UnprocessedKeys } = await withServiceErrors('BatchGetItem', client.send(command));
    const items = new Map(Responses?.[tableName]?.map((item) => [item[key]?.S, item]));
    const left = UnprocessedKeys?.[tableName]?.Keys?.map(({ [key]: id }) => id?.S);
    return keys.map((id) => {
      if (left?.includes(id)) return unprocessed('BatchGetItem', id);
      const item = items.get(id);
      return { ok: true, value: item && fromAttributeValues(item) };
    });
  }

  return {
    async put(items) {
      const { outcomes } = await sendInBatches(items, { ...WRITES, send: putBatch });
      return outcomes;
    },

    async insert(items) {
      const { outcomes } = await sendInBatches(items, { ...WRITES, send: insertBatch });
      return outcomes;
    },

    async get(keys) {
      const { outcomes } = await sendInBatches(keys, { ...READS, send: getBatch });
      return outcomes;
    },

    async replace(item, seen) {
      const expected = Object.entries(toAttributeValues(seen));
      const command = new PutItemCommand({
        TableName: tableName,
        Item: toAttributeValues(item),
        ConditionExpression: expected.map((_, index) => `#${index} = :${index}`).join(' AND '),
        ExpressionAttributeNames: Object.fromEntries(expected.map(([name], index) => [`#${index}`, name])),
        ExpressionAttributeValues: Object.fromEntries(
          expected.map(([, value], index) => [`:${index}`, value]),
        ),
      });
      try {
        await withServiceErrors(`PutItem of ${key} ${item[key]}`, client.send(command));
        return true;
      } catch (thrown) {
        if (thrown instanceof ServiceError && thrown.code === 'ConditionalCheckFailedException') return false;
        throw thrown;
      }
    },

    async *query(index, attribute, value) {
      let ExclusiveStartKey: AttributeValues | undefined;
      do {
        const command = new QueryCommand({
          TableName: tableName,
          IndexName: index,
          KeyConditionExpression: '#0 = :0',
          ExpressionAttributeNames: { '#0': attribute },
          ExpressionAttributeValues: { ':0': { S: value } },
          ExclusiveStartKey,
        });
        const { Items = [], LastEvaluatedKey }: QueryCommandOutput = await withServiceErrors(
          `Query of ${index}`,
          client.send(command),
        );
        yield* Items.map(fromAttributeValues);
        ExclusiveStartKey = LastEvaluatedKey;
      } while (ExclusiveStartKey);
    },
  };
}

export function toAttributeValues(item: Item): AttributeValues {
  const values: AttributeValues = {};
  for (const name of Object.keys(item)) {
    const value = item[name];
    if (typeof value === 'string') values[name] = { S: value };
    else if (value !== undefined) values[name] = { N: String(value) };
  }
  return values;
}

export function fromAttributeValues(values: AttributeValues): Item {
  const item: Record<string, string | number> = {};
  for (const [name, { S, N }] of Object.entries(values)) {
    if (S !== undefined) item[name] = S;
    else if (N !== undefined) item[name] = Number(N);
  }
  return item;
}
