import { crc32 } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { Storage } from '../../../local/aws-services/storage.ts';
import { createDynamoDb, ORDERS, THINGS } from './call-dynamodb.ts';

type Attributes = Record<string, object>;
const S = (S: string) => ({ S });
const N = (N: number | string) => ({ N: String(N) });

async function createThings(...items: Attributes[]) {
  const dynamoDb = createDynamoDb();
  await dynamoDb.call('CreateTable', THINGS);
  for (const Item of items) await dynamoDb.call('PutItem', { TableName: 'things', Item });
  return dynamoDb.call;
}

/** Creates orders with `at` from 1 to `count`: even ones of one customer, and odd ones of another customer in Rome. */
async function createOrders(count: number) {
  const { call } = createDynamoDb();
  await call('CreateTable', ORDERS);
  for (let at = 1; at <= count; at++) {
    const Item = {
      customer: S(at % 2 ? 'odd' : 'even'),
      at: N(at),
      amount: N(100 - at),
      note: S('n'),
      ...(at % 2 && { city: S('Rome') }),
    };
    await call('PutItem', { TableName: 'orders', Item });
  }
  return call;
}

const invalid = (message: string) => ({ name: 'ValidationException', message });

/** Reads all pages of a Query or a Scan. */
async function readPages(call: Awaited<ReturnType<typeof createThings>>, action: string, request: object) {
  const items: Attributes[] = [];
  let pages = 0;
  let ExclusiveStartKey: unknown;
  do {
    const page = await call(action, { ...request, ExclusiveStartKey });
    items.push(...page.Items);
    ExclusiveStartKey = page.LastEvaluatedKey;
    pages++;
  } while (ExclusiveStartKey);
  return { items, pages };
}

const timesOf = (items: Attributes[]) => items.map(({ at }) => Number((at as { N: string }).N));

describe('an answer', () => {
  test('is JSON 1.0 with its checksum and the request id', async () => {
    const { post } = createDynamoDb();
    const { status, headers, body } = await post('DynamoDB_20120810.ListTables', '{}');
    expect({ status, headers, body }).toEqual({
      status: 200,
      headers: {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-crc32': String(crc32('{"TableNames":[]}')),
        'x-amzn-requestid': 'request-1',
      },
      body: '{"TableNames":[]}',
    });
  });

  test.each([
    ['DynamoDB_20120810.ListTables', 'null', 'com.amazon.coral.service#SerializationException'],
    ['DynamoDB_20120810.ListTables', '[]', 'com.amazon.coral.service#SerializationException'],
    ['DynamoDB_20120810.ListTables', '{', 'com.amazon.coral.service#SerializationException'],
    ['DynamoDB_20120810.ListTables', '{"Limit":0}', 'com.amazon.coral.validate#ValidationException'],
    ['DynamoDB_20120810.ListTables', '{"Limit":"1"}', 'com.amazon.coral.service#SerializationException'],
    [
      'DynamoDB_20120810.DescribeTable',
      '{"TableName":"nothing"}',
      'com.amazonaws.dynamodb.v20120810#ResourceNotFoundException',
    ],
    ['DynamoDB_20120810.DescribeLimits', '{}', 'com.amazon.coral.service#UnknownOperationException'],
    ['ListTables', '{}', 'com.amazon.coral.service#UnknownOperationException'],
  ])('to %s with the body %s is an error of the type %s', async (target, body, type) => {
    const { status, json } = await createDynamoDb().post(target, body);
    expect([status, json.__type]).toEqual([400, type]);
    expect(json.message).not.toBe('');
  });
});

describe('a table', () => {
  test('is active immediately, and is described with its indexes and the number of its items', async () => {
    const call = await createOrders(3);
    const { Table } = await call('DescribeTable', { TableName: 'orders' });
    expect(Table).toMatchObject({
      TableName: 'orders',
      TableArn: 'arn:aws:dynamodb:us-east-1:000000000000:table/orders',
      TableStatus: 'ACTIVE',
      ItemCount: 3,
      KeySchema: ORDERS.KeySchema,
      AttributeDefinitions: ORDERS.AttributeDefinitions,
      BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
      GlobalSecondaryIndexes: [{ ...ORDERS.GlobalSecondaryIndexes[0], IndexStatus: 'ACTIVE', ItemCount: 2 }],
      LocalSecondaryIndexes: [{ ...ORDERS.LocalSecondaryIndexes[0], ItemCount: 3 }],
    });
    expect(await call('DescribeTable', { TableName: Table.TableArn })).toEqual({ Table });
  });

  test('cannot be created twice, and is empty if it is created again after its deletion', async () => {
    const call = await createThings({ id: S('a') });
    await expect(call('CreateTable', THINGS)).rejects.toMatchObject({ name: 'ResourceInUseException' });
    const { TableDescription } = await call('DeleteTable', { TableName: 'things' });
    expect(TableDescription).toMatchObject({ TableName: 'things', TableStatus: 'DELETING' });
    await expect(call('DeleteTable', { TableName: 'things' })).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: 'Requested resource not found: Table: things not found',
    });
    await call('CreateTable', THINGS);
    expect(await call('Scan', { TableName: 'things' })).toEqual({ Items: [], Count: 0, ScannedCount: 0 });
  });

  test('is listed by name, page by page', async () => {
    const { call } = createDynamoDb();
    for (const TableName of ['ccc', 'aaa', 'bbb']) await call('CreateTable', { ...THINGS, TableName });
    expect(await call('ListTables', { Limit: 2 })).toEqual({
      TableNames: ['aaa', 'bbb'],
      LastEvaluatedTableName: 'bbb',
    });
    expect(await call('ListTables', { ExclusiveStartTableName: 'bbb' })).toEqual({ TableNames: ['ccc'] });
  });

  test.each<[object, string]>([
    [{ TableName: 'ab' }, "Value 'ab' at 'tableName' failed to satisfy constraint"],
    [{ TableName: 'a/b' }, "Value 'a/b' at 'tableName' failed to satisfy constraint"],
    [{ KeySchema: [{ AttributeName: 'x', KeyType: 'HASH' }] }, 'Some index key attributes are not defined'],
    [
      { KeySchema: [{ AttributeName: 'id', KeyType: 'RANGE' }] },
      'The first KeySchemaElement is not a HASH key type',
    ],
    [
      { AttributeDefinitions: [...THINGS.AttributeDefinitions, { AttributeName: 'b', AttributeType: 'S' }] },
      'does not exactly match number of attributes defined',
    ],
    [{ BillingMode: undefined }, 'must both be specified when BillingMode is PROVISIONED'],
    [{ ProvisionedThroughput: { ReadCapacityUnits: 1 } }, 'when BillingMode is PAY_PER_REQUEST'],
    [{ StreamSpecification: { StreamEnabled: true } }, 'does not support streams'],
    [{ Tags: [{ Key: 'a', Value: 'b' }] }, 'does not support tags'],
    [{ LocalSecondaryIndexes: ORDERS.LocalSecondaryIndexes }, 'are not defined in AttributeDefinitions'],
  ])('with %j is refused', async (part, message) => {
    await expect(createDynamoDb().call('CreateTable', { ...THINGS, ...part })).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining(message),
    });
  });

  test('has a time to live, which can be enabled once', async () => {
    const call = await createThings();
    const enable = {
      TableName: 'things',
      TimeToLiveSpecification: { AttributeName: 'until', Enabled: true },
    };
    expect(await call('DescribeTimeToLive', { TableName: 'things' })).toEqual({
      TimeToLiveDescription: { TimeToLiveStatus: 'DISABLED' },
    });
    await call('UpdateTimeToLive', enable);
    await expect(call('UpdateTimeToLive', enable)).rejects.toMatchObject(
      invalid('TimeToLive is already enabled'),
    );
    expect(await call('DescribeTimeToLive', { TableName: 'things' })).toEqual({
      TimeToLiveDescription: { TimeToLiveStatus: 'ENABLED', AttributeName: 'until' },
    });
  });
});

describe('an item', () => {
  const Key = { id: S('a') };

  test('is put, read, replaced and deleted', async () => {
    const call = await createThings();
    const put = (Item: object) => call('PutItem', { TableName: 'things', Item, ReturnValues: 'ALL_OLD' });
    const first = {
      id: S('a'),
      size: N('01.50'),
      tags: { SS: ['x'] },
      nested: { M: { l: { L: [N('1e2')] } } },
    };
    const stored = { ...first, size: N('1.5'), nested: { M: { l: { L: [N('100')] } } } };
    expect(await put(first)).toEqual({});
    expect(await call('GetItem', { TableName: 'things', Key })).toEqual({ Item: stored });
    expect(await put({ id: S('a') })).toEqual({ Attributes: stored });
    const remove = { TableName: 'things', Key, ReturnValues: 'ALL_OLD' };
    expect(await call('DeleteItem', remove)).toEqual({ Attributes: { id: S('a') } });
    expect(await call('DeleteItem', remove)).toEqual({});
    expect(await call('GetItem', { TableName: 'things', Key })).toEqual({});
  });

  test('is written under a condition, whose failure returns the item on request', async () => {
    const call = await createThings({ id: S('a'), size: N(1) });
    const put = {
      TableName: 'things',
      Item: { id: S('a') },
      ConditionExpression: 'attribute_not_exists(id)',
    };
    const failed = { name: 'ConditionalCheckFailedException', message: 'The conditional request failed' };
    const error = await call('PutItem', put).catch((thrown) => thrown);
    expect(error).toMatchObject(failed);
    expect(error).not.toHaveProperty('Item');
    await expect(
      call('PutItem', { ...put, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' }),
    ).rejects.toMatchObject({ ...failed, Item: { id: S('a'), size: N(1) } });
    const remove = {
      TableName: 'things',
      Key,
      ConditionExpression: '#s = :two',
      ExpressionAttributeNames: { '#s': 'size' },
      ExpressionAttributeValues: { ':two': N(2) },
    };
    await expect(call('DeleteItem', remove)).rejects.toMatchObject(failed);
    expect(await call('GetItem', { TableName: 'things', Key })).toEqual({ Item: { id: S('a'), size: N(1) } });
  });

  test.each([
    ['NONE', undefined],
    ['ALL_OLD', { id: S('a'), n: N(1), m: { M: { x: N(1), y: N(1) } } }],
    ['ALL_NEW', { id: S('a'), n: N(2), m: { M: { x: N(5), y: N(1) } } }],
    ['UPDATED_OLD', { n: N(1), m: { M: { x: N(1) } } }],
    ['UPDATED_NEW', { n: N(2), m: { M: { x: N(5) } } }],
  ])('is updated and returns %s', async (ReturnValues, Attributes) => {
    const call = await createThings({ id: S('a'), n: N(1), m: { M: { x: N(1), y: N(1) } } });
    const answer = await call('UpdateItem', {
      TableName: 'things',
      Key,
      UpdateExpression: 'SET m.x = :five ADD n :one',
      ExpressionAttributeValues: { ':five': N(5), ':one': N(1) },
      ReturnValues,
    });
    expect(answer).toEqual(Attributes ? { Attributes } : {});
  });

  test('is created by an update', async () => {
    const call = await createThings();
    const request = { TableName: 'things', Key, ReturnValues: 'ALL_NEW' };
    const UpdateExpression = 'ADD n :one';
    const ExpressionAttributeValues = { ':one': N(1) };
    expect(await call('UpdateItem', { ...request, UpdateExpression, ExpressionAttributeValues })).toEqual({
      Attributes: { id: S('a'), n: N(1) },
    });
    expect(await call('UpdateItem', request)).toEqual({ Attributes: { id: S('a'), n: N(1) } });
  });

  test.each<[object, string]>([
    [{}, 'One or more parameter values were invalid: Missing the key id in the item'],
    [
      { id: N(1) },
      'One or more parameter values were invalid: Type mismatch for key id expected: S actual: N',
    ],
    [
      { id: S('') },
      'One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: id',
    ],
    [
      { id: S('x'.repeat(2_049)) },
      'One or more parameter values were invalid: Size of hashkey has exceeded the maximum size limit of2048 bytes',
    ],
    [{ id: S('a'), big: S('x'.repeat(409_600)) }, 'Item size has exceeded the maximum allowed size'],
    [
      { id: S('a'), v: {} },
      'Supplied AttributeValue is empty, must contain exactly one of the supported datatypes',
    ],
    [
      { id: S('a'), v: { S: 'a', N: '1' } },
      'Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes',
    ],
    [
      { id: S('a'), v: { SS: [] } },
      'One or more parameter values were invalid: An string set  may not be empty',
    ],
    [{ id: S('a'), v: { NS: ['1', '1.0'] } }, 'Input collection contains duplicates'],
    [{ id: S('a'), v: { L: [N('many')] } }, 'The parameter cannot be converted to a numeric value: many'],
  ])('with the attributes $0 is refused: $1', async (Item, message) => {
    const call = await createThings();
    await expect(call('PutItem', { TableName: 'things', Item })).rejects.toMatchObject(invalid(message));
  });

  test.each([
    [{ S: 1 }, 'NUMBER_VALUE cannot be converted to String'],
    [{ N: 1 }, 'NUMBER_VALUE cannot be converted to String'],
    [{ B: 'not base64' }, 'Base64 encoded length is unexpected'],
    [{ BOOL: 'true' }, 'STRING_VALUE cannot be converted to Boolean'],
    [{ L: 'x' }, 'STRING_VALUE cannot be converted to List'],
    [null, 'NULL_VALUE cannot be converted to AttributeValue'],
    [{ X: '1' }, undefined],
  ])('with the value %j is refused', async (v, message) => {
    const call = await createThings();
    await expect(call('PutItem', { TableName: 'things', Item: { id: S('a'), v } })).rejects.toMatchObject({
      name: message ? 'SerializationException' : 'ValidationException',
      ...(message && { message }),
    });
  });

  test('of 400 KB is stored, one byte more is refused', async () => {
    const call = await createThings();
    const of = (bytes: number) => ({
      id: S('a'),
      v: S('x'.repeat(bytes - 'id'.length - 'a'.length - 'v'.length)),
    });
    await call('PutItem', { TableName: 'things', Item: of(409_600) });
    await expect(call('PutItem', { TableName: 'things', Item: of(409_601) })).rejects.toMatchObject(
      invalid('Item size has exceeded the maximum allowed size'),
    );
  });

  test.each<[object, string]>([
    [{}, 'The provided key element does not match the schema'],
    [{ id: S('a'), x: S('b') }, 'The provided key element does not match the schema'],
    [{ id: N(1) }, 'The provided key element does not match the schema'],
  ])('with the key %j is refused', async (wrong, message) => {
    const call = await createThings();
    await expect(call('GetItem', { TableName: 'things', Key: wrong })).rejects.toMatchObject(
      invalid(message),
    );
  });

  test('keeps its key in an update, and the types of its index keys', async () => {
    const call = await createOrders(1);
    const request = { TableName: 'orders', Key: { customer: S('odd'), at: N(1) } };
    const set = (name: string, value: object) => ({
      ...request,
      UpdateExpression: 'SET #a = :v',
      ExpressionAttributeNames: { '#a': name },
      ExpressionAttributeValues: { ':v': value },
    });
    await expect(call('UpdateItem', set('at', N(2)))).rejects.toMatchObject(
      invalid(
        'One or more parameter values were invalid: Cannot update attribute at. This attribute is part of the key',
      ),
    );
    await expect(call('UpdateItem', set('city', N(2)))).rejects.toMatchObject(
      invalid(
        'One or more parameter values were invalid: Type mismatch for Index Key city Expected: S Actual: N IndexName: by-city',
      ),
    );
  });

  test('may have attributes with the names of inherited properties', async () => {
    const call = await createThings();
    const body = '{"id":{"S":"a"},"__proto__":{"S":"p"},"constructor":{"S":"c"}}';
    await call('PutItem', { TableName: 'things', Item: JSON.parse(body) });
    const { Item } = await call('GetItem', {
      TableName: 'things',
      Key,
      ProjectionExpression: '#p, #c, id',
      ExpressionAttributeNames: { '#p': '__proto__', '#c': 'constructor' },
    });
    expect(Object.entries(Item).sort()).toEqual([
      ['__proto__', S('p')],
      ['constructor', S('c')],
      ['id', S('a')],
    ]);
  });

  test.each([
    ['PutItem', 'Expected'],
    ['UpdateItem', 'AttributeUpdates'],
    ['DeleteItem', 'ConditionalOperator'],
    ['GetItem', 'AttributesToGet'],
    ['Query', 'KeyConditions'],
    ['Query', 'QueryFilter'],
    ['Scan', 'ScanFilter'],
  ])('%s refuses the legacy parameter %s', async (action, parameter) => {
    const call = await createThings();
    await expect(call(action, { TableName: 'things', [parameter]: {} })).rejects.toMatchObject(
      invalid(
        `${parameter}: the embedded DynamoDB does not support this legacy parameter, use an expression`,
      ),
    );
  });
});

describe('a query', () => {
  const query = { TableName: 'orders', KeyConditionExpression: 'customer = :c' };
  const of = (customer: string, values: object = {}) => ({
    ExpressionAttributeValues: { ':c': S(customer), ...values },
  });

  test.each<[string, Record<string, object>, number[]]>([
    ['customer = :c', {}, [1, 3, 5, 7, 9]],
    ['customer = :c AND at = :a', { ':a': N('3.0') }, [3]],
    ['customer = :c AND at < :a', { ':a': N(5) }, [1, 3]],
    ['customer = :c AND at <= :a', { ':a': N(5) }, [1, 3, 5]],
    ['at > :a AND customer = :c', { ':a': N(5) }, [7, 9]],
    ['customer = :c AND :a <= at', { ':a': N(5) }, [5, 7, 9]],
    ['(customer = :c) AND (at BETWEEN :a AND :b)', { ':a': N(2), ':b': N(7) }, [3, 5, 7]],
  ])('with %s reads a range in order', async (KeyConditionExpression, values, expected) => {
    const call = await createOrders(10);
    const request = { ...query, KeyConditionExpression: KeyConditionExpression.replaceAll(/\bat\b/g, '#at') };
    const names = KeyConditionExpression.includes('at') && { ExpressionAttributeNames: { '#at': 'at' } };
    const { Items, Count } = await call('Query', { ...request, ...of('odd', values), ...names });
    expect(timesOf(Items)).toEqual(expected);
    expect(Count).toBe(expected.length);
    const backward = await call('Query', {
      ...request,
      ...of('odd', values),
      ...names,
      ScanIndexForward: false,
    });
    expect(timesOf(backward.Items)).toEqual(expected.toReversed());
  });

  test('reads a range of texts that begin with a prefix', async () => {
    const { call } = createDynamoDb();
    const AttributeDefinitions = ['p', 's'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' }));
    const KeySchema = [
      { AttributeName: 'p', KeyType: 'HASH' },
      { AttributeName: 's', KeyType: 'RANGE' },
    ];
    await call('CreateTable', { ...THINGS, AttributeDefinitions, KeySchema });
    for (const s of ['a', 'ab', 'abc', 'ac', 'b'])
      await call('PutItem', { TableName: 'things', Item: { p: S('x'), s: S(s) } });
    const { Items } = await call('Query', {
      TableName: 'things',
      KeyConditionExpression: 'p = :p AND begins_with(s, :s)',
      ExpressionAttributeValues: { ':p': S('x'), ':s': S('ab') },
    });
    expect(Items.map(({ s }: { s: object }) => s)).toEqual([S('ab'), S('abc')]);
  });

  test('is filtered, and counts what it read and what it returns', async () => {
    const call = await createOrders(10);
    const filter = { FilterExpression: 'amount < :m', ...of('odd', { ':m': N(95) }) };
    const { Items, ...counts } = await call('Query', { ...query, ...filter });
    expect(timesOf(Items)).toEqual([7, 9]);
    expect(counts).toEqual({ Count: 2, ScannedCount: 5 });
    expect(await call('Query', { ...query, ...filter, Select: 'COUNT' })).toEqual(counts);
    await expect(
      call('Query', { ...query, FilterExpression: 'customer = :c', ...of('odd') }),
    ).rejects.toMatchObject(
      invalid(
        'Filter Expression can only contain non-primary key attributes: Primary key attribute: customer',
      ),
    );
  });

  test.each([true, false])('is read in pages, forward: %s', async (ScanIndexForward) => {
    const call = await createOrders(10);
    const { items, pages } = await readPages(call, 'Query', {
      ...query,
      ...of('even'),
      Limit: 2,
      ScanIndexForward,
    });
    const expected = [2, 4, 6, 8, 10];
    expect(timesOf(items)).toEqual(ScanIndexForward ? expected : expected.toReversed());
    expect(pages).toBe(3);
  });

  test('of a global index sees its projected attributes, in the order of its key', async () => {
    const call = await createOrders(6);
    const rome = {
      TableName: 'orders',
      IndexName: 'by-city',
      KeyConditionExpression: 'city = :c',
      ExpressionAttributeValues: { ':c': S('Rome') },
    };
    const { items, pages } = await readPages(call, 'Query', { ...rome, Limit: 1 });
    expect(items).toEqual([1, 3, 5].map((at) => ({ city: S('Rome'), customer: S('odd'), at: N(at) })));
    expect(pages).toBe(4);
    const move = {
      TableName: 'orders',
      Key: { customer: S('odd'), at: N(3) },
      UpdateExpression: 'SET city = :c',
      ExpressionAttributeValues: { ':c': S('Oslo') },
    };
    await call('UpdateItem', move);
    await call('DeleteItem', { TableName: 'orders', Key: { customer: S('odd'), at: N(5) } });
    expect(timesOf((await call('Query', rome)).Items)).toEqual([1]);
    await expect(call('Query', { ...rome, ConsistentRead: true })).rejects.toMatchObject(
      invalid('Consistent reads are not supported on global secondary indexes'),
    );
    await expect(call('Query', { ...rome, Select: 'ALL_ATTRIBUTES' })).rejects.toMatchObject(
      invalid(
        'One or more parameter values were invalid: Select type ALL_ATTRIBUTES is not supported for global secondary index by-city because its projection type is not ALL',
      ),
    );
  });

  test('of a local index has its own order, and the whole item on request', async () => {
    const call = await createOrders(4);
    const local = { ...query, IndexName: 'by-amount', ...of('odd') };
    const { Items } = await call('Query', local);
    expect(Items).toEqual([
      { customer: S('odd'), at: N(3), amount: N(97), city: S('Rome') },
      { customer: S('odd'), at: N(1), amount: N(99), city: S('Rome') },
    ]);
    const whole = await call('Query', { ...local, Select: 'ALL_ATTRIBUTES', Limit: 1 });
    expect(whole.Items).toEqual([{ ...Items[0], note: S('n') }]);
    expect((await call('Query', { ...local, ProjectionExpression: 'note' })).Items).toEqual([
      { note: S('n') },
      { note: S('n') },
    ]);
  });

  test.each<[object, string]>([
    [{}, 'Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.'],
    [{ KeyConditionExpression: 'note = :c' }, 'Query condition missed key schema element: customer'],
    [{ KeyConditionExpression: 'customer > :c' }, 'Query key condition not supported'],
    [
      { KeyConditionExpression: 'customer = :c AND note = :c' },
      'Query condition missed key schema element: at',
    ],
    [
      { KeyConditionExpression: 'customer = :c OR note = :c' },
      'Invalid operator used in KeyConditionExpression: OR',
    ],
    [
      { KeyConditionExpression: 'customer = :c AND customer = :c' },
      'KeyConditionExpressions must only contain one condition per key',
    ],
    [
      { KeyConditionExpression: 'customer.x = :c' },
      'KeyConditionExpressions cannot have conditions on nested attributes',
    ],
    [
      { KeyConditionExpression: 'size(customer) = :c' },
      'KeyConditionExpressions cannot contain nested operations',
    ],
    [
      { KeyConditionExpression: 'customer = :c', IndexName: 'nothing' },
      'The table does not have the specified index: nothing',
    ],
    [
      { KeyConditionExpression: 'customer = :c', ExclusiveStartKey: { customer: S('c') } },
      'The provided starting key is invalid: The provided key element does not match the schema',
    ],
    [
      { KeyConditionExpression: 'customer = :c', ExclusiveStartKey: { customer: S('other'), at: N(1) } },
      'The provided starting key is outside query boundaries based on provided conditions',
    ],
  ])('with %j is refused', async (part, message) => {
    const call = await createOrders(0);
    const values = Object.keys(part).length > 0 ? of('c') : {};
    await expect(call('Query', { TableName: 'orders', ...part, ...values })).rejects.toMatchObject(
      invalid(message),
    );
  });

  test('refuses a value of the wrong type', async () => {
    const call = await createOrders(0);
    await expect(
      call('Query', { ...query, ExpressionAttributeValues: { ':c': N(1) } }),
    ).rejects.toMatchObject(
      invalid(
        'One or more parameter values were invalid: Condition parameter type does not match schema type',
      ),
    );
  });
});

describe('a scan', () => {
  test('returns every item once, in pages, and also if the last item of a page is deleted', async () => {
    const call = await createOrders(20);
    const seen: number[] = [];
    let ExclusiveStartKey: unknown;
    do {
      const page = await call('Scan', { TableName: 'orders', Limit: 3, ExclusiveStartKey });
      seen.push(...timesOf(page.Items));
      ExclusiveStartKey = page.LastEvaluatedKey;
      if (ExclusiveStartKey) await call('DeleteItem', { TableName: 'orders', Key: ExclusiveStartKey });
    } while (ExclusiveStartKey);
    expect(seen.sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
  });

  test('reads 1 MB a page', async () => {
    const call = await createThings();
    for (let id = 0; id < 7; id++) {
      await call('PutItem', { TableName: 'things', Item: { id: S(`${id}`), v: S('x'.repeat(300_000)) } });
    }
    const { items, pages } = await readPages(call, 'Scan', {
      TableName: 'things',
      ProjectionExpression: 'id',
    });
    expect(items).toHaveLength(7);
    expect(pages).toBe(2);
  });

  test('of an index contains the items that have its key', async () => {
    const call = await createOrders(5);
    const { Items } = await call('Scan', { TableName: 'orders', IndexName: 'by-city' });
    expect(timesOf(Items)).toEqual([1, 3, 5]);
  });

  test('is divided into segments', async () => {
    const call = await createThings(...Array.from({ length: 30 }, (_, id) => ({ id: S(`${id}`) })));
    const segments = await Promise.all(
      [0, 1, 2].map((Segment) => call('Scan', { TableName: 'things', Segment, TotalSegments: 3 })),
    );
    expect(segments.every(({ Count }) => Count > 0)).toBe(true);
    expect(
      new Set(segments.flatMap(({ Items }) => Items.map(({ id }: { id: { S: string } }) => id.S))).size,
    ).toBe(30);
    await expect(call('Scan', { TableName: 'things', Segment: 0 })).rejects.toThrow('TotalSegments');
    await expect(call('Scan', { TableName: 'things', Segment: 3, TotalSegments: 3 })).rejects.toThrow(
      'zero-based',
    );
  });
});

describe('a batch', () => {
  const puts = (count: number) =>
    Array.from({ length: count }, (_, id) => ({ PutRequest: { Item: { id: S(`${id}`) } } }));

  test('writes up to 25 items and reads up to 100', async () => {
    const call = await createThings({ id: S('gone') });
    const write = (things: object[]) => call('BatchWriteItem', { RequestItems: { things } });
    const remove = { DeleteRequest: { Key: { id: S('gone') } } };
    expect(await write([...puts(24), remove])).toEqual({ UnprocessedItems: {} });
    await expect(write(puts(26))).rejects.toMatchObject(
      invalid('Too many items requested for the BatchWriteItem call'),
    );
    const read = (ids: string[], more = {}) =>
      call('BatchGetItem', { RequestItems: { things: { Keys: ids.map((id) => ({ id: S(id) })), ...more } } });
    expect(await read(['3', 'gone', '1'], { ConsistentRead: true, ProjectionExpression: 'id' })).toEqual({
      Responses: { things: [{ id: S('3') }, { id: S('1') }] },
      UnprocessedKeys: {},
    });
    const ids = Array.from({ length: 101 }, (_, id) => `${id}`);
    expect((await read(ids.slice(1))).Responses.things).toHaveLength(23);
    await expect(read(ids)).rejects.toThrow('Member must have length less than or equal to 100');
    await expect(read(['1', '1'])).rejects.toMatchObject(
      invalid('Provided list of item keys contains duplicates'),
    );
  });

  test('with an invalid or repeated item writes nothing', async () => {
    const call = await createThings();
    const write = (things: object[]) => call('BatchWriteItem', { RequestItems: { things } });
    const [first = {}] = puts(1);
    await expect(write([first, { PutRequest: { Item: { id: N(1) } } }])).rejects.toThrow('Type mismatch');
    await expect(write([first, first])).rejects.toMatchObject(
      invalid('Provided list of item keys contains duplicates'),
    );
    await expect(write([first, {}])).rejects.toMatchObject({ name: 'ValidationException' });
    await expect(write([])).rejects.toThrow('Member must have length greater than or equal to 1');
    expect((await call('Scan', { TableName: 'things' })).Count).toBe(0);
  });

  test('reads 16 MB and returns the other keys as unprocessed', async () => {
    const call = await createThings();
    const big = S('x'.repeat(400_000));
    const Keys = Array.from({ length: 50 }, (_, id) => ({ id: S(`${id}`) }));
    for (const { id } of Keys) await call('PutItem', { TableName: 'things', Item: { id, big } });
    const read = (keys: object[]) =>
      call('BatchGetItem', { RequestItems: { things: { Keys: keys, ConsistentRead: true } } });
    const first = await read(Keys);
    expect(first.Responses.things).toHaveLength(41);
    expect(first.UnprocessedKeys).toEqual({ things: { Keys: Keys.slice(41), ConsistentRead: true } });
    const second = await read(first.UnprocessedKeys.things.Keys);
    expect(second.Responses.things).toHaveLength(9);
    expect(second.UnprocessedKeys).toEqual({});
  });
});

describe('a transaction', () => {
  const put = (id: string, more: object = {}) => ({
    Put: { TableName: 'things', Item: { id: S(id) }, ...more },
  });

  test('writes all its items or, if a condition fails, none', async () => {
    const call = await createThings({ id: S('a'), n: N(1) });
    const ifNew = {
      ConditionExpression: 'attribute_not_exists(id)',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    };
    await expect(
      call('TransactWriteItems', { TransactItems: [put('b'), put('a', ifNew)] }),
    ).rejects.toMatchObject({
      name: 'TransactionCanceledException',
      message:
        'Transaction cancelled, please refer cancellation reasons for specific reasons [None, ConditionalCheckFailed]',
      CancellationReasons: [
        { Code: 'None' },
        {
          Code: 'ConditionalCheckFailed',
          Message: 'The conditional request failed',
          Item: { id: S('a'), n: N(1) },
        },
      ],
    });
    const update = { UpdateExpression: 'ADD n :one', ExpressionAttributeValues: { ':one': N(1) } };
    const TransactItems = [put('b'), { Update: { TableName: 'things', Key: { id: S('a') }, ...update } }];
    expect(await call('TransactWriteItems', { TransactItems })).toEqual({});
    const Gets = ['a', 'b', 'c'].map((id) => ({ Get: { TableName: 'things', Key: { id: S(id) } } }));
    expect(await call('TransactGetItems', { TransactItems: Gets })).toEqual({
      Responses: [{ Item: { id: S('a'), n: N(2) } }, { Item: { id: S('b') } }, {}],
    });
  });

  test('checks items without writing them, and deletes', async () => {
    const call = await createThings({ id: S('a') }, { id: S('b') });
    const on = (id: string) => ({ TableName: 'things', Key: { id: S(id) } });
    const check = { ConditionCheck: { ...on('a'), ConditionExpression: 'attribute_exists(id)' } };
    await call('TransactWriteItems', { TransactItems: [check, { Delete: on('b') }] });
    expect((await call('Scan', { TableName: 'things' })).Items).toEqual([{ id: S('a') }]);
    await expect(
      call('TransactWriteItems', { TransactItems: [check, { Delete: on('a') }] }),
    ).rejects.toMatchObject(invalid('Transaction request cannot include multiple operations on one item'));
  });

  test('is executed once for a client token', async () => {
    const call = await createThings();
    const Update = {
      TableName: 'things',
      Key: { id: S('a') },
      UpdateExpression: 'ADD n :one',
      ExpressionAttributeValues: { ':one': N(1) },
    };
    const request = { ClientRequestToken: 'token', TransactItems: [{ Update }] };
    await call('TransactWriteItems', request);
    await call('TransactWriteItems', request);
    expect((await call('GetItem', { TableName: 'things', Key: { id: S('a') } })).Item.n).toEqual(N(1));
    await expect(call('TransactWriteItems', { ...request, TransactItems: [put('b')] })).rejects.toMatchObject(
      { name: 'IdempotentParameterMismatchException' },
    );
  });
});

describe('a PartiQL statement', () => {
  const Statement = `INSERT INTO "things" VALUE {'id': ?, 'n': ?}`;

  test('inserts an item, or fails with the existing one', async () => {
    const call = await createThings();
    expect(await call('ExecuteStatement', { Statement, Parameters: [S('a'), N('01')] })).toEqual({
      Items: [],
    });
    await expect(
      call('ExecuteStatement', {
        Statement,
        Parameters: [S('a'), N(2)],
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      }),
    ).rejects.toMatchObject({
      name: 'DuplicateItemException',
      message: 'Duplicate primary key exists in table',
      Item: { id: S('a'), n: N(1) },
    });
  });

  test('that fails in a batch does not affect the others', async () => {
    const call = await createThings({ id: S('a') });
    const statement = (id: object, text = Statement) => ({ Statement: text, Parameters: [id, N(1)] });
    const { Responses } = await call('BatchExecuteStatement', {
      Statements: [
        statement(S('a')),
        statement(S('b')),
        statement(S('b')),
        statement(N(1)),
        statement({ S: 1 }),
        statement(S('a'), Statement.replace('things', 'nothing')),
      ],
    });
    expect(Responses.map(({ Error: error }: { Error?: { Code: string } }) => error?.Code)).toEqual([
      'DuplicateItem',
      undefined,
      'DuplicateItem',
      'ValidationError',
      'ValidationError',
      'ResourceNotFound',
    ]);
    expect(Responses[0].Error).not.toHaveProperty('Item');
  });
});

/** Creates storage that a second DynamoDB can read. */
function createStorage(): Storage {
  const maps = new Map<string, Map<string, string>>();
  return {
    map<Value>(name: string) {
      const stored = maps.get(name) ?? new Map<string, string>();
      maps.set(name, stored);
      return {
        set: (key: string, value: Value) => void stored.set(key, JSON.stringify(value)),
        delete: (key: string) => void stored.delete(key),
        clear: () => stored.clear(),
        *entries(): Iterable<[string, Value]> {
          for (const [key, value] of stored) yield [key, JSON.parse(value)];
        },
      };
    },
    blobs: () => {
      throw new Error('not in use');
    },
    commit: () => undefined,
    close: () => undefined,
  };
}

test('a restart keeps tables, indexes and items, and nothing that was deleted', async () => {
  const storage = createStorage();
  const { call } = createDynamoDb(storage);
  await call('CreateTable', THINGS);
  await call('CreateTable', ORDERS);
  // Keys whose parts, joined without their length, would be equal.
  const keys = ['1', '11'].map((customer) => ({ customer: S(customer), at: N(customer === '1' ? 11 : 1) }));
  for (const key of keys) await call('PutItem', { TableName: 'orders', Item: { ...key, city: S('Rome') } });
  await call('PutItem', { TableName: 'things', Item: { id: S('a') } });
  await call('DeleteTable', { TableName: 'things' });
  await call('CreateTable', { ...THINGS, TableName: 'other' });
  await call('PutItem', { TableName: 'other', Item: { id: S('deleted') } });
  await call('DeleteItem', { TableName: 'other', Key: { id: S('deleted') } });
  await call('BatchWriteItem', { RequestItems: { other: [{ PutRequest: { Item: { id: S('kept/1') } } }] } });

  const restarted = createDynamoDb(storage);
  expect(await restarted.call('ListTables', {})).toEqual({ TableNames: ['orders', 'other'] });
  expect((await restarted.call('Scan', { TableName: 'other' })).Items).toEqual([{ id: S('kept/1') }]);
  expect((await restarted.call('Scan', { TableName: 'orders' })).Count).toBe(2);
  expect((await restarted.call('Scan', { TableName: 'orders', IndexName: 'by-city' })).Count).toBe(2);
  await restarted.call('CreateTable', THINGS);
  expect((await restarted.call('Scan', { TableName: 'things' })).Count).toBe(0);
});
