import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import invalidEvent from '../../events/analytics-one-invalid.json' with { type: 'json' };
import sampleEvent from '../../events/analytics-orders.json' with { type: 'json' };
import { migrate } from '../../lib/database/migrate.ts';
import { createPostgresDatabase } from '../../lib/database/postgres-database.ts';
import type { Order } from '../../lib/order/order.ts';
import { generateOrders } from '../../lib/produce/generator.ts';
import { salesMigrations } from '../../lib/sales/migrations.ts';
import { toSqsRecord } from '../../runtime/sqs-record.ts';
import { startTestPostgres, type TestPostgres } from '../database/start-test-postgres.ts';
import { seedOrder } from '../order/seed-order.ts';
import {
  type RedshiftWarehouse,
  STAGING_BUCKET,
  stagedKeys,
  startRedshiftWarehouse,
} from '../sales/start-test-warehouse.ts';
import { captureLog } from './capture-log.ts';
import { expectOneLine } from './expect-one-line.ts';
import { lambdaContext, type Pipeline, startPipeline } from './start-pipeline.ts';

// The modules imported above create the logger before the pipeline can set its level.
vi.hoisted(() => vi.stubEnv('POWERTOOLS_LOG_LEVEL', 'DEBUG'));

type Handler = typeof import('../../handlers/analytics.ts')['handler'];

let pipeline: Pipeline;
let postgres: TestPostgres;
let observer: Client;
let handler: Handler;
let log: ReturnType<typeof captureLog>;
/** Seed of generated orders. Each test uses another one. */
let seed = 0;

beforeAll(async () => {
  [pipeline, postgres] = await Promise.all([startPipeline('analytics'), startTestPostgres()]);
  vi.stubEnv('SALES_DATABASE_URL', postgres.url);
  const database = createPostgresDatabase(postgres.url);
  await migrate(database, 'sales', salesMigrations);
  await database.close();
  observer = new Client(postgres.url);
  await observer.connect();
  ({ handler } = await import('../../handlers/analytics.ts'));
});
afterAll(async () => {
  await observer?.end();
  await pipeline?.stop();
  await postgres?.stop();
});
beforeEach(async () => {
  await pipeline.purge();
  await observer.query('TRUNCATE sales');
  seed++;
  log = captureLog();
});
afterEach(() => {
  vi.restoreAllMocks();
});

const orders = (count: number): Order[] => [...generateOrders({ count, seed })];
const confirmed = (order: object) => ({ event: 'OrderConfirmed', order, confirmed_at: 1_795_771_800_000 });
const send = (bodies: readonly unknown[]) =>
  pipeline.send(
    'AnalyticsQueueUrl',
    bodies.map((body) => (typeof body === 'string' ? body : JSON.stringify(body))),
  );
const deliver = (waitSeconds = 0) => pipeline.deliver('AnalyticsQueueUrl', handler, waitSeconds);
/** Builds an SQS record for Lambda. */
const recordOf = (body: string) =>
  toSqsRecord({ Body: body, ReceiptHandle: 'receipt-handle' }, 'arn:aws:sqs:us-east-1:000000000000:test');
const idsOf = (each: readonly Order[]): string[] => each.map(({ order_id }) => order_id).sort();
async function loadedIds(from = observer): Promise<string[]> {
  const { rows } = await from.query('SELECT order_id FROM sales ORDER BY order_id COLLATE "C"');
  return rows.map(({ order_id }) => order_id);
}
const counts = () => log.lines('sales loaded').at(-1);

describe('the analytics function', () => {
  test('loads confirmed orders as sales and writes one log line and one metric line', async () => {
    const sent = orders(30);
    await send(sent.map(confirmed));
    expect((await deliver()).failed).toEqual([]);
    expect(await loadedIds()).toEqual(idsOf(sent));
    const expected = { SalesLoaded: 30, SalesRepeated: 0, SalesRejected: 0, SalesFailed: 0 };
    expect(counts()).toMatchObject({ ...expected, reasons: {} });
    expect(log.lines('sales loaded')).toHaveLength(1);
    expect(log.metrics()).toMatchObject([expected]);
  });

  test('writes one log line at info level for a batch of any size', async () => {
    const sent = orders(100);
    await send(sent.map(confirmed));
    expect((await deliver()).received).toHaveLength(100);
    expectOneLine(log, 'sales loaded', sent);
  });

  test('loads 4,000 orders, and fails the 1,000 invalid messages of the same batch', async () => {
    const sent = orders(4_000);
    const bodies = sent.flatMap((order, index) => [
      JSON.stringify(confirmed(order)),
      ...(index % 4 === 0 ? ['invalid'] : []),
    ]);
    const Records = bodies.map((body, index) => ({ ...recordOf(body), messageId: `message-${index}` }));
    const response = await handler({ Records }, lambdaContext(), {} as never);
    const invalid = Records.filter(({ body }) => body === 'invalid');
    expect(response).toEqual({
      batchItemFailures: invalid.map(({ messageId }) => ({ itemIdentifier: messageId })),
    });
    expect(await loadedIds()).toEqual(idsOf(sent));
    expect(counts()).toMatchObject({ SalesLoaded: 4_000, SalesRejected: 1_000 });
  });

  test('changes nothing when messages are redelivered, even twice in one batch', async () => {
    const sent = orders(10);
    await send(sent.map(confirmed));
    await deliver();
    const { rows } = await observer.query('SELECT * FROM sales ORDER BY order_id');
    await send([...sent, ...sent].map(confirmed));
    expect((await deliver()).failed).toEqual([]);
    expect((await observer.query('SELECT * FROM sales ORDER BY order_id')).rows).toEqual(rows);
    expect(counts()).toMatchObject({ SalesLoaded: 0, SalesRepeated: 20 });
  });

  test('loads an order once that occurs twice in one batch', async () => {
    const sent = orders(2);
    await send([...sent, ...sent].map(confirmed));
    expect((await deliver()).failed).toEqual([]);
    expect(await loadedIds()).toEqual(idsOf(sent));
    expect(counts()).toMatchObject({ SalesLoaded: 2, SalesRepeated: 2 });
  });

  test('logs no personal data of valid, invalid or failed orders, at any level', async () => {
    await send([confirmed(seedOrder), confirmed({ ...seedOrder, price: -1 }), seedOrder]);
    await deliver();
    await observer.query('ALTER TABLE sales ADD CONSTRAINT broken CHECK (false) NOT VALID');
    await send([confirmed({ ...seedOrder, order_id: 'another' })]);
    expect((await deliver()).failed).toHaveLength(1);
    await observer.query('ALTER TABLE sales DROP CONSTRAINT broken');
    expect(log.lines('sales loaded')).toMatchObject([
      {
        SalesLoaded: 1,
        SalesRejected: 2,
        reasons: { 'order.price: too_small': 1, 'event: missing': 1 },
      },
      { SalesFailed: 1, reasons: { '23514': 1 } },
    ]);
    expect(log.text()).not.toMatch(new RegExp(`${seedOrder.email_id}|${seedOrder.customer_name}`, 'i'));
  });
});

test('the analytics function dead-letters an invalid message after three receives, 1 s apart, and loads the rest of its batch', async () => {
  const sent = orders(5);
  const invalid = ['no event', sent[0], confirmed({ ...sent[0], order_id: 'too-expensive', price: 1e16 })];
  await send([...invalid, ...sent.map(confirmed)]);
  const before = Date.now();
  expect((await deliver()).failed).toHaveLength(3);
  expect(await loadedIds()).toEqual(idsOf(sent));
  expect(counts()).toMatchObject({
    SalesLoaded: 5,
    SalesRejected: 3,
    reasons: { ': not_json': 1, 'event: missing': 1, 'order.price: too_big': 1 },
  });

  // This is much sooner than the queue's visibility timeout of minutes.
  const dead = () => pipeline.countVisible(pipeline.output('AnalyticsQueueDLQUrl'));
  while ((await dead()) < 3 && Date.now() < before + 20_000) await deliver(1);
  expect(await dead()).toBe(3);
});

test('the analytics function retries all messages of a failed load after the visibility timeout', async () => {
  const sent = orders(4);
  await send([...sent.map(confirmed), 'invalid']);
  await observer.query('ALTER TABLE sales RENAME TO sales_gone');
  const { failed } = await deliver();
  expect(failed).toHaveLength(5);
  expect(counts()).toMatchObject({
    SalesLoaded: 0,
    SalesRejected: 1,
    SalesFailed: 4,
    reasons: { '42P01': 1 },
  });
  expect(log.lines('sales not loaded')).toMatchObject([{ level: 'ERROR', error: { code: '42P01' } }]);
  expect((await deliver(3)).received.map(({ Body }) => Body)).toEqual(['invalid']);

  await observer.query('ALTER TABLE sales_gone RENAME TO sales');
  await pipeline.endVisibilityTimeout(
    'AnalyticsQueueUrl',
    failed.filter(({ Body }) => Body !== 'invalid'),
  );
  await deliver();
  expect(await loadedIds()).toEqual(idsOf(sent));
});

test('the analytics function loads the valid orders of the sample events and fails the invalid ones', async () => {
  expect(await handler(sampleEvent, lambdaContext(), {} as never)).toEqual({ batchItemFailures: [] });
  const [, notAnEvent, tooExpensive] = invalidEvent.Records;
  expect(await handler(invalidEvent, lambdaContext(), {} as never)).toEqual({
    batchItemFailures: [
      { itemIdentifier: notAnEvent?.messageId },
      { itemIdentifier: tooExpensive?.messageId },
    ],
  });
  expect(await loadedIds()).toEqual(['web-20261127-0061', 'web-20261127-0062', 'web-20261127-0063']);
});

describe('the analytics function with Redshift', () => {
  let redshift: RedshiftWarehouse;
  let withRedshift: Handler;
  beforeAll(async () => {
    redshift = await startRedshiftWarehouse();
    const environment = {
      SALES_DATABASE_URL: '',
      SALES_WAREHOUSE_ARN: 'arn:aws:redshift-serverless:us-east-1:000000000000:workgroup/test',
      SALES_WAREHOUSE_SECRET_ARN: 'arn:aws:secretsmanager:us-east-1:000000000000:secret:test',
      SALES_STAGING_BUCKET_NAME: STAGING_BUCKET,
      AWS_ENDPOINT_URL_REDSHIFT_DATA: redshift.standIn.endpoint,
      AWS_ENDPOINT_URL_S3: redshift.endpoint,
    };
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
    vi.resetModules();
    ({ handler: withRedshift } = await import('../../handlers/analytics.ts'));
  });
  afterAll(() => redshift?.stop());

  test('loads redelivered orders once and deletes the staged files', async () => {
    const sent = orders(20);
    await send(sent.map(confirmed));
    expect((await pipeline.deliver('AnalyticsQueueUrl', withRedshift)).failed).toEqual([]);
    expect(counts()).toMatchObject({ SalesLoaded: 20, SalesRepeated: 0 });
    await send([...sent.map(confirmed), 'invalid']);
    expect((await pipeline.deliver('AnalyticsQueueUrl', withRedshift)).failed).toHaveLength(1);
    expect(counts()).toMatchObject({ SalesLoaded: 0, SalesRepeated: 20, SalesRejected: 1 });
    expect(await loadedIds(redshift.observer)).toEqual(idsOf(sent));
    expect(await stagedKeys(redshift.s3)).toEqual([]);
  });

  test('loads the first of two different orders with one order_id in a batch', async () => {
    const [order] = orders(1) as [Order];
    await send([confirmed({ ...order, price: 1 }), confirmed({ ...order, price: 2 })]);
    const { received, failed } = await pipeline.deliver('AnalyticsQueueUrl', withRedshift);
    expect(failed).toEqual([]);
    expect(counts()).toMatchObject({ SalesLoaded: 1, SalesRepeated: 1 });
    const { rows } = await redshift.observer.query('SELECT price FROM sales WHERE order_id = $1', [
      order.order_id,
    ]);
    const [first] = received.map(({ Body = '' }) => JSON.parse(Body).order.price.toFixed(4));
    expect(rows).toEqual([{ price: first }]);
  });

  test('fails the messages of a failed load, and logs the reason without personal data', async () => {
    await redshift.observer.query('ALTER TABLE sales_loads RENAME TO sales_loads_gone');
    await send([confirmed(seedOrder)]);
    expect((await pipeline.deliver('AnalyticsQueueUrl', withRedshift)).failed).toHaveLength(1);
    expect(counts()).toMatchObject({ SalesFailed: 1, reasons: { statement_failed: 1 } });
    expect(log.text()).toContain('relation \\"sales_loads\\" does not exist');
    expect(log.text()).not.toContain(seedOrder.email_id);
  });
});

test('the analytics function fails to start without a warehouse, and names the variables to set', async () => {
  vi.stubEnv('SALES_DATABASE_URL', '');
  vi.stubEnv('SALES_WAREHOUSE_ARN', '');
  vi.resetModules();
  await expect(import('../../handlers/analytics.ts')).rejects.toThrow(
    'environment variables: set SALES_DATABASE_URL, or both SALES_WAREHOUSE_ARN and SALES_WAREHOUSE_SECRET_ARN',
  );
});
