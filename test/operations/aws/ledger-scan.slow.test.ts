import { DynamoDBClient, PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { toItem } from '../../../lib/aws/ledger-record.ts';
import { createTable } from '../../../lib/aws/table.ts';
import { provisionTable } from '../../../local/dynamodb/provision-table.ts';
import { type EmbeddedDynamoDb, startDynamoDb } from '../../../local/dynamodb/start-dynamodb.ts';
import { type ScannedRecord, scanLedger, type TimeRange } from '../../../operations/aws/ledger-scan.ts';
import { intercept } from '../../aws/intercept.ts';

const TABLE = 'ledger';
const NOON = Date.UTC(2026, 10, 27, 12);

let dynamoDb: EmbeddedDynamoDb;
let client: DynamoDBClient;

beforeAll(async () => {
  dynamoDb = await startDynamoDb({ port: 0 });
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  client = new DynamoDBClient({
    endpoint: dynamoDb.endpoint,
    region: 'us-east-1',
    credentials,
    maxAttempts: 1,
  });
  await provisionTable(client, {
    TableName: TABLE,
    AttributeDefinitions: [{ AttributeName: 'order_id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'order_id', KeyType: 'HASH' }],
    BillingMode: 'PAY_PER_REQUEST',
  });
  const table = createTable(client, TABLE, 'order_id');
  // A page of a scan is 1 MB, so these records take several pages.
  const sent = Array.from({ length: 20 }, (_, n) => ({
    orderId: `sent-${n}`,
    owner: 'm',
    status: 'SENT' as const,
    snsMessageId: 's',
    claimedAt: NOON - 1,
    sentAt: NOON + n,
    order: 'x'.repeat(100_000),
    queuedAt: NOON - 2,
  }));
  await table.put(sent.map(toItem));
  const claim = { status: 'CLAIMED' as const, owner: 'm', claimedAt: NOON, leaseUntil: NOON + 5 };
  await table.put([toItem({ ...claim, orderId: 'claimed' })]);
  for (const item of [
    { status: { S: 'LOST' } },
    { status: { S: 'SENT' }, owner: { S: 'm' } },
    { status: { S: 'SENT' }, owner: { S: 'm' }, sent_at: { S: 'noon' } },
  ]) {
    const order_id = { S: `damaged-${JSON.stringify(item).length}` };
    await client.send(new PutItemCommand({ TableName: TABLE, Item: { order_id, ...item } }));
  }
}, 60_000);
afterAll(async () => {
  client.destroy();
  await dynamoDb.stop();
});

let requests: { ConsistentRead?: boolean | undefined }[];
beforeEach(() => {
  requests = intercept(client, ScanCommand);
});

async function scan(range?: TimeRange): Promise<ScannedRecord[]> {
  const records: ScannedRecord[] = [];
  for await (const scanned of scanLedger(client, TABLE, range)) records.push(scanned);
  return records;
}

const idsOf = (records: readonly ScannedRecord[]) =>
  records.flatMap((scanned) => (scanned.ok ? [scanned.record.orderId] : [])).sort();

test('scans all pages with consistent reads, and returns each record once and without its order', async () => {
  const records = await scan();
  expect(records).toHaveLength(24);
  expect(new Set(idsOf(records)).size).toBe(21);
  expect(requests.length).toBeGreaterThan(1);
  expect(requests.every(({ ConsistentRead }) => ConsistentRead === true)).toBe(true);
  expect(records).toContainEqual({
    ok: true,
    record: {
      orderId: 'sent-3',
      owner: 'm',
      status: 'SENT',
      snsMessageId: 's',
      claimedAt: NOON - 1,
      sentAt: NOON + 3,
      queuedAt: NOON - 2,
    },
  });
});

test('limits a scan to orders that were sent, or claimed and not sent, within the range', async () => {
  expect(idsOf(await scan({ from: NOON + 1, to: NOON + 3 }))).toEqual(['sent-1', 'sent-2']);
  expect(idsOf(await scan({ from: NOON - 5, to: NOON + 1 }))).toEqual(['claimed', 'sent-0']);
});

test('returns a damaged record with its order id and continues the scan', async () => {
  const damaged = (await scan()).filter((scanned) => !scanned.ok);
  expect(damaged.map(({ error }) => error.code).sort()).toEqual(['NoTime', 'NoTime', 'UnknownStatus']);
  expect(damaged.every(({ orderId }) => orderId.startsWith('damaged-'))).toBe(true);
});

test('throws a ServiceError if the table does not exist', async () => {
  const records = scanLedger(client, 'nothing', undefined);
  await expect(records.next()).rejects.toMatchObject({
    name: 'ServiceError',
    code: 'ResourceNotFoundException',
  });
});
