import { readFileSync } from 'node:fs';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { createDynamoDbClient } from '../../lib/aws/clients.ts';
import { createLedger, type Ledger } from '../../lib/aws/ledger.ts';
import { migrate } from '../../lib/database/migrate.ts';
import { createPostgresDatabase, type PostgresDatabase } from '../../lib/database/postgres-database.ts';
import { UnavailableError } from '../../lib/errors.ts';
import { getOrder } from '../../lib/order-history/get-order.ts';
import { salesMigrations } from '../../lib/sales/migrations.ts';
import { shippingMigrations } from '../../lib/shipping/migrations.ts';
import { startTestPostgres, type TestPostgres } from '../database/start-test-postgres.ts';
import { captureLog } from './capture-log.ts';
import { readResponse } from './http-event.ts';
import { lambdaContext, type Pipeline, startPipeline } from './start-pipeline.ts';

type Handler = typeof import('../../handlers/story.ts')['handler'];

let pipeline: Pipeline;
let postgres: TestPostgres;
let database: PostgresDatabase;
let ledger: Ledger;
let handler: Handler;
let log: ReturnType<typeof captureLog>;

const CLAIMED_AT = '2026-11-27T08:00:01.000Z';
const SENT_AT = '2026-11-27T08:00:01.250Z';
/** Clock of the ledger. */
let now = 0;

beforeAll(async () => {
  [pipeline, postgres] = await Promise.all([startPipeline('story'), startTestPostgres()]);
  database = createPostgresDatabase(postgres.url);
  await migrate(database, 'shipping', shippingMigrations);
  await migrate(database, 'sales', salesMigrations);
  const tableName = pipeline.output('LedgerTableName');
  ledger = createLedger(createDynamoDbClient(), { tableName, now: () => now });
  handler = await importHandler({ SHIPPING_DATABASE_URL: postgres.url, SALES_DATABASE_URL: postgres.url });
});
afterAll(async () => {
  await pipeline.stop();
  await database.close();
  await postgres.stop();
});
beforeEach(() => {
  log = captureLog();
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** Imports the function as in a new execution environment. */
async function importHandler(environment: Record<string, string>): Promise<Handler> {
  vi.resetModules();
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  return (await import('../../handlers/story.ts')).handler;
}

const sample: APIGatewayProxyEventV2 = JSON.parse(readFileSync('events/story-http.json', 'utf8'));
const eventFor = (orderId: string) => ({ ...sample, pathParameters: { order_id: orderId } });
const get = async (orderId: string) => readResponse(await handler(eventFor(orderId), lambdaContext()));

async function claim(orderId: string): Promise<void> {
  now = Date.parse(CLAIMED_AT);
  await ledger.claim([{ orderId, owner: 'message-1' }], 60_000);
}

async function confirm(orderId: string): Promise<void> {
  await claim(orderId);
  now = Date.parse(SENT_AT);
  const claimedAt = Date.parse(CLAIMED_AT);
  await ledger.markSent([{ orderId, owner: 'message-1', snsMessageId: 'sns-1', claimedAt }]);
}

const ship = async (orderId: string, deliveryDate?: string) => {
  await database.query("INSERT INTO inventory VALUES ('P-1', 'Kettle') ON CONFLICT DO NOTHING");
  await database.query(
    `INSERT INTO shipments VALUES (:order_id, 'P-1', 'Jane Doe', 'jane@example.com', :status,
      '2026-11-27T08:00Z', '2026-11-27T08:00:01Z', CAST(nullif(:delivery_date, '') AS date), '2026-11-27T08:00:02.5Z')`,
    {
      order_id: orderId,
      status: deliveryDate ? 'scheduled' : 'backordered',
      delivery_date: deliveryDate ?? '',
    },
  );
};

const sell = (orderId: string) =>
  database.query(
    `INSERT INTO sales VALUES (:order_id, 'jane@example.com', 'P-1', 'Kettle', 39.9,
      '2026-11-27T09:00+01:00', '2026-11-27T08:00:01.125Z')`,
    { order_id: orderId },
  );

const SHIPMENT = { status: 'scheduled', product_id: 'P-1', delivery_date: '2026-12-02' };
const SALE = { product_id: 'P-1', product_name: 'Kettle', price: 39.9 };

describe('GET /orders/{order_id}', () => {
  test('returns the complete history of an order, without personal data', async () => {
    await Promise.all([confirm('A-1001'), ship('A-1001', '2026-12-02'), sell('A-1001')]);
    const response = readResponse(await handler(sample, lambdaContext()));
    expect(response).toEqual({
      status: 200,
      type: 'application/json',
      body: {
        order_id: 'A-1001',
        received: { at: CLAIMED_AT },
        confirmed: { at: SENT_AT, sns_message_id: 'sns-1' },
        shipment: { ...SHIPMENT, created_at: '2026-11-27T08:00:02.500Z' },
        sale: {
          ...SALE,
          ordered_at: '2026-11-27T08:00:00.000Z',
          confirmed_at: '2026-11-27T08:00:01.125Z',
        },
      },
    });
    expect(log.text()).not.toMatch(/jane/i);
  });

  test('has null for steps that have not happened yet', async () => {
    await claim('new');
    expect((await get('new')).body).toEqual({
      order_id: 'new',
      received: { at: CLAIMED_AT },
      confirmed: null,
      shipment: null,
      sale: null,
    });
    await confirm('new');
    await ship('new');
    expect((await get('new')).body).toMatchObject({
      confirmed: { at: SENT_AT },
      shipment: { status: 'backordered', delivery_date: null },
      sale: null,
    });
  });

  test('returns shipment and sale if the ledger’s record has expired', async () => {
    await ship('old-1', '2026-12-02');
    await sell('old-2');
    expect((await get('old-1')).body).toMatchObject({
      ...{ received: null, confirmed: null, sale: null },
      shipment: SHIPMENT,
    });
    expect((await get('old-2')).body).toMatchObject({
      ...{ received: null, confirmed: null, shipment: null },
      sale: SALE,
    });
  });

  test('responds 404 to an unknown order', async () => {
    const event = JSON.parse(readFileSync('events/story-http-unknown.json', 'utf8'));
    const response = readResponse(await handler(event, lambdaContext()));
    expect(response).toMatchObject({ status: 404, type: 'application/problem+json' });
    expect(response.body).toMatchObject({ title: 'Not Found', status: 404 });
    expect(response.body.detail).toBe(
      'order_id: must be the id of a known order, received "nobody-ordered-this"',
    );
  });

  test.each(['', ' ', "A-1'; DROP TABLE sales; --", 'a/b', 'a%3Ab', 'é', 'x'.repeat(65), '{}'])(
    'responds 400 to %j, which is not a valid order_id',
    async (orderId) => {
      const { status, body } = await get(orderId);
      expect(status).toBe(400);
      expect(body.detail).toContain(
        'order_id must be 1 to 64 of the characters A-Z a-z 0-9 . _ : -, received "',
      );
    },
  );
});

describe('a direct invocation of story', () => {
  test('returns the history itself, or null for an unknown order', async () => {
    await confirm('A-2');
    const history = await handler({ order_id: 'A-2' }, lambdaContext());
    expect(history).toMatchObject({ order_id: 'A-2', confirmed: { sns_message_id: 'sns-1' }, sale: null });
    expect(await handler({ order_id: 'nobody' }, lambdaContext())).toBeNull();
  });

  test.each([
    [{}, 'received nothing'],
    [null, 'received nothing'],
    [{ order_id: 7 }, 'received 7'],
    [{ order_id: ['A-1'] }, 'received an array of 1'],
    [{ order_id: { S: 'A-1' } }, 'received an object'],
  ])('throws for an input without order_id: %j', async (input, found) => {
    await expect(handler(input, lambdaContext())).rejects.toThrow(found);
  });
});

describe('the history with shipping or sales disabled', () => {
  const FROM_LEDGER = {
    order_id: 'A-3',
    received: { at: CLAIMED_AT },
    confirmed: { at: SENT_AT, sns_message_id: 'sns-1' },
  };
  beforeAll(() => confirm('A-3'));

  test.each([
    ['sales disabled', ['SALES_DATABASE_URL'], { shipment: null }],
    ['shipping disabled', ['SHIPPING_DATABASE_URL'], { sale: null }],
    ['both disabled', ['SHIPPING_DATABASE_URL', 'SALES_DATABASE_URL'], {}],
  ])('omits the disabled part: %s', async (_name, off, expected) => {
    const on = { SHIPPING_DATABASE_URL: postgres.url, SALES_DATABASE_URL: postgres.url };
    const without = await importHandler({ ...on, ...Object.fromEntries(off.map((name) => [name, ''])) });
    const { body } = readResponse(await without(eventFor('A-3'), lambdaContext()));
    expect(body).toEqual({ ...FROM_LEDGER, ...expected });
    expect(readResponse(await without(eventFor('nobody'), lambdaContext())).status).toBe(404);
  });
});

describe('the history with an unavailable source', () => {
  /** No server listens here. */
  const DEAD = '127.0.0.1:9';

  test('responds 503 and names the source, even if another source has the order', async () => {
    await sell('A-4');
    const withoutLedger = await importHandler({
      SHIPPING_DATABASE_URL: postgres.url,
      SALES_DATABASE_URL: postgres.url,
      AWS_ENDPOINT_URL_DYNAMODB: `http://${DEAD}`,
    });
    const { status, type, body } = readResponse(await withoutLedger(eventFor('A-4'), lambdaContext()));
    expect({ status, type }).toEqual({ status: 503, type: 'application/problem+json' });
    expect(body.detail).toBe('history of A-4: unavailable: the ledger; try again in a minute');
  });

  test('names one or several unavailable sources', async () => {
    await confirm('A-5');
    const up = { ledger, shippingDatabase: database, salesDatabase: database };
    const dead = createPostgresDatabase(`postgres://postgres@${DEAD}/orders`);
    const histories = [
      { ...up, shippingDatabase: dead },
      { ...up, salesDatabase: dead },
      { ...up, shippingDatabase: dead, salesDatabase: dead },
    ].map((sources) => getOrder('A-5', sources).catch((error: unknown) => error));
    const errors = await Promise.all(histories);
    expect(errors.every((error) => error instanceof UnavailableError)).toBe(true);
    expect(errors.map((error) => (error as Error).message.split(': ')[2])).toEqual([
      'the shipping database; try again in a minute',
      'the sales database; try again in a minute',
      'the shipping database and the sales database; try again in a minute',
    ]);
    await dead.close();
  }, 60_000);

  test('names a source that becomes unavailable during the query', async () => {
    await confirm('A-6');
    const holder = new Client(postgres.url);
    await holder.connect();
    await holder.query('BEGIN; LOCK shipments');
    const answering = get('A-6');
    const waiting = 'SELECT pid FROM pg_locks WHERE NOT granted';
    await expect.poll(async () => (await holder.query(waiting)).rows).toHaveLength(1);
    await holder.query(`SELECT pg_terminate_backend(pid) FROM (${waiting}) AS waiting`);
    const { status, body } = await answering;
    await holder.end();
    expect({ status, detail: body.detail }).toEqual({
      status: 503,
      detail: 'history of A-6: unavailable: the shipping database; try again in a minute',
    });
  });

  test('responds 500 if a table is missing, which an operator has to fix', async () => {
    await database.query('ALTER TABLE sales RENAME TO sales_gone');
    const { status } = await get('A-1001');
    await database.query('ALTER TABLE sales_gone RENAME TO sales');
    expect(status).toBe(500);
    expect(log.text()).toContain('42P01');
  });
});
