import { openMemoryStorage, type Storage } from '../../../local/aws-services/storage.ts';
import { createDynamoDbService } from '../../../local/dynamodb/handle-dynamodb.ts';

/** A DynamoDB without a server. */
export function createDynamoDb(storage: Storage = openMemoryStorage()) {
  const service = createDynamoDbService(storage);

  /** Sends a body, and returns the answer with its body parsed. */
  async function post(target: string, body: string) {
    const answer = await service({
      method: 'POST',
      path: '/',
      query: new URLSearchParams(),
      headers: { 'x-amz-target': target },
      body: Buffer.from(body),
      sourceIp: '127.0.0.1',
      requestId: 'request-1',
      signal: new AbortController().signal,
    });
    return { ...answer, json: JSON.parse(String(answer.body)) };
  }

  /** Calls an action. @throws Error with the error code as its name, and the fields of the answer */
  async function call(action: string, request: object) {
    const { status, json } = await post(`DynamoDB_20120810.${action}`, JSON.stringify(request));
    if (status === 200) return json;
    const { __type, message, ...fields } = json;
    throw Object.assign(new Error(message), { name: __type.split('#')[1], ...fields });
  }

  return { post, call };
}

/** The key `id`, a string. */
export const THINGS = {
  TableName: 'things',
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
  KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
};

/** The key `customer` and `at`, a global index by `city` and `at`, and a local index by `amount`. */
export const ORDERS = {
  TableName: 'orders',
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: [
    { AttributeName: 'customer', AttributeType: 'S' },
    { AttributeName: 'at', AttributeType: 'N' },
    { AttributeName: 'city', AttributeType: 'S' },
    { AttributeName: 'amount', AttributeType: 'N' },
  ],
  KeySchema: [
    { AttributeName: 'customer', KeyType: 'HASH' },
    { AttributeName: 'at', KeyType: 'RANGE' },
  ],
  GlobalSecondaryIndexes: [
    {
      IndexName: 'by-city',
      KeySchema: [
        { AttributeName: 'city', KeyType: 'HASH' },
        { AttributeName: 'at', KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'KEYS_ONLY' },
    },
  ],
  LocalSecondaryIndexes: [
    {
      IndexName: 'by-amount',
      KeySchema: [
        { AttributeName: 'customer', KeyType: 'HASH' },
        { AttributeName: 'amount', KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['city'] },
    },
  ],
};
