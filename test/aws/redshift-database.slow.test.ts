import {
  BatchExecuteStatementCommand,
  DescribeStatementCommand,
  ExecuteStatementCommand,
  GetStatementResultCommand,
  type RedshiftDataClient,
} from '@aws-sdk/client-redshift-data';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { RedshiftDatabase } from '../../lib/aws/redshift-database.ts';
import {
  connectRedshift,
  openTestRedshift,
  type RedshiftWarehouse,
  startRedshiftWarehouse,
} from '../sales/start-test-warehouse.ts';
import { intercept, sdkError } from './intercept.ts';

let warehouse: RedshiftWarehouse;
let client: RedshiftDataClient;
let database: RedshiftDatabase;
beforeAll(async () => {
  warehouse = await startRedshiftWarehouse();
  client = connectRedshift(warehouse.standIn.endpoint);
  database = openTestRedshift(client);
  await database.transaction(['CREATE TABLE numbers (n integer)', 'INSERT INTO numbers VALUES (1), (2)']);
});
afterAll(() => warehouse?.stop());

const numbers = async (): Promise<unknown[]> =>
  (await warehouse.observer.query('SELECT n FROM numbers ORDER BY n')).rows.map(({ n }) => n);

describe('query', () => {
  test('returns rows by column name with every value as text', async () => {
    const sql = `SELECT 1 AS whole, CAST(39.9 AS numeric(20, 4)) AS price, 1.5e0 AS approximate, true AS yes,
      CAST(NULL AS varchar) AS nothing, '' AS empty, CAST('2026-11-22' AS date) AS day`;
    expect(await database.query(sql)).toEqual([
      {
        whole: '1',
        price: '39.9000',
        approximate: '1.5',
        yes: 'true',
        nothing: null,
        empty: '',
        day: '2026-11-22',
      },
    ]);
  });

  test('reads all pages of a long result', async () => {
    const sql = `SELECT CAST(10 * a.n + b.n AS text) AS n FROM (SELECT row_number() OVER () AS n FROM pg_class) a,
      (SELECT n FROM numbers) b ORDER BY a.n, b.n LIMIT 250`;
    const rows = await database.query(sql);
    expect(rows.map(({ n }) => n)).toEqual(
      Array.from({ length: 250 }, (_, i) => String(10 * (Math.floor(i / 2) + 1) + (i % 2) + 1)),
    );
  });

  test('returns no rows for an empty result', async () => {
    expect(await database.query('SELECT n FROM numbers WHERE n = 3')).toEqual([]);
    expect(await database.query('UPDATE numbers SET n = n')).toEqual([]);
  });

  test.each([
    ["O'Brien"],
    ['""; DROP TABLE sales; --'],
    ['back\\slash'],
    ['Grüße 🎁'],
    ['a\nb\t'],
    [':name $1'],
  ])('passes the parameter %j unchanged', async (value) => {
    const rows = await database.query("SELECT CAST(:value AS varchar) AS value, ':value' AS text", { value });
    expect(rows).toEqual([{ value, text: ':value' }]);
  });

  test('names a missing or unused parameter before it makes a request', async () => {
    const before = warehouse.standIn.submissions().length;
    await expect(database.query('SELECT :a', { b: '1' })).rejects.toMatchObject({
      code: 'parameter_mismatch',
    });
    expect(warehouse.standIn.submissions()).toHaveLength(before);
  });

  test('names the failed statement and the reason', async () => {
    await expect(database.query('SELECT nonsense')).rejects.toMatchObject({
      name: 'DatabaseError',
      code: 'statement_failed',
      unreachable: false,
      message: expect.stringMatching(
        /^statement_failed: statement [0-9a-f-]{36}: ERROR: column "nonsense" does not exist$/,
      ),
    });
  });

  test('fails if the statement is aborted', async () => {
    intercept(client, DescribeStatementCommand, async (input) => ({
      $metadata: {},
      Id: input.Id,
      Status: 'ABORTED' as const,
    }));
    await expect(database.query('SELECT 1')).rejects.toMatchObject({
      code: 'statement_aborted',
      message: expect.stringContaining('no reason given'),
    });
  });

  test('fails after its time limit, although the statement continues to run', async () => {
    const impatient = openTestRedshift(client, { queryWaitMs: 250 });
    await warehouse.observer.query('BEGIN; LOCK numbers');
    onTestFinished(() => void warehouse.observer.query('COMMIT'));
    await expect(impatient.query('SELECT n FROM numbers')).rejects.toMatchObject({
      code: 'statement_not_finished',
      unreachable: false,
      message: expect.stringMatching(
        /must finish within its time limit, received status (SUBMITTED|STARTED)$/,
      ),
    });
  });
});

describe('the Redshift Data API client', () => {
  test('repeats a statement that was rejected because too many are active', async () => {
    const requests = intercept(client, ExecuteStatementCommand, async (input, pass) => {
      if (requests.length < 3) throw sdkError('ActiveStatementsExceededException');
      return pass(input);
    });
    expect(await database.query("SELECT 'x' AS x")).toEqual([{ x: 'x' }]);
    expect(requests).toHaveLength(3);
  });

  test('runs a statement once when the request is repeated after a lost response', async () => {
    let requests = 0;
    async function loseEveryOther<Input, Output>(input: Input, pass: (input: Input) => Promise<Output>) {
      const response = await pass(input);
      requests++;
      if (requests % 2 === 1) throw sdkError('ThrottlingException');
      return response;
    }
    intercept(client, ExecuteStatementCommand, loseEveryOther);
    intercept(client, BatchExecuteStatementCommand, loseEveryOther);
    const before = warehouse.standIn.submissions().length;
    expect(await database.query("SELECT 'x' AS x")).toEqual([{ x: 'x' }]);
    expect(await database.batch(["SELECT 'x' AS x"])).toEqual([[{ x: 'x' }]]);
    expect(requests).toBe(4);
    expect(warehouse.standIn.submissions()).toHaveLength(before + 2);
  });

  test('throws the error code of a rejected statement', async () => {
    const statements = Array.from({ length: 41 }, () => 'SELECT 1');
    await expect(database.transaction(statements)).rejects.toMatchObject({
      name: 'DatabaseError',
      code: 'ValidationException',
      unreachable: false,
      message: expect.stringContaining('BatchExecuteStatement: ValidationException: Sqls: 41 statements'),
    });
    await expect(database.query(`SELECT '${'x'.repeat(102_400)}'`)).rejects.toMatchObject({
      code: 'ValidationException',
    });
  });

  test('throws if polling fails, because the statement may have run', async () => {
    intercept(client, DescribeStatementCommand, async () => {
      throw sdkError('InternalServerException');
    });
    await expect(database.query('SELECT 1')).rejects.toMatchObject({
      code: 'InternalServerException',
      unreachable: false,
    });
  });

  test.each(['ThrottlingException', 'ECONNREFUSED', 'TimeoutError'])(
    'does not treat %s of a later request as a statement that was not accepted',
    async (code) => {
      const fail = async (): Promise<never> => {
        throw sdkError(code);
      };
      const failure = { name: 'DatabaseError', code, unreachable: false };
      intercept(client, GetStatementResultCommand, fail);
      await expect(database.query('SELECT 1')).rejects.toMatchObject(failure);
      intercept(client, DescribeStatementCommand, fail);
      await expect(database.query('SELECT 1')).rejects.toMatchObject(failure);
    },
  );
});

describe('transaction and batch', () => {
  test('run all statements, and batch returns the rows of each', async () => {
    const results = await database.batch([
      'INSERT INTO numbers VALUES (3)',
      'SELECT CAST(max(n) AS text) AS greatest FROM numbers',
      'DELETE FROM numbers WHERE n = 3',
      'SELECT CAST(max(n) AS text) AS greatest FROM numbers',
    ]);
    expect(results).toEqual([[], [{ greatest: '3' }], [], [{ greatest: '2' }]]);
  });

  test('return rows in the order of the statements, even if the API lists them in another order', async () => {
    intercept(client, DescribeStatementCommand, async (input, pass) => {
      const response = await pass(input);
      return { ...response, SubStatements: response.SubStatements?.toReversed() };
    });
    const numbers = Array.from({ length: 12 }, (_, index) => String(index));
    const results = await database.batch(numbers.map((n) => `SELECT '${n}' AS n`));
    expect(results.flat()).toEqual(numbers.map((n) => ({ n })));
  });

  test('run no statement if one fails, and name the failed one', async () => {
    const failing = database.transaction(['DELETE FROM numbers', 'SELECT 1 / 0', 'SELECT 1']);
    await expect(failing).rejects.toThrow(
      /^statement_failed: statement [0-9a-f-]{36}:2: ERROR: division by zero$/,
    );
    expect(await numbers()).toEqual([1, 2]);
  });
});
