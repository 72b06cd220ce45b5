import { BatchGetItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { beforeEach, expect, test } from 'vitest';
import { createDynamoDbClient } from '../../../lib/aws/clients.ts';
import { createStoredItems, type StoredOrders } from '../../../operations/aws/stored-items.ts';
import { intercept, sdkError } from '../../aws/intercept.ts';

let client: ReturnType<typeof createDynamoDbClient>;
let stored: StoredOrders;
beforeEach(() => {
  client = createDynamoDbClient({ region: 'eu-central-1' });
  stored = createStoredItems(client, 'points');
  return () => client.destroy();
});

const toItems = (...ids: string[]) => ids.map((id) => ({ order_id: { S: id } }));

async function listAll(): Promise<string[][]> {
  const pages: string[][] = [];
  for await (const page of stored.list({ from: 1_000, to: 2_000 })) pages.push(page);
  return pages;
}

test('stored items are listed page by page, without those confirmed at the end of the range', async () => {
  const $metadata = {};
  const scans = intercept(client, ScanCommand, async ({ ExclusiveStartKey }) =>
    ExclusiveStartKey
      ? { $metadata, Items: toItems('c') }
      : { $metadata, Items: toItems('a', 'b'), LastEvaluatedKey: { order_id: { S: 'b' } } },
  );
  expect(await listAll()).toEqual([['a', 'b'], ['c']]);
  expect(scans).toHaveLength(2);
  // BETWEEN includes both limits.
  expect(scans[0]).toMatchObject({
    TableName: 'points',
    FilterExpression: 'confirmed_at BETWEEN :from AND :last',
    ExpressionAttributeValues: { ':from': { N: '1000' }, ':last': { N: '1999' } },
  });
});

test('stored items are looked up by their ids, and no ids need no request', async () => {
  const reads = intercept(client, BatchGetItemCommand, async () => ({
    $metadata: {},
    Responses: { points: toItems('b', 'c') },
  }));
  expect(await stored.have([])).toEqual(new Set());
  expect(reads).toHaveLength(0);
  expect(await stored.have(['a', 'b', 'c'])).toEqual(new Set(['b', 'c']));
  expect(reads).toHaveLength(1);
});

test('an unreachable table is an error, not an order that is not stored', async () => {
  const refuse = async (): Promise<never> => {
    throw sdkError('AccessDeniedException');
  };
  intercept(client, ScanCommand, refuse);
  intercept(client, BatchGetItemCommand, refuse);
  const failure = { name: 'ServiceError', code: 'AccessDeniedException' };
  await expect(listAll()).rejects.toMatchObject(failure);
  await expect(stored.have(['a'])).rejects.toMatchObject(failure);
});
