import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import pMap from 'p-map';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runServerless } from '../run-serverless.ts';
import { startTestCloud, type TestCloud } from './start-test-cloud.ts';

const EVENTS = resolve(import.meta.dirname, '../../events');

/** The order of the `story` events. It is the only one of its product, and its price makes that product the best seller. */
const ORDER = {
  order_id: 'A-1001',
  customer_name: 'Jane Doe',
  email_id: 'jane@example.com',
  product_id: 'P-9004',
  product_name: 'Kettle',
  price: 250_000,
  timestamp: '2026-11-27T08:00:00Z',
};
const KETTLE = {
  product_id: 'P-9004',
  product_name: 'Kettle',
  orders: 1,
  revenue: 250_000,
  average_order: 250_000,
};
const STORY = {
  order_id: 'A-1001',
  received: { at: expect.any(String) },
  confirmed: { sns_message_id: expect.any(String) },
  shipment: { status: 'backordered', product_id: 'P-9004', delivery_date: null },
  sale: { product_name: 'Kettle', price: 250_000 },
};

/** The answer to each sample event, or a part of the error message if the function refuses it. */
const ANSWERS: Record<string, unknown> = {
  'producer-invoke.json': { requested: 50, sent: 50, failed: 0, seed: 7 },
  'producer-invoke-s3.json': { requested: 500, sent: 500, files: 2, seed: 8 },
  'producer-invoke-bad-count.json': 'count: must be a whole number from 1 to 1,000,000, received 0',
  'producer-schedule.json': { requested: 100, sent: 100 },
  'producer-http.json': { statusCode: 202, body: expect.stringContaining('"sent":100') },
  'producer-http-bad-field.json': { statusCode: 400, body: expect.stringContaining('cuont') },
  'intake-order.json': { statusCode: 202, body: expect.stringContaining('"accepted":[{"index":0') },
  'intake-orders-one-bad.json': { statusCode: 202, body: expect.stringContaining('"rejected":[{"index":1') },
  'intake-not-json.json': { statusCode: 400, body: expect.stringContaining('body: must be JSON') },
  'consumer-orders.json': { batchItemFailures: [] },
  'consumer-one-invalid.json': {
    batchItemFailures: [{ itemIdentifier: '00000000-0000-4000-8000-000000000004' }],
  },
  'ingest-upload.json': { batchItemFailures: [] },
  'ingest-missing-object.json': {
    batchItemFailures: [{ itemIdentifier: '00000000-0000-4000-8000-000000000007' }],
  },
  'ingest-test-event.json': { batchItemFailures: [] },
  'fulfillment-orders.json': { batchItemFailures: [] },
  'fulfillment-one-invalid.json': {
    batchItemFailures: [{ itemIdentifier: '00000000-0000-4000-8000-000000000054' }],
  },
  'restock-invoke.json': {
    restock_id: 'delivery-20261127-1',
    products: [
      { product_id: 'P-1004', added: 250 },
      { product_id: 'P-1007', added: 40 },
    ],
  },
  'restock-invoke-bad-quantity.json': 'quantity: must be a whole number from 1 to 1,000,000,000, received -5',
  'analytics-orders.json': { batchItemFailures: [] },
  'analytics-one-invalid.json': {
    batchItemFailures: [
      { itemIdentifier: '00000000-0000-4000-8000-000000000024' },
      { itemIdentifier: '00000000-0000-4000-8000-000000000025' },
    ],
  },
  'report-invoke.json': {
    by: 'product',
    rows: expect.arrayContaining([{ ...KETTLE, share: expect.any(Number) }]),
  },
  'report-http.json': {
    statusCode: 200,
    body: expect.stringContaining('"period":"2026-11-27T00:00:00.000Z"'),
  },
  'report-http-csv.json': {
    statusCode: 200,
    body: expect.stringContaining('P-9004,Kettle,1,250000,250000,'),
  },
  'report-http-hostile.json': {
    statusCode: 400,
    body: expect.stringContaining('must be product, hour, day or customer'),
  },
  'story-invoke.json': STORY,
  'story-http.json': { statusCode: 200, body: expect.stringContaining('"status":"backordered"') },
  'story-http-unknown.json': { statusCode: 404, body: expect.stringContaining('nobody-ordered-this') },
  'customers-post.json': { statusCode: 202, body: '{"email_id":"jane@example.com","status":"subscribed"}' },
  'customers-post-bad-address.json': {
    statusCode: 400,
    body: expect.stringContaining('jane at example.com'),
  },
  'customers-delete.json': { statusCode: 204 },
  'migrate-invoke.json': { applied: [{ part: 'shipping' }, { part: 'sales' }] },
};

let cloud: TestCloud;
/** The output for each sample event, which ends with the answer or contains the error message. */
let texts: Map<string, string>;

const functionOf = (file: string): string => file.split('-')[0] ?? '';
/**
 * Events that `serverless invoke local` runs, which takes seconds each: one with an answer, one with an error, one of a queue,
 * and one for a function with a database. The embedded cloud runs the others, with the same code and environment.
 */
const BY_SERVERLESS = [
  'producer-invoke.json',
  'producer-invoke-bad-count.json',
  'consumer-one-invalid.json',
  'restock-invoke.json',
];

beforeAll(async () => {
  cloud = await startTestCloud();
  await cloud.clients.s3.send(
    new PutObjectCommand({
      Bucket: cloud.output('UploadBucketName'),
      Key: 'orders.csv',
      Body: await readFile(join(EVENTS, 'files/orders.csv')),
    }),
  );
  await cloud.send([JSON.stringify(ORDER)]);
  await cloud.until(
    () => cloud.query("SELECT 1 FROM sales JOIN shipments USING (order_id) WHERE order_id = 'A-1001'"),
    (rows) => rows.length === 1,
  );
  const files = Object.keys(ANSWERS);
  const invokeAll = (some: string[], invoke: (file: string) => Promise<string>) =>
    pMap(some, async (file) => [file, await invoke(file)] as const, { concurrency: 2 });
  const others = files.filter((file) => !BY_SERVERLESS.includes(file));
  texts = new Map([...(await invokeAll(BY_SERVERLESS, invokeLocal)), ...(await invokeAll(others, invoke))]);
}, 300_000);
afterAll(() => cloud.stop());

/** Returns everything that `serverless invoke local` prints, whether the function returns or throws. */
async function invokeLocal(file: string): Promise<string> {
  const args = ['invoke', 'local', '-f', functionOf(file), '--stage', 'local', '--path', `events/${file}`];
  const environment = { ORDER_PIPELINE_LOCAL_DIR: cloud.localDirectory };
  return runServerless(args, environment, async (_folder, { stdout }) => stdout, 'real').catch(
    (error: Error) => error.message,
  );
}

async function invoke(file: string): Promise<string> {
  const event = JSON.parse(await readFile(join(EVENTS, file), 'utf8'));
  const { payload } = await cloud.invoke(functionOf(file), event);
  return JSON.stringify(JSON.parse(payload), null, 1);
}

/** Parses the answer: indented JSON at the end of the output, after log lines. */
const answerOf = (text: string): unknown => JSON.parse(text.slice(text.lastIndexOf('\n{\n') + 1));

describe('the sample events', () => {
  it('each have an expected answer', async () => {
    const files = (await readdir(EVENTS)).filter((name) => name.endsWith('.json'));
    expect(files.sort()).toEqual(Object.keys(ANSWERS).sort());
  });

  for (const [file, expected] of Object.entries(ANSWERS)) {
    const way = BY_SERVERLESS.includes(file) ? ' by serverless invoke local' : '';
    it(`${file} is answered${way}`, () => {
      const text = `\n${texts.get(file) ?? ''}`;
      if (typeof expected === 'string') expect(text).toContain(expected);
      else expect(answerOf(text)).toMatchObject(expected as object);
    });
  }
});
