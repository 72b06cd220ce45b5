import { randomUUID } from 'node:crypto';
import {
  BatchExecuteStatementCommand,
  BatchGetItemCommand,
  BatchWriteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createTable, type Item, type Table } from '../../lib/aws/table.ts';
import { provisionTable } from '../../local/dynamodb/provision-table.ts';
import { type EmbeddedDynamoDb, startDynamoDb } from '../../local/dynamodb/start-dynamodb.ts';
import { countInFlight } from './count-in-flight.ts';
import { intercept } from './intercept.ts';

let dynamoDb: EmbeddedDynamoDb;
let client: DynamoDBClient;
let tableName: string;
let table: Table;

const connect = (endpoint: string) =>
  new DynamoDBClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
    maxAttempts: 1,
  });

beforeAll(async () => {
  dynamoDb = await startDynamoDb({ port: 0 });
});
afterAll(() => dynamoDb.stop());
beforeEach(async () => {
  client = connect(dynamoDb.endpoint);
  tableName = `points-${randomUUID()}`;
  await provisionTable(client, {
    TableName: tableName,
    AttributeDefinitions: [
      { AttributeName: 'id', AttributeType: 'S' },
      { AttributeName: 'customer', AttributeType: 'S' },
    ],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    GlobalSecondaryIndexes: [
      {
        IndexName: 'by-customer',
        KeySchema: [{ AttributeName: 'customer', KeyType: 'HASH' }],
        Projection: { ProjectionType: 'ALL' },
      },
    ],
    BillingMode: 'PAY_PER_REQUEST',
  });
  table = createTable(client, tableName, 'id');
  return () => client.destroy();
});

const items = (count: number): Item[] =>
  Array.from({ length: count }, (_, n) => ({ id: `i-${n}`, customer: `c-${n % 2}`, points: n }));
const done = { ok: true, value: undefined };

async function readAll(customer: string): Promise<Item[]> {
  const read: Item[] = [];
  for await (const item of table.query('by-customer', 'customer', customer)) read.push(item);
  return read;
}

describe('put and get', () => {
  test('write 25 items and read 100 items a request, as strings and numbers', async () => {
    const written = items(120);
    const writes = intercept(client, BatchWriteItemCommand);
    const reads = intercept(client, BatchGetItemCommand);
    expect(await table.put(written)).toEqual(written.map(() => done));
    expect(await table.get([...written.map(({ id }) => String(id)), 'absent'])).toEqual([
      ...written.map((item) => ({ ok: true, value: item })),
      { ok: true, value: undefined },
    ]);
    expect(writes).toHaveLength(5);
    expect(reads).toHaveLength(2);
  });

  test('make four concurrent requests', async () => {
    const writes = countInFlight(client, BatchWriteItemCommand);
    const inserts = countInFlight(client, BatchExecuteStatementCommand);
    const reads = countInFlight(client, BatchGetItemCommand);
    const written = items(501);
    await table.put(written);
    await table.insert(written);
    await table.get(written.map(({ id }) => String(id)));
    expect([writes.most, inserts.most, reads.most]).toEqual([4, 4, 4]);
  });

  test('omit undefined attributes, and attributes that are neither string nor number', async () => {
    await table.put([{ id: 'i-1', note: undefined, price: 39.9, empty: '' }]);
    const get = new GetItemCommand({ TableName: tableName, Key: { id: { S: 'i-1' } } });
    expect((await client.send(get)).Item).toEqual({
      id: { S: 'i-1' },
      price: { N: '39.9' },
      empty: { S: '' },
    });
    const Item = { id: { S: 'i-2' }, sold: { BOOL: true }, price: { N: '1e-7' } };
    await client.send(new PutItemCommand({ TableName: tableName, Item }));
    expect(await table.get(['i-2'])).toEqual([{ ok: true, value: { id: 'i-2', price: 1e-7 } }]);
  });

  test('fail every item and do not throw if the endpoint is unreachable', async () => {
    const unreachable = createTable(connect('http://127.0.0.1:1'), tableName, 'id');
    const failed = { ok: false, error: { name: 'ServiceError', code: 'ECONNREFUSED' } };
    expect(await unreachable.put(items(2))).toMatchObject([failed, failed]);
    expect(await unreachable.insert(items(2))).toMatchObject([failed, failed]);
    expect(await unreachable.get(['i-1', 'i-2'])).toMatchObject([failed, failed]);
    await expect(unreachable.replace({ id: 'i-1' }, { points: 1 })).rejects.toMatchObject({
      message: expect.stringMatching(/^PutItem of id i-1: ECONNREFUSED: /),
    });
    await expect(unreachable.query('by-customer', 'customer', 'c-0').next()).rejects.toMatchObject({
      message: expect.stringMatching(/^Query of by-customer: ECONNREFUSED: /),
    });
  });
});

describe('insert', () => {
  test('writes an item unless its key exists, and returns the existing item', async () => {
    await table.put([{ id: 'i-1', points: 7 }]);
    expect(await table.insert(items(3))).toEqual([
      { ok: true, value: { inserted: true } },
      { ok: true, value: { inserted: false, existing: { id: 'i-1', points: 7 } } },
      { ok: true, value: { inserted: true } },
    ]);
    expect(await table.get(['i-0', 'i-1'])).toMatchObject([
      { value: { points: 0 } },
      { value: { points: 7 } },
    ]);
  });
});

describe('replace', () => {
  test('replaces an item only if it still has all attributes that were seen', async () => {
    await table.put([{ id: 'i-1', points: 7, customer: 'c-1' }]);
    const next = { id: 'i-1', points: 8 };
    expect(await table.replace(next, { points: 7, customer: 'c-2' })).toBe(false);
    expect(await table.replace(next, { points: 7, customer: 'c-1' })).toBe(true);
    expect(await table.replace(next, { points: 7, customer: 'c-1' })).toBe(false);
    expect(await table.replace({ id: 'absent' }, { points: 7 })).toBe(false);
    expect(await table.get(['i-1', 'absent'])).toEqual([{ ok: true, value: next }, done]);
  });
});

describe('query', () => {
  test('reads the items with one index value from all pages', async () => {
    await table.put(items(30));
    const queries = intercept(client, QueryCommand, (input, pass) => pass({ ...input, Limit: 4 }));
    const read = await readAll('c-1');
    expect(read.map(({ points }) => Number(points)).toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 15 }, (_, n) => 2 * n + 1),
    );
    expect(queries.length).toBeGreaterThan(3);
    expect(await readAll('nobody')).toEqual([]);
  });
});
