import {
  BatchExecuteStatementCommand,
  BatchGetItemCommand,
  BatchWriteItemCommand,
  CreateTableCommand,
  type CreateTableInput,
  DynamoDBClient,
  ExecuteStatementCommand,
  GetItemCommand,
  ListTablesCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  TransactGetItemsCommand,
  type TransactWriteItem,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { describe, expect, test } from 'vitest';
import { openMemoryStorage } from '../../../local/aws-services/storage.ts';
import { createDynamoDbService } from '../../../local/dynamodb/handle-dynamodb.ts';
import { arn } from '../../../local/stack/account.ts';
import { clientOptions } from '../client-of-service.ts';
import { ORDERS, THINGS } from '../dynamodb/call-dynamodb.ts';
import { accessWith, notAllowed, ROLE_KEY, ROOT_KEY, signedWith, type TestStatement } from './test-access.ts';

const TableName = 'things';
const THINGS_ARN = arn('dynamodb', 'table/things');
const ORDERS_ARN = arn('dynamodb', 'table/orders');
const Key = { id: { S: 'a' } };

/** Opens DynamoDB with the tables `things` and `orders`, and a client of the role. */
async function openWith(...rights: TestStatement[]) {
  const service = createDynamoDbService(openMemoryStorage(), { access: accessWith(...rights) });
  const clientOf = (accessKeyId: string) =>
    new DynamoDBClient({ ...clientOptions(service), ...signedWith(accessKeyId) });
  const root = clientOf(ROOT_KEY);
  for (const table of [THINGS, ORDERS]) await root.send(new CreateTableCommand(table as CreateTableInput));
  const count = async () => (await root.send(new ScanCommand({ TableName }))).Count;
  return { service, client: clientOf(ROLE_KEY), root, clientOf, count };
}

const deniedBy = (action: string, resource: string) => ({
  name: 'AccessDeniedException',
  message: notAllowed(action, resource),
  $metadata: { httpStatusCode: 400 },
});

test('a role without the right is denied with the code of DynamoDB and the message of IAM, and nothing happens', async () => {
  const { client, count } = await openWith({ Action: 'dynamodb:GetItem', Resource: THINGS_ARN });
  await client.send(new GetItemCommand({ TableName, Key }));
  await expect(client.send(new PutItemCommand({ TableName, Item: Key }))).rejects.toMatchObject(
    deniedBy('dynamodb:PutItem', THINGS_ARN),
  );
  expect(await count()).toBe(0);
});

test('a role does not learn whether a table exists, and may name it by its ARN', async () => {
  const { client } = await openWith({
    Action: 'dynamodb:GetItem',
    Resource: [THINGS_ARN, arn('dynamodb', 'table/may-exist')],
  });
  const get = (name: string) => client.send(new GetItemCommand({ TableName: name, Key }));
  await get(THINGS_ARN);
  await expect(get('nowhere')).rejects.toMatchObject({ name: 'AccessDeniedException' });
  await expect(get('may-exist')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  await expect(get(ORDERS_ARN)).rejects.toMatchObject(deniedBy('dynamodb:GetItem', ORDERS_ARN));
});

test('a query of an index needs the right on the index', async () => {
  const query = {
    TableName: 'orders',
    KeyConditionExpression: 'city = :city',
    ExpressionAttributeValues: { ':city': { S: 'Oslo' } },
    IndexName: 'by-city',
  };
  const index = `${ORDERS_ARN}/index/by-city`;
  const { client } = await openWith({ Action: ['dynamodb:Query', 'dynamodb:Scan'], Resource: ORDERS_ARN });
  await client.send(new ScanCommand({ TableName: 'orders' }));
  await expect(client.send(new QueryCommand(query))).rejects.toMatchObject(deniedBy('dynamodb:Query', index));
  await (await openWith({ Action: 'dynamodb:Query', Resource: index })).client.send(new QueryCommand(query));
});

test('a list of tables is about no table', async () => {
  const { client } = await openWith({ Action: 'dynamodb:*', Resource: THINGS_ARN });
  await expect(client.send(new ListTablesCommand({}))).rejects.toMatchObject(
    deniedBy('dynamodb:ListTables', '*'),
  );
});

describe('a batch', () => {
  test('needs an action of its own on each of its tables', async () => {
    const { client, count } = await openWith(
      { Action: ['dynamodb:BatchGetItem', 'dynamodb:BatchWriteItem'], Resource: THINGS_ARN },
      { Action: 'dynamodb:PutItem', Resource: '*' },
    );
    const put = { PutRequest: { Item: Key } };
    await client.send(new BatchGetItemCommand({ RequestItems: { things: { Keys: [Key] } } }));
    const order = { PutRequest: { Item: { customer: { S: 'Jane' }, at: { N: '1' } } } };
    await expect(
      client.send(new BatchWriteItemCommand({ RequestItems: { things: [put], orders: [order] } })),
    ).rejects.toMatchObject(deniedBy('dynamodb:BatchWriteItem', ORDERS_ARN));
    expect(await count()).toBe(0);
    await client.send(new BatchWriteItemCommand({ RequestItems: { things: [put] } }));
    expect(await count()).toBe(1);
  });

  test('of statements denies each statement by itself', async () => {
    const { client, count } = await openWith({ Action: 'dynamodb:PartiQLInsert', Resource: THINGS_ARN });
    const insert = (table: string) => ({
      Statement: `INSERT INTO "${table}" VALUE {'id': ?}`,
      Parameters: [{ S: 'a' }],
    });
    const { Responses } = await client.send(
      new BatchExecuteStatementCommand({ Statements: [insert('orders'), insert('things')] }),
    );
    expect(Responses).toEqual([
      {
        TableName: 'orders',
        Error: { Code: 'AccessDenied', Message: notAllowed('dynamodb:PartiQLInsert', ORDERS_ARN) },
      },
      { TableName: 'things' },
    ]);
    expect(await count()).toBe(1);
    await expect(client.send(new ExecuteStatementCommand(insert('orders')))).rejects.toMatchObject(
      deniedBy('dynamodb:PartiQLInsert', ORDERS_ARN),
    );
  });
});

describe('a transaction', () => {
  const put = { Put: { TableName, Item: { id: { S: 'b' } } } };
  const actions: [string, TransactWriteItem][] = [
    ['dynamodb:PutItem', { Put: { TableName, Item: Key } }],
    ['dynamodb:DeleteItem', { Delete: { TableName, Key } }],
    ['dynamodb:UpdateItem', { Update: { TableName, Key, UpdateExpression: 'REMOVE x' } }],
    [
      'dynamodb:ConditionCheckItem',
      { ConditionCheck: { TableName, Key, ConditionExpression: 'attribute_not_exists(id)' } },
    ],
  ];

  test.each(actions)('needs %s for that action', async (Action, item) => {
    const allowed = await openWith({ Action, Resource: THINGS_ARN });
    await allowed.client.send(new TransactWriteItemsCommand({ TransactItems: [item] }));
    const others = actions.map(([action]) => action).filter((action) => action !== Action);
    const { client, count } = await openWith({ Action: others, Resource: THINGS_ARN });
    const TransactItems = Action === 'dynamodb:PutItem' ? [item] : [put, item];
    await expect(client.send(new TransactWriteItemsCommand({ TransactItems }))).rejects.toMatchObject(
      deniedBy(Action, THINGS_ARN),
    );
    expect(await count()).toBe(0);
  });

  test('that reads needs dynamodb:GetItem on each table', async () => {
    const { client } = await openWith({ Action: 'dynamodb:GetItem', Resource: THINGS_ARN });
    const get = { Get: { TableName, Key } };
    const order = { Get: { TableName: 'orders', Key: { customer: { S: 'Jane' }, at: { N: '1' } } } };
    await client.send(new TransactGetItemsCommand({ TransactItems: [get] }));
    await expect(
      client.send(new TransactGetItemsCommand({ TransactItems: [get, order] })),
    ).rejects.toMatchObject(deniedBy('dynamodb:GetItem', ORDERS_ARN));
  });
});

describe('credentials', () => {
  test('with an unknown access key are refused', async () => {
    const { clientOf } = await openWith();
    await expect(clientOf('AKIAUNKNOWN').send(new ListTablesCommand({}))).rejects.toMatchObject({
      name: 'UnrecognizedClientException',
      message: 'The security token included in the request is invalid.',
      $metadata: { httpStatusCode: 400 },
    });
  });

  test('are required', async () => {
    const { service } = await openWith();
    const answer = await service({
      method: 'POST',
      path: '/',
      query: new URLSearchParams(),
      headers: { 'x-amz-target': 'DynamoDB_20120810.ListTables' },
      body: Buffer.from('{}'),
      sourceIp: '127.0.0.1',
      requestId: 'request-1',
      signal: new AbortController().signal,
    });
    expect([answer.status, JSON.parse(String(answer.body))]).toEqual([
      400,
      {
        __type: 'com.amazon.coral.service#MissingAuthenticationTokenException',
        message: 'Missing Authentication Token',
      },
    ]);
  });
});
