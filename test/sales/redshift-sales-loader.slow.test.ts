import {
  BatchExecuteStatementCommand,
  DescribeStatementCommand,
  GetStatementResultCommand,
  type RedshiftDataClient,
} from '@aws-sdk/client-redshift-data';
import { DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { createObjectStore } from '../../lib/aws/object-store.ts';
import { DatabaseError } from '../../lib/errors.ts';
import {
  createRedshiftSalesLoader,
  type RedshiftSalesLoaderOptions,
} from '../../lib/sales/redshift-sales-loader.ts';
import { findSale, type Sale } from '../../lib/sales/sale.ts';
import { createPostgresSalesLoader } from '../../lib/sales/sales-loader.ts';
import { intercept, sdkError } from '../aws/intercept.ts';
import { captureLog } from '../handlers/capture-log.ts';
import {
  connectRedshift,
  type RedshiftWarehouse,
  STAGING_BUCKET,
  salesOf,
  stagedKeys,
  startRedshiftWarehouse,
} from './start-test-warehouse.ts';

let warehouse: RedshiftWarehouse;
/** Seed of generated sales. Each test uses another one. */
let seed = 0;
beforeAll(async () => {
  warehouse = await startRedshiftWarehouse();
});
afterAll(() => warehouse?.stop());
beforeEach(async () => {
  seed++;
  await warehouse.observer.query('TRUNCATE sales');
});
afterEach(() => {
  vi.restoreAllMocks();
});

async function orderIds({ observer } = warehouse): Promise<string[]> {
  const { rows } = await observer.query('SELECT order_id FROM sales ORDER BY order_id COLLATE "C"');
  return rows.map(({ order_id }) => order_id);
}
/** Deletes the staged files of loads with an unknown result, as the bucket's lifecycle rule does after a day. */
async function removeStaged(count: number): Promise<void> {
  const keys = await stagedKeys(warehouse.s3);
  expect(keys).toHaveLength(count);
  for (const Key of keys) await warehouse.s3.send(new DeleteObjectCommand({ Bucket: STAGING_BUCKET, Key }));
}

const idsOf = (sales: readonly Sale[]) => sales.map(({ order_id }) => order_id).sort();

/** Waits until this number of warehouse sessions wait for a lock. */
const sessionsWaiting = (count: number, { observer } = warehouse) =>
  expect
    .poll(async () => (await observer.query('SELECT pid FROM pg_locks WHERE NOT granted')).rows, {
      timeout: 10_000,
    })
    .toHaveLength(count);

/** Statement that blocks a load's transaction until `openGate`. */
const GATE = 'SELECT count(*), pg_advisory_xact_lock_shared(1) FROM sales';
const closeGate = ({ observer } = warehouse) => observer.query('SELECT pg_advisory_lock(1)');
const openGate = ({ observer } = warehouse) => observer.query('SELECT pg_advisory_unlock(1)');

/** Makes loads run a different statement instead of one of their own. */
const replaceStatement = (replaced: string, by: string, { client } = warehouse) =>
  intercept(client, BatchExecuteStatementCommand, (input, pass) => {
    expect(input.Sqls).toContain(replaced);
    return pass({ ...input, Sqls: input.Sqls?.map((sql) => (sql === replaced ? by : sql)) });
  });

describe('the Redshift sales loader', () => {
  test('stages one file and deletes it afterwards', async () => {
    const puts = intercept(warehouse.s3, PutObjectCommand);
    await warehouse.loader.load(salesOf(3, seed));
    expect(puts).toMatchObject([{ Bucket: STAGING_BUCKET, ContentType: 'application/x-ndjson' }]);
    expect(puts[0]?.Key).toMatch(/^sales\/[0-9a-f-]{36}\.ndjson$/);
    expect(await stagedKeys(warehouse.s3)).toEqual([]);
  });

  test('fails without calling the warehouse when staging fails', async () => {
    const before = warehouse.standIn.submissions().length;
    intercept(warehouse.s3, PutObjectCommand, async () => {
      throw sdkError('AccessDenied');
    });
    const loading = warehouse.loader.load(salesOf(3, seed));
    await expect(loading).rejects.toMatchObject({ name: 'ServiceError', code: 'AccessDenied' });
    expect(warehouse.standIn.submissions()).toHaveLength(before);
    expect(await orderIds()).toEqual([]);
  });

  test.each([
    ['is not JSON', 'not JSON'],
    ['lacks a field', '{"order_id":"o-1"}'],
    ['is too long', (sale: Sale) => JSON.stringify({ ...sale, order_id: 'x'.repeat(65) })],
  ])('loads nothing from a file with a row that %s, and reports the reason', async (_name, row) => {
    const sales = salesOf(3, seed);
    intercept(warehouse.s3, PutObjectCommand, (input, pass) => {
      const bad = typeof row === 'string' ? row : row(sales[0] as Sale);
      return pass({ ...input, Body: `${input.Body}${bad}\n` });
    });
    await expect(warehouse.loader.load(sales)).rejects.toMatchObject({
      name: 'DatabaseError',
      code: 'statement_failed',
      unreachable: false,
      message: expect.stringMatching(
        /^statement_failed: statement [0-9a-f-]{36}:3: ERROR: Load into table 'staged_sales'/,
      ),
    });
    expect(await orderIds()).toEqual([]);
    expect(await stagedKeys(warehouse.s3)).toEqual([]);
  });

  test('rolls back when the merge fails, and succeeds when it is repeated', async () => {
    const sales = salesOf(3, seed);
    await warehouse.observer.query('ALTER TABLE sales ADD CONSTRAINT broken CHECK (false) NOT VALID');
    await expect(warehouse.loader.load(sales)).rejects.toThrow('violates check constraint "broken"');
    expect(await orderIds()).toEqual([]);
    await warehouse.observer.query('ALTER TABLE sales DROP CONSTRAINT broken');
    expect(await warehouse.loader.load(sales)).toEqual({ loaded: 3, repeated: 0 });
  });

  test('logs a staged file that it cannot delete, and succeeds', async () => {
    const log = captureLog();
    const stuck = intercept(warehouse.s3, DeleteObjectCommand, async (input, pass) => {
      if (stuck.length === 1) throw sdkError('SlowDown');
      return pass(input);
    });
    expect(await warehouse.loader.load(salesOf(2, seed))).toEqual({ loaded: 2, repeated: 0 });
    expect(log.lines('staged sales not removed, they expire')).toMatchObject([
      { level: 'WARN', key: stuck[0]?.Key, reason: 'SlowDown' },
    ]);
    await warehouse.s3.send(new DeleteObjectCommand({ Bucket: STAGING_BUCKET, Key: stuck[0]?.Key }));
  });

  test('runs a load once when the response of the API is lost', async () => {
    const client = connectRedshift(warehouse.standIn.endpoint);
    let answers = 0;
    client.middlewareStack.add(
      (next, { commandName }) =>
        async (args) => {
          const answer = await next(args);
          if (commandName === 'BatchExecuteStatementCommand' && answers++ === 0) {
            throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
          }
          return answer;
        },
      { step: 'deserialize' },
    );
    const before = warehouse.standIn.submissions().length;
    const loading = warehouse.createLoader({}, client).load(salesOf(3, seed));
    expect(await loading).toEqual({ loaded: 3, repeated: 0 });
    expect(answers).toBe(2);
    expect(warehouse.standIn.submissions()).toHaveLength(before + 1);
  });

  test('loads nothing twice when it is repeated after an unknown result', async () => {
    const sales = salesOf(3, seed);
    intercept(warehouse.client, GetStatementResultCommand, async () => {
      throw sdkError('InternalServerException');
    });
    await expect(warehouse.loader.load(sales)).rejects.toMatchObject({ code: 'InternalServerException' });
    const again = warehouse.createLoader({}, connectRedshift(warehouse.standIn.endpoint));
    expect(await again.load(sales)).toEqual({ loaded: 0, repeated: 3 });
    await removeStaged(1);
  });

  test('keeps the file of a load that times out, which completes later', async () => {
    const sales = salesOf(3, seed);
    await warehouse.observer.query('BEGIN; LOCK sales_loads');
    const loading = warehouse.createLoader({ batchWaitMs: 300 }).load(sales);
    await expect(loading).rejects.toMatchObject({ name: 'DatabaseError', code: 'statement_not_finished' });
    await sessionsWaiting(1);
    await warehouse.observer.query('COMMIT');
    const again = await warehouse.loader.load(sales);
    expect(await orderIds()).toEqual(idsOf(sales));
    expect(again).toEqual({ loaded: 0, repeated: 3 });
    await removeStaged(1);
  });

  test('fails when the API stops answering, although the load completes', async () => {
    const sales = salesOf(3, seed);
    const [client, again] = [1, 2].map(() => connectRedshift(warehouse.standIn.endpoint));
    intercept(client as RedshiftDataClient, DescribeStatementCommand, async () => {
      throw sdkError('InternalServerException');
    });
    const loading = warehouse.createLoader({}, client).load(sales);
    await expect(loading).rejects.toMatchObject({ code: 'InternalServerException' });
    await expect.poll(() => warehouse.standIn.submissions().at(-1)?.Status).toBe('FINISHED');
    expect(await warehouse.createLoader({}, again).load(sales)).toEqual({ loaded: 0, repeated: 3 });
    expect(await orderIds()).toEqual(idsOf(sales));
    await removeStaged(1);
  });

  test('fails when the count is not a number, and leaves no file', async () => {
    const client = connectRedshift(warehouse.standIn.endpoint);
    intercept(client, GetStatementResultCommand, async (input, pass) => ({
      ...(await pass(input)),
      Records: [[{ isNull: true }]],
    }));
    await expect(warehouse.createLoader({}, client).load(salesOf(3, seed))).rejects.toThrow(
      'unexpected_answer: repeated: must be a count, received nothing',
    );
    expect(await stagedKeys(warehouse.s3)).toEqual([]);
  });

  test('does not block readers, and shows nothing before it commits', async () => {
    const [old, fresh] = salesOf(2, seed) as [Sale, Sale];
    await warehouse.loader.load([old]);
    replaceStatement('DROP TABLE staged_sales', GATE);
    await closeGate();
    const loading = warehouse.loader.load([fresh]);
    await sessionsWaiting(1);
    expect(await findSale(warehouse.database, old.order_id)).toEqual(old);
    expect(await findSale(warehouse.database, fresh.order_id)).toBeUndefined();
    await openGate();
    expect(await loading).toEqual({ loaded: 1, repeated: 0 });
    expect(await findSale(warehouse.database, fresh.order_id)).toEqual(fresh);
  });
});

describe('four concurrent loads', () => {
  test('run one at a time, see earlier loads, and count exactly', async () => {
    const sales = salesOf(40, seed);
    await warehouse.observer.query('BEGIN; LOCK sales_loads');
    const loading = Promise.all([1, 2, 3, 4].map(() => warehouse.loader.load(sales)));
    await sessionsWaiting(4);
    await warehouse.observer.query('COMMIT');
    const loads = await loading;
    expect(await orderIds()).toEqual(idsOf(sales));
    expect(loads.map(({ loaded }) => loaded).sort()).toEqual([0, 0, 0, 40]);
  });

  test('would load an order four times under snapshot isolation without the lock', async () => {
    const [sale] = salesOf(1, seed) as [Sale];
    replaceStatement('LOCK sales_loads', GATE);
    await closeGate();
    const loading = Promise.all([1, 2, 3, 4].map(() => warehouse.loader.load([sale])));
    await sessionsWaiting(4);
    await openGate();
    await loading;
    expect(await orderIds()).toEqual(Array.from({ length: 4 }, () => sale.order_id));
  });
});

describe('under serializable isolation,', () => {
  let serializable: RedshiftWarehouse;
  beforeAll(async () => {
    serializable = await startRedshiftWarehouse('SERIALIZABLE');
  });
  afterAll(() => serializable?.stop());
  const batchesOf = (sales: readonly Sale[]) => [0, 1, 2, 3].map((n) => sales.slice(10 * n, 10 * n + 20));

  test('four concurrent loads all succeed', async () => {
    const sales = salesOf(50, seed);
    await serializable.observer.query('BEGIN; LOCK sales_loads');
    const loading = Promise.all(batchesOf(sales).map((batch) => serializable.loader.load(batch)));
    await sessionsWaiting(4, serializable);
    await serializable.observer.query('COMMIT');
    const loads = await loading;
    expect(loads.reduce((sum, { loaded }) => sum + loaded, 0)).toBe(50);
    expect(await orderIds(serializable)).toEqual(idsOf(sales));
  });

  test('concurrent loads would fail without the lock', async () => {
    replaceStatement('LOCK sales_loads', GATE, serializable);
    await closeGate(serializable);
    const sales = salesOf(50, seed);
    const loading = Promise.allSettled(batchesOf(sales).map((batch) => serializable.loader.load(batch)));
    await sessionsWaiting(4, serializable);
    await openGate(serializable);
    const failures = (await loading).flatMap((load) => (load.status === 'rejected' ? [load.reason] : []));
    expect(failures.length).toBeGreaterThanOrEqual(1);
    expect(failures[0]).toMatchObject({ code: 'statement_failed' });
    expect(failures[0].message).toContain('ERROR: 1023 DETAIL: Serializable isolation violation');
  });
});

describe('with a mocked warehouse,', () => {
  const removed: string[] = [];
  const loaderThat = (batch: RedshiftSalesLoaderOptions['database']['batch']) =>
    createRedshiftSalesLoader({
      database: { batch },
      objectStore: { put: async () => undefined, remove: async (_bucket, key) => void removed.push(key) },
      stagingBucket: STAGING_BUCKET,
    });
  beforeEach(() => {
    removed.length = 0;
  });

  test.each([
    ['statement_aborted', 1],
    ['statement_failed', 1],
    ['statement_not_finished', 0],
  ])('a load that fails with %s deletes %i staged files', async (code, count) => {
    const loader = loaderThat(() => Promise.reject(new DatabaseError(code, 'no', false)));
    await expect(loader.load(salesOf(1, 1))).rejects.toMatchObject({ code });
    expect(removed).toHaveLength(count);
  });

  test('a load without sales sends no request', async () => {
    const loader = loaderThat(() => Promise.reject(new Error('asked')));
    expect(await loader.load([])).toEqual({ loaded: 0, repeated: 0 });
    const query = () => Promise.reject(new Error('asked'));
    const postgres = createPostgresSalesLoader({ query, transaction: query });
    expect(await postgres.load([])).toEqual({ loaded: 0, repeated: 0 });
  });
});

test.each(['', 'Sales', "x' CREDENTIALS '", 'a/b', '-ab', 'abc\n', "abc' CREDENTIALS '"])(
  'createRedshiftSalesLoader rejects a staging bucket name that could inject SQL: %j',
  (stagingBucket) => {
    const objectStore = createObjectStore(warehouse.s3);
    const { database } = warehouse;
    expect(() => createRedshiftSalesLoader({ database, objectStore, stagingBucket })).toThrow(
      `staging bucket: must be a valid bucket name, received ${JSON.stringify(stagingBucket)}`,
    );
  },
);
