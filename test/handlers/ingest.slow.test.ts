import { gzipSync } from 'node:zlib';
import { ChangeMessageVisibilityBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Order } from '../../lib/order/order.ts';
import { generateOrders } from '../../lib/produce/generator.ts';
import { intercept } from '../aws/intercept.ts';
import { seedOrder } from '../order/seed-order.ts';
import { CSV_HEADER, toCsvRow } from '../order-file/to-csv.ts';
import { captureLog } from './capture-log.ts';
import { expectOneLine } from './expect-one-line.ts';
import { lambdaContext, type Pipeline, startPipeline } from './start-pipeline.ts';

let pipeline: Pipeline;
let handler: typeof import('../../handlers/ingest.ts')['handler'];
let log: ReturnType<typeof captureLog>;
/** Seed of generated orders. Each test uses another one. */
let seed = 0;

beforeAll(async () => {
  pipeline = await startPipeline('ingest');
  ({ handler } = await import('../../handlers/ingest.ts'));
});
afterAll(() => pipeline.stop());
beforeEach(async () => {
  await pipeline.purge();
  seed++;
  log = captureLog();
});
afterEach(() => {
  vi.restoreAllMocks();
});

const orders = (count: number): Order[] => [...generateOrders({ count, seed })];
const idsOf = (each: readonly Order[]): string[] => each.map(({ order_id }) => order_id).sort();
const ndjson = (rows: readonly unknown[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join('');
const csv = (rows: readonly Order[]): string => [CSV_HEADER, ...rows.map(toCsvRow)].join('\n');
/** Delivers like the event source mapping, within 2 s. */
const deliver = (waitSeconds = 2) =>
  pipeline.deliver('UploadQueueUrl', handler, waitSeconds, lambdaContext(900_000));
const drainOrderQueue = async (): Promise<string[]> =>
  idsOf(await pipeline.drainQueue<Order>('OrderQueueUrl'));
const result = (key: string) => pipeline.readObject('ResultsBucketName', key);
const receiptOf = async (key: string) => JSON.parse((await result(`${key}.receipt.json`)) ?? 'null');

describe('ingest', () => {
  test.each([
    ['orders.ndjson', ndjson, { format: 'ndjson', gzipped: false }],
    ['orders.json', JSON.stringify, { format: 'json', gzipped: false }],
    ['orders.csv', csv, { format: 'csv', gzipped: false }],
    ['orders.csv.gz', (rows: Order[]) => gzipSync(csv(rows)), { format: 'csv', gzipped: true }],
    ['Black Friday/50% für José+Ana', ndjson, { format: 'ndjson', gzipped: false }],
  ])('sends the orders of a file to the order queue and writes a receipt: %s', async (key, write, found) => {
    const sent = orders(170);
    const body = write(sent);
    await pipeline.upload(key, body);
    const { received, failed } = await deliver();
    expect(received).toHaveLength(1);
    expect(failed).toEqual([]);
    expect(await drainOrderQueue()).toEqual(idsOf(sent));
    expect(await receiptOf(key)).toEqual({
      status: 'ingested',
      bucket: pipeline.output('UploadBucketName'),
      key,
      size: Buffer.byteLength(body),
      etag: expect.stringMatching(/[0-9a-f]{32}/),
      ...found,
      rows: 170,
      sent: 170,
      rejected: 0,
      started_at: expect.stringMatching(/^\d{4}-.*Z$/),
      finished_at: expect.stringMatching(/^\d{4}-.*Z$/),
    });
    expect(await result(`${key}.rejected.ndjson`)).toBeUndefined();
  });

  test('ingests a file without rows', async () => {
    await pipeline.upload('empty.ndjson', '');
    expect((await deliver()).failed).toEqual([]);
    expect(await receiptOf('empty.ndjson')).toMatchObject({ status: 'ingested', rows: 0, sent: 0 });
    expect(await drainOrderQueue()).toEqual([]);
  });

  test('sends only the valid rows, and writes the others with line, errors and text to the results bucket', async () => {
    const [first, last] = orders(2);
    const bad = ['{"price":', { ...seedOrder, price: -1 }];
    await pipeline.upload('mixed.ndjson', `${ndjson([first])}${bad[0]}\n${ndjson([bad[1], last])}`);
    expect((await deliver()).failed).toEqual([]);
    expect(await drainOrderQueue()).toEqual(idsOf([first, last] as Order[]));
    expect(await receiptOf('mixed.ndjson')).toMatchObject({
      status: 'ingested',
      rows: 4,
      sent: 2,
      rejected: 2,
      rejected_key: 'mixed.ndjson.rejected.ndjson',
    });
    const rejected = (await result('mixed.ndjson.rejected.ndjson'))?.trimEnd().split('\n') ?? [];
    expect(rejected.map((line) => JSON.parse(line))).toEqual([
      { line: 2, errors: [expect.objectContaining({ code: 'not_json' })], raw: bad[0] },
      {
        line: 3,
        errors: [{ path: 'price', code: 'too_small', message: expect.stringContaining('received -1') }],
        raw: JSON.stringify(bad[1]),
      },
    ]);
  });

  test('removes the rejected rows when the file is uploaded again without invalid rows', async () => {
    await pipeline.upload('fixed.ndjson', ndjson([...orders(1), {}]));
    await deliver();
    expect(await result('fixed.ndjson.rejected.ndjson')).toBeDefined();
    await pipeline.upload('fixed.ndjson', ndjson(orders(2)));
    await deliver();
    expect(await result('fixed.ndjson.rejected.ndjson')).toBeUndefined();
    const receipt = await receiptOf('fixed.ndjson');
    expect(receipt).toMatchObject({ status: 'ingested', rows: 2, rejected: 0 });
    expect(receipt).not.toHaveProperty('rejected_key');
  });

  test('writes one log line at info level and one metric line for a file of any length', async () => {
    const sent = orders(100);
    await pipeline.upload('hundred.ndjson', `${ndjson(sent)}not an order\n`);
    await deliver();
    expectOneLine(log, 'order file ingested', sent);
    expect(log.metrics()).toMatchObject([{ RowsRead: 101, RowsRejected: 1, OrdersIngested: 100 }]);
  });

  test('logs no personal data', async () => {
    await pipeline.upload('personal.ndjson', ndjson([seedOrder, { ...seedOrder, price: 'free' }]));
    await pipeline.upload('personal', 'Jane Doe;jane@example.com\n');
    await deliver();
    expect(log.lines('order file ingested')).toMatchObject([
      { key: 'personal.ndjson', sent: 1, rejected: 1 },
    ]);
    expect(log.lines('order file failed')).toMatchObject([{ key: 'personal', reason: 'unknown_format' }]);
    expect(log.text()).not.toMatch(/jane|doe|example\.com|kettle/i);
  });
});

test('ingest reads a file of more than 64 MiB in parts and writes one receipt', async () => {
  const [first, last] = [orders(50), orders(100).slice(50)];
  // Blank lines are the fastest to read.
  const blanks = `${' '.repeat(250_000)}\n`.repeat(280);
  const body = `${ndjson(first)}${blanks}bad row\n${ndjson(last)}`;
  await pipeline.upload('huge.ndjson', body);
  expect((await deliver()).failed).toEqual([]);
  expect(log.lines('order file split')).toMatchObject([{ key: 'huge.ndjson', parts: 2 }]);
  expect(await drainOrderQueue()).toEqual([]);

  const { received, failed } = await deliver();
  expect(received).toHaveLength(2);
  expect(failed).toEqual([]);
  expect(await drainOrderQueue()).toEqual(idsOf([...first, ...last]));
  expect(await receiptOf('huge.ndjson')).toMatchObject({
    status: 'ingested',
    size: Buffer.byteLength(body),
    parts: 2,
    rows: 101,
    sent: 100,
    rejected: 1,
  });
  expect(JSON.parse((await result('huge.ndjson.rejected.ndjson')) ?? '')).toMatchObject({ line: 331 });
});

test('ingest acknowledges s3:TestEvent', async () => {
  await pipeline.send('UploadQueueUrl', [JSON.stringify({ Service: 'Amazon S3', Event: 's3:TestEvent' })]);
  const { received, failed } = await deliver();
  expect(received).toHaveLength(1);
  expect(failed).toEqual([]);
});

describe('ingest retries an unreadable upload after 1 s:', () => {
  const packed = gzipSync(ndjson([...generateOrders({ count: 500, seed: 99 })]));

  test.each([
    ['cut.ndjson.gz', packed.subarray(0, packed.length / 2), 'bad_gzip'],
    ['fake.ndjson.gz', 'not gzip', 'bad_gzip'],
    ['photo', 'neither of the formats', 'unknown_format'],
    ['columns.csv', 'customer_name,price\nJane,1\n', 'missing_columns'],
  ])('the file %s, with the reason in its receipt', async (key, body, code) => {
    await pipeline.upload(key, body);
    const before = Date.now();
    expect((await deliver()).failed).toHaveLength(1);
    expect(await receiptOf(key)).toMatchObject({
      status: 'failed',
      error: { code, message: expect.stringContaining(key) },
    });
    // This is much sooner than the upload queue's visibility timeout of 90 minutes.
    expect((await deliver(10)).received).toHaveLength(1);
    expect(Date.now() - before).toBeGreaterThanOrEqual(950);
    expect(log.lines('order file failed')).toMatchObject([
      { key, reason: code },
      { key, reason: code },
    ]);
  });

  test('an object that does not exist, with the reason in its receipt', async () => {
    const paces = intercept(SQSClient.prototype, ChangeMessageVisibilityBatchCommand);
    await pipeline.upload('gone.csv', csv(orders(1)));
    const [event] = await pipeline.drainQueue('UploadQueueUrl');
    const elsewhere = JSON.stringify(event).replaceAll('gone.csv', 'never+there.csv');
    await pipeline.send('UploadQueueUrl', [elsewhere]);
    expect((await deliver()).failed).toHaveLength(1);
    expect(paces.map(({ Entries }) => Entries?.[0]?.VisibilityTimeout)).toEqual([1]);
    expect(await receiptOf('never there.csv')).toMatchObject({
      status: 'failed',
      error: { code: 'NoSuchKey' },
    });
  });

  test.each([
    'not an event',
    '{"Records":[{"s3":{}}]}',
    '{"Records":[{"s3":{"bucket":{"name":"b"},"object":{"key":"%E0%A4%A"}}}]}',
  ])('a message without a valid object key: %s', async (body) => {
    const paces = intercept(SQSClient.prototype, ChangeMessageVisibilityBatchCommand);
    await pipeline.send('UploadQueueUrl', [body]);
    expect((await deliver()).failed).toHaveLength(1);
    expect(paces.map(({ Entries }) => Entries?.[0]?.VisibilityTimeout)).toEqual([1]);
    expect(log.lines('upload failed')).toMatchObject([{ reason: 'invalid_input' }]);
  });
});
