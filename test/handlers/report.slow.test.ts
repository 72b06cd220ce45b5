import { readFileSync } from 'node:fs';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { parse } from 'csv-parse/sync';
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { migrate } from '../../lib/database/migrate.ts';
import { createPostgresDatabase, type PostgresDatabase } from '../../lib/database/postgres-database.ts';
import type { SalesReport } from '../../lib/report/report-sales.ts';
import { salesMigrations } from '../../lib/sales/migrations.ts';
import { type EmbeddedPostgres, startPostgres } from '../../local/postgres/start-postgres.ts';
import { captureLog } from './capture-log.ts';
import { readResponse } from './http-event.ts';
import { lambdaContext } from './start-pipeline.ts';

/** Not that of the other test files: the last test stops it. */
let postgres: EmbeddedPostgres;
let database: PostgresDatabase;
let handler: typeof import('../../handlers/report.ts')['handler'];
let log: ReturnType<typeof captureLog>;

beforeAll(async () => {
  postgres = await startPostgres({ port: 0 });
  database = createPostgresDatabase(postgres.url);
  await migrate(database, 'sales', salesMigrations);
  vi.stubEnv('SALES_DATABASE_URL', postgres.url);
  ({ handler } = await import('../../handlers/report.ts'));
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await database.close();
  await postgres.stop();
});
beforeEach(async () => {
  log = captureLog();
  await database.query('TRUNCATE sales');
});
afterEach(() => {
  vi.restoreAllMocks();
});

type SoldLine = readonly [customer: string, productId: string, name: string, price: string, at: string];

async function sell(...lines: readonly SoldLine[]): Promise<void> {
  const sales = lines.map(([email_id, product_id, product_name, price, ordered_at], index) => {
    const order_id = `A-${index}`;
    return { order_id, email_id, product_id, product_name, price, ordered_at, confirmed_at: ordered_at };
  });
  await database.query(
    'INSERT INTO sales SELECT * FROM jsonb_populate_recordset(CAST(NULL AS sales), CAST(:sales AS jsonb))',
    { sales: JSON.stringify(sales) },
  );
}

/**
 * Six orders from 1 to 11 November 2026: 39.90 + 39.90 + 24 + 7.25 + 7.25 + 20.05 = 138.35. Two more are outside of the range:
 * one just before its start, and one at its end, which is exclusive.
 */
const SOLD: SoldLine[] = [
  ['jane@example.com', 'P-1', 'Kettle', '1000', '2026-10-31T23:59:59.999Z'],
  ['jane@example.com', 'P-1', 'Kettle', '39.9', '2026-11-01T08:15:00Z'],
  ['jose@example.org', 'P-1', 'Kettle', '39.9', '2026-11-01T08:59:59.999Z'],
  ['jane@example.com', 'P-2', 'Desk lamp', '24', '2026-11-01T09:00:00Z'],
  ['ann@example.net', 'P-3', 'Mug, "large"', '7.25', '2026-11-03T23:59:59.999Z'],
  ['jane@example.com', 'P-3', 'Mug, "large"', '7.25', '2026-11-04T00:00:00Z'],
  ['jose@example.org', 'P-2', 'Desk lamp', '20.05', '2026-11-08T13:00:00+01:00'],
  ['jane@example.com', 'P-1', 'Kettle', '1000', '2026-11-11T00:00:00Z'],
];
const RANGE = { from: '2026-11-01', to: '2026-11-11' };
/** 138.35 / 6 = 23.058… */
const TOTALS = { orders: 6, revenue: 138.35, average_order: 23.06 };

/**
 * | product | orders | revenue | average | share |
 * |---|---|---|---|---|
 * | P-1 | 2 | 39.90 + 39.90 = 79.80 | 39.90 | 79.80 / 138.35 = 0.57679… |
 * | P-2 | 2 | 24 + 20.05 = 44.05 | 22.025, half up | 44.05 / 138.35 = 0.31839… |
 * | P-3 | 2 | 7.25 + 7.25 = 14.50 | 7.25 | 14.50 / 138.35 = 0.10480… |
 */
const BY_PRODUCT = [
  { product_id: 'P-1', product_name: 'Kettle', orders: 2, revenue: 79.8, average_order: 39.9, share: 0.5768 },
  {
    product_id: 'P-2',
    product_name: 'Desk lamp',
    orders: 2,
    revenue: 44.05,
    average_order: 22.03,
    share: 0.3184,
  },
  {
    product_id: 'P-3',
    product_name: 'Mug, "large"',
    orders: 2,
    revenue: 14.5,
    average_order: 7.25,
    share: 0.1048,
  },
];

/**
 * | customer | orders | revenue | average | share |
 * |---|---|---|---|---|
 * | jane | 3 | 39.90 + 24 + 7.25 = 71.15 | 23.716… | 71.15 / 138.35 = 0.51427… |
 * | jose | 2 | 39.90 + 20.05 = 59.95 | 29.975, half up | 59.95 / 138.35 = 0.43332… |
 * | ann | 1 | 7.25 | 7.25 | 7.25 / 138.35 = 0.05240… |
 */
const BY_CUSTOMER = [
  { email_id: 'jane@example.com', orders: 3, revenue: 71.15, average_order: 23.72, share: 0.5143 },
  { email_id: 'jose@example.org', orders: 2, revenue: 59.95, average_order: 29.98, share: 0.4333 },
  { email_id: 'ann@example.net', orders: 1, revenue: 7.25, average_order: 7.25, share: 0.0524 },
];

/**
 * Revenue: 1 November 39.90 + 39.90 + 24 = 103.80, the 3rd and the 4th 7.25 each, the 8th 20.05.
 *
 * | day | share | moving average | change |
 * |---|---|---|---|
 * | 1 | 103.80 / 138.35 = 0.75027… | 103.80 / 1 | nothing before |
 * | 2 | | 103.80 / 2 = 51.90 | (0 − 103.80) / 103.80 = −1 |
 * | 3 | 7.25 / 138.35 = 0.05240… | 111.05 / 3 = 37.016… | from 0 |
 * | 4 | the same | 118.30 / 4 = 29.575, half up | (7.25 − 7.25) / 7.25 = 0 |
 * | 5 | | 118.30 / 5 = 23.66 | −1 |
 * | 6 | | 118.30 / 6 = 19.716… | from 0 |
 * | 7 | | 118.30 / 7 = 16.90 | from 0 |
 * | 8 | 20.05 / 138.35 = 0.14492… | days 2–8: 34.55 / 7 = 4.935… | from 0 |
 * | 9 | | days 3–9: 34.55 / 7 | −1 |
 * | 10 | | days 4–10: 27.30 / 7 = 3.90 | from 0 |
 */
const BY_DAY: readonly (readonly [number, number, number | null, number, number, number | null])[] = [
  [3, 103.8, 34.6, 0.7503, 103.8, null],
  [0, 0, null, 0, 51.9, -1],
  [1, 7.25, 7.25, 0.0524, 37.02, null],
  [1, 7.25, 7.25, 0.0524, 29.58, 0],
  [0, 0, null, 0, 23.66, -1],
  [0, 0, null, 0, 19.72, null],
  [0, 0, null, 0, 16.9, null],
  [1, 20.05, 20.05, 0.1449, 4.94, null],
  [0, 0, null, 0, 4.94, -1],
  [0, 0, null, 0, 3.9, null],
];
const DAYS = BY_DAY.map(([orders, revenue, average_order, share, moving_average, change], index) => ({
  period: `2026-11-${String(index + 1).padStart(2, '0')}T00:00:00.000Z`,
  ...{ orders, revenue, average_order, share, moving_average, change },
}));

const invoke = async (input: unknown) =>
  (await handler(input, lambdaContext())) as SalesReport & { csv: string };

const sample: APIGatewayProxyEventV2 = JSON.parse(readFileSync('events/report-http.json', 'utf8'));

async function get(query: Record<string, string> | string) {
  const rawQueryString = new URLSearchParams(query).toString();
  return (await handler({ ...sample, rawQueryString }, lambdaContext())) as APIGatewayProxyStructuredResultV2;
}

describe('GET /reports/sales', () => {
  beforeEach(() => sell(...SOLD));

  test.each([
    ['product', BY_PRODUCT],
    ['customer', BY_CUSTOMER],
    ['day', DAYS],
  ])('by %s returns the figures calculated by hand', async (by, rows) => {
    const { status, type, body } = readResponse(await get({ ...RANGE, by }));
    expect({ status, type }).toEqual({ status: 200, type: 'application/json' });
    const [from, to] = ['2026-11-01T00:00:00.000Z', '2026-11-11T00:00:00.000Z'];
    expect(body).toEqual({ from, to, by, totals: TOTALS, rows });
  });

  test('by hour counts only orders within the range, which may begin and end within an hour', async () => {
    const range = { from: '2026-11-01T08:30:00Z', to: '2026-11-01T11:30:00+01:00' };
    const { body } = readResponse(await get({ ...range, by: 'hour' }));
    // 39.90 of 08:59 (not of 08:15) and 24 of 09:00: 63.90, of which 0.62441… and 0.37558…
    expect(body.totals).toEqual({ orders: 2, revenue: 63.9, average_order: 31.95 });
    const [eight, nine, ten] = ['08', '09', '10'].map((hour) => ({
      period: `2026-11-01T${hour}:00:00.000Z`,
    }));
    const nothing = { orders: 0, revenue: 0, average_order: null, share: 0 };
    expect(body.rows).toEqual([
      {
        ...eight,
        orders: 1,
        revenue: 39.9,
        average_order: 39.9,
        share: 0.6244,
        moving_average: 39.9,
        change: null,
      },
      // 63.90 / 2; (24 − 39.90) / 39.90 = −0.39849…
      {
        ...nine,
        orders: 1,
        revenue: 24,
        average_order: 24,
        share: 0.3756,
        moving_average: 31.95,
        change: -0.3985,
      },
      // 63.90 / 3
      { ...ten, ...nothing, moving_average: 21.3, change: -1 },
    ]);
  });

  test('with a limit returns the greatest first, with totals and shares of the whole range', async () => {
    const { body } = readResponse(await get({ ...RANGE, limit: '1' }));
    expect(body).toMatchObject({ totals: TOTALS, rows: BY_PRODUCT.slice(0, 1) });
    expect(body.rows).toHaveLength(1);
    expect(readResponse(await get({ ...RANGE, by: 'customer', limit: '2' })).body.rows).toEqual(
      BY_CUSTOMER.slice(0, 2),
    );
  });

  test.each([
    ['product', BY_PRODUCT],
    ['customer', BY_CUSTOMER],
    ['day', DAYS],
  ])('as CSV by %s returns the same rows', async (by, rows) => {
    const { statusCode, headers, body = '' } = await get({ ...RANGE, by, format: 'csv' });
    expect(statusCode).toBe(200);
    expect(headers).toEqual({
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': `attachment; filename="sales-by-${by}-2026-11-01-to-2026-11-11.csv"`,
    });
    expect(body.split('\r\n')).toHaveLength(rows.length + 2);
    const texts = rows.map((row) => Object.entries(row).map(([name, value]) => [name, String(value ?? '')]));
    expect(parse(body, { columns: true })).toEqual(texts.map((entries) => Object.fromEntries(entries)));
  });

  test('returns no products, and empty periods, for a range without sales', async () => {
    const totals = { orders: 0, revenue: 0, average_order: null };
    const range = { from: '2027-01-01', to: '2027-01-03' };
    expect(readResponse(await get(range)).body).toMatchObject({ totals, rows: [] });
    const { body } = readResponse(await get({ ...range, by: 'day' }));
    expect(body.totals).toEqual(totals);
    expect(body.rows).toEqual(
      ['2027-01-01T00:00:00.000Z', '2027-01-02T00:00:00.000Z'].map((period) => {
        return { period, ...totals, share: null, moving_average: 0, change: null };
      }),
    );
    const { body: csv } = await get({ ...range, format: 'csv' });
    expect(csv).toBe('product_id,product_name,orders,revenue,average_order,share\r\n');
  });

  test('reports the last 30 days by product by default', async () => {
    const { body } = readResponse(await get(''));
    expect(Date.parse(body.to) - Date.parse(body.from)).toBe(30 * 86_400_000);
    expect(body.by).toBe('product');
  });
});

describe('invalid parameters of GET /reports/sales', () => {
  const injection = "2026-11-01'); DROP TABLE sales; --";

  test.each<[string, string]>([
    [`from=${encodeURIComponent(injection)}`, `from: must be an ISO 8601`],
    ['from=NaN', 'from: must be an ISO 8601'],
    [
      'by=product_id%20FROM%20sales;%20--',
      'by: must be product, hour, day or customer, received "product_id FROM',
    ],
    ['by=__proto__', 'by: must be product, hour, day or customer, received "__proto__"'],
    ['by=day&by=hour', '"by": must be given once, received 2 values: "day", "hour"'],
    ['by=day&by=day', '"by": must be given once, received 2 values'],
    ['limit=1e9', 'limit: must be a whole number from 1 to 1,000, received "1e9"'],
    ['limit=5%20OR%201=1', 'limit: must be a whole number'],
    ['by=hour&from=1970-01-01&to=9999-12-31', 'must be at most 1,000 periods apart'],
    ['__proto__=x', '"__proto__": is unknown'],
    ['from[]=2026-11-01', '"from[]": is unknown, use one of from, to, by, format, limit'],
    ['format=html', 'format: must be json or csv, received "html"'],
    ['from=2026-11-02&to=2026-11-01', 'from: must be before to'],
    ['from=2026-11-01T00:00:00+01:00', 'received "2026-11-01T00:00:00 01:00"'],
  ])('get the status 400: %s', async (rawQueryString, message) => {
    await sell(...SOLD);
    const response = readResponse(await handler({ ...sample, rawQueryString }, lambdaContext()));
    expect(response).toMatchObject({ status: 400, type: 'application/problem+json' });
    expect(response.body).toMatchObject({ title: 'Bad Request', status: 400 });
    expect(response.body.detail).toContain(message);
    expect(await database.query('SELECT CAST(count(*) AS text) AS orders FROM sales')).toEqual([
      { orders: '8' },
    ]);
  });

  test('of the sample event are all listed', async () => {
    const event = JSON.parse(readFileSync('events/report-http-hostile.json', 'utf8'));
    const { status, body } = readResponse(await handler(event, lambdaContext()));
    expect(status).toBe(400);
    for (const name of ['"where"', 'from', 'to', 'by', 'limit']) expect(body.detail).toContain(`${name}: `);
  });

  test('do not include names that a spreadsheet would execute: CSV marks them as text, JSON keeps them unchanged', async () => {
    const name = '=HYPERLINK("http://evil.example","x")';
    await sell(
      ['+1@example.com', '-1', name, '3', '2026-11-01'],
      ['a@b.c', '@SUM(A1)', 'Mug', '2', '2026-11-01'],
    );
    const { csv } = await invoke({ ...RANGE, format: 'csv' });
    expect(parse(csv, { from: 2 })).toEqual([
      ["'-1", `'${name}`, '1', '3', '3', '0.6'],
      ["'@SUM(A1)", 'Mug', '1', '2', '2', '0.4'],
    ]);
    const { csv: customers } = await invoke({ ...RANGE, by: 'customer', format: 'csv' });
    expect(parse(customers, { from: 2 })[0]).toEqual(["'+1@example.com", '1', '3', '3', '0.6']);
    expect((await invoke(RANGE)).rows[0]).toMatchObject({ product_id: '-1', product_name: name });
  });
});

describe('a direct invocation of report', () => {
  beforeEach(() => sell(...SOLD));

  test('returns the report itself', async () => {
    expect(await invoke({ ...RANGE, by: 'product', format: 'json', limit: 5 })).toEqual({
      from: '2026-11-01T00:00:00.000Z',
      to: '2026-11-11T00:00:00.000Z',
      by: 'product',
      totals: TOTALS,
      rows: BY_PRODUCT,
    });
  });

  test('may report all time, like the sample event', async () => {
    const { totals, rows } = await invoke(JSON.parse(readFileSync('events/report-invoke.json', 'utf8')));
    expect(totals).toEqual({ orders: 8, revenue: 2138.35, average_order: 267.29 });
    expect(rows.map(({ product_id }) => product_id)).toEqual(['P-1', 'P-2', 'P-3']);
  });

  test('returns CSV as a field', async () => {
    const { csv } = await invoke({ ...RANGE, by: 'customer', format: 'csv', limit: 1 });
    expect(csv).toBe(
      'email_id,orders,revenue,average_order,share\r\njane@example.com,3,71.15,23.72,0.5143\r\n',
    );
  });

  test('throws the rule of an invalid input', async () => {
    await expect(invoke({ by: ['day'] })).rejects.toThrow('by: must be product, hour, day or customer');
  });
});

describe('revenue in the report', () => {
  test('is summed exactly', async () => {
    const at = '2026-11-01';
    await sell(
      ...[0.1, 0.2, 0.7, 0.0001].map((price): SoldLine => ['a@b.c', 'P-1', 'Mug', String(price), at]),
    );
    expect((await invoke({ ...RANGE, by: 'day' })).totals.revenue).toBe(1.0001);
    expect((await invoke(RANGE)).totals.revenue).toBe(1.0001);
  });

  test('has no shares if all prices are 0', async () => {
    await sell(['a@b.c', 'P-1', 'Sample', '0', '2026-11-01']);
    const { totals, rows } = await invoke(RANGE);
    expect(totals).toEqual({ orders: 1, revenue: 0, average_order: 0 });
    expect(rows).toMatchObject([{ orders: 1, revenue: 0, share: null }]);
  });

  test('may be as large as the table allows', async () => {
    const price = '9999999999999999.9999';
    await sell(['a@b.c', 'P-1', 'Star', price, '2026-11-01'], ['a@b.c', 'P-2', 'Moon', price, '2026-11-02']);
    const { totals, rows } = await invoke({ ...RANGE, by: 'day' });
    expect(totals).toEqual({ orders: 2, revenue: 2e16, average_order: 1e16 });
    expect(rows[1]).toMatchObject({ share: 0.5, moving_average: 1e16, change: 0 });
  });
});

test('the report sorts equal revenue by key, and uses the last name of a product', async () => {
  const at = '2026-11-01';
  await sell(
    ['c@x.y', 'P-2', 'Mug', '1', at],
    ['b@x.y', 'P-1', 'Kettle XL', '1', at],
    ['a@x.y', 'P-2', 'Cup', '1', at],
  );
  const { rows } = await invoke({ ...RANGE, by: 'customer' });
  expect(rows.map(({ email_id }) => email_id)).toEqual(['a@x.y', 'b@x.y', 'c@x.y']);
  expect((await invoke(RANGE)).rows[0]).toMatchObject({ product_id: 'P-2', product_name: 'Mug', orders: 2 });
});

test('the report function logs the parameters but no personal data', async () => {
  await sell(...SOLD);
  await invoke({ ...RANGE, by: 'customer' });
  expect(log.lines('sales reported')).toMatchObject([{ by: 'customer', rows: 3 }]);
  expect(log.text()).not.toMatch(/jane|jose|ann@|example\./);
});

test('the report function names the missing variables if it has no database', async () => {
  vi.resetModules();
  vi.stubEnv('SALES_DATABASE_URL', '');
  await expect(import('../../handlers/report.ts')).rejects.toThrow(
    'environment variables: set SALES_DATABASE_URL, or both SALES_WAREHOUSE_ARN and SALES_WAREHOUSE_SECRET_ARN',
  );
  vi.stubEnv('SALES_DATABASE_URL', postgres.url);
});

const UNREACHABLE = {
  status: 503,
  type: 'application/problem+json',
  body: expect.objectContaining({
    detail: 'A database or service is unavailable or resuming. Try again in a minute.',
  }),
};

test('the report function responds 503 if the database stops during a query, or stays unreachable', async () => {
  const holder = new Client(postgres.url);
  holder.on('error', () => undefined);
  await holder.connect();
  await holder.query('BEGIN; LOCK sales');
  const answering = get(RANGE);
  const waiting = 'SELECT pid FROM pg_locks WHERE NOT granted';
  await expect.poll(async () => (await holder.query(waiting)).rows).toHaveLength(1);
  // This ends only that session: if all ended together, the lock might be released before the waiting statement is terminated.
  await holder.query(`SELECT pg_terminate_backend(pid) FROM (${waiting}) AS waiting`);
  expect(readResponse(await answering)).toEqual(UNREACHABLE);
  await postgres.stop();
  expect(readResponse(await get(RANGE))).toEqual(UNREACHABLE);
}, 60_000);
