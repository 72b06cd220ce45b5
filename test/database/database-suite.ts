import { inspect } from 'node:util';
import { Client } from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Database } from '../../lib/database/database.ts';
import { startTestPostgres, type TestPostgres } from './start-test-postgres.ts';

export interface OpenDatabase {
  database: Database;
  close(): Promise<void>;
}

/**
 * Tests that every `Database` must pass.
 *
 * @param open Opens a `Database` on this Postgres.
 */
export function describeDatabase(name: string, open: (postgresUrl: string) => Promise<OpenDatabase>): void {
  describe(name, () => {
    let postgres: TestPostgres;
    let opened: OpenDatabase;
    let database: Database;
    /** Inspects the tables directly. */
    let observer: Client;

    beforeAll(async () => {
      postgres = await startTestPostgres();
      opened = await open(postgres.url);
      database = opened.database;
      observer = new Client(postgres.url);
      await observer.connect();
    });
    afterAll(async () => {
      await observer?.end();
      await opened?.close();
      await postgres?.stop();
    });
    beforeEach(async () => {
      await observer.query(`
        DROP TABLE IF EXISTS products;
        CREATE TABLE products (id text PRIMARY KEY, name text NOT NULL, stock bigint CHECK (stock >= 0));
        INSERT INTO products VALUES ('P-1', 'Kettle', 5)`);
    });

    const products = async (): Promise<unknown[]> =>
      (await observer.query('SELECT id, name, stock FROM products ORDER BY id')).rows;

    describe('query', () => {
      test('returns rows by column name with every value as text', async () => {
        const sql = `SELECT id, CAST(count(*) OVER () AS text) AS "how many",
          to_char(timestamptz '2026-11-22 10:00:00+02' AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS at,
          CAST(NULL AS text) AS nothing, '' AS empty FROM products`;
        expect(await database.query(sql)).toEqual([
          { id: 'P-1', 'how many': '1', at: '2026-11-22T08:00:00Z', nothing: null, empty: '' },
        ]);
      });

      test('keeps all digits of integers and decimals', async () => {
        const sql = 'SELECT 9007199254740993 AS large, 7 AS small, CAST(0.1000 AS numeric(20,4)) AS decimal';
        expect(await database.query(sql)).toEqual([
          { large: '9007199254740993', small: '7', decimal: '0.1000' },
        ]);
      });

      test('returns the rows of a RETURNING clause', async () => {
        const sql = `INSERT INTO products VALUES ('P-2', 'Lamp', 0), ('P-3', 'Mug', 0) RETURNING id`;
        expect(await database.query(sql)).toEqual([{ id: 'P-2' }, { id: 'P-3' }]);
      });

      test('returns no rows for an empty result', async () => {
        expect(await database.query('SELECT id FROM products WHERE false')).toEqual([]);
        expect(await database.query('UPDATE products SET stock = 6')).toEqual([]);
        expect(await database.query('CREATE TABLE IF NOT EXISTS products (id text)')).toEqual([]);
      });

      test('commits its change', async () => {
        await database.query('UPDATE products SET stock = stock - CAST(:taken AS bigint)', { taken: '2' });
        expect(await products()).toEqual([{ id: 'P-1', name: 'Kettle', stock: '3' }]);
      });

      test('runs in the time zone UTC', async () => {
        const sql = `SELECT CAST(CAST('2026-11-22 10:00:00+02' AS timestamptz) AS text) AS at`;
        expect(await database.query(sql)).toEqual([{ at: '2026-11-22 08:00:00+00' }]);
      });

      test('returns its own result when several run concurrently', async () => {
        const numbers = ['1', '2', '3', '4', '5'];
        const results = await Promise.all(
          numbers.map((number) => database.query('SELECT CAST(:number AS text) AS number', { number })),
        );
        expect(results.flat()).toEqual(numbers.map((number) => ({ number })));
      });
    });

    describe('query parameters', () => {
      test.each([
        ["O'Brien"],
        ['""; DROP TABLE products; --'],
        ['back\\slash'],
        ['Grüße 🎁'],
        ['a\nb\t'],
        [':name $1'],
        [''],
      ])('pass %j to the statement unchanged', async (value) => {
        const rows = await database.query('SELECT CAST(:value AS text) AS value', { value });
        expect(rows).toEqual([{ value }]);
      });

      test('may be used repeatedly and in any order', async () => {
        const sql = 'SELECT CAST(:b AS text) || CAST(:a AS text) || CAST(:b AS text) AS text';
        expect(await database.query(sql, { a: '1', b: '2' })).toEqual([{ text: '212' }]);
      });

      test('are not replaced in strings, comments and function bodies', async () => {
        const sql = `SELECT ':a' || ' it''s :b ' || $$:c$$ || 'x'::text || CAST(:d AS text) AS text -- :e`;
        expect(await database.query(sql, { d: '!' })).toEqual([{ text: ":a it's :b :cx!" }]);
      });

      test('are text until they are cast', async () => {
        const uncast = database.query('SELECT id FROM products WHERE stock = :stock', { stock: '5' });
        await expect(uncast).rejects.toMatchObject({ name: 'DatabaseError', code: '42883' });
        const sql = 'SELECT id FROM products WHERE stock = CAST(:stock AS bigint)';
        expect(await database.query(sql, { stock: '5' })).toEqual([{ id: 'P-1' }]);
      });

      test('may contain a batch as JSON', async () => {
        const batch = Array.from({ length: 1_000 }, (_, index) => ({
          id: `B-${index}`,
          name: 'n'.repeat(256),
        }));
        const sql = `INSERT INTO products SELECT id, name, 0
          FROM jsonb_to_recordset(CAST(:batch AS jsonb)) AS item (id text, name text)`;
        await database.query(sql, { batch: JSON.stringify(batch) });
        expect(await products()).toHaveLength(1_001);
      });

      test('are checked before the statement runs: a missing or unused one is named', async () => {
        const sql = 'DELETE FROM products WHERE id = :id AND name = :name';
        await expect(database.query(sql, { id: 'P-1', nam: 'Kettle' })).rejects.toMatchObject({
          name: 'DatabaseError',
          code: 'parameter_mismatch',
          message:
            'parameter_mismatch: parameters: must be those of the statement, :id, :name, received :id, :nam',
        });
        await expect(database.query('SELECT 1', { id: 'P-1' })).rejects.toThrow(
          'of the statement, none, received :id',
        );
        expect(await products()).toHaveLength(1);
      });
    });

    describe('a failed statement', () => {
      test('throws its SQLSTATE as code and is not retried', async () => {
        const twice = database.query(`INSERT INTO products VALUES ('P-1', 'Kettle', 0)`);
        await expect(twice).rejects.toMatchObject({
          name: 'DatabaseError',
          code: '23505',
          unreachable: false,
        });
        await expect(twice).rejects.toThrow('duplicate key value violates unique constraint "products_pkey"');
        await expect(database.query('SELECT nonsense')).rejects.toMatchObject({ code: '42703' });
      });

      test('does not quote the row, which may contain personal data', async () => {
        const error = await database
          .query(`INSERT INTO products VALUES ('P-2', 'jane@example.com', -1)`)
          .catch((thrown: Error) => thrown);
        expect(error).toMatchObject({ code: '23514' });
        expect(inspect(error)).not.toContain('jane');
      });

      test('does not affect the next statement', async () => {
        await expect(database.query('SELECT 1 / 0')).rejects.toMatchObject({ code: '22012' });
        expect(await database.query('SELECT id FROM products')).toEqual([{ id: 'P-1' }]);
      });

      test('is the result of two statements in one query', async () => {
        await expect(database.query('DELETE FROM products; SELECT 1')).rejects.toMatchObject({
          name: 'DatabaseError',
        });
        expect(await products()).toHaveLength(1);
      });
    });

    describe('transaction', () => {
      test('runs all of its statements', async () => {
        await database.transaction([
          'LOCK TABLE products',
          `INSERT INTO products VALUES ('P-2', 'Lamp', 1)`,
          'UPDATE products SET stock = stock + 1',
        ]);
        expect(await products()).toEqual([
          { id: 'P-1', name: 'Kettle', stock: '6' },
          { id: 'P-2', name: 'Lamp', stock: '2' },
        ]);
      });

      test('rolls back all statements if one fails, with its error, and releases its locks', async () => {
        const failing = database.transaction([
          'CREATE TABLE half_done (id text)',
          'UPDATE products SET stock = 100',
          'UPDATE products SET stock = -1',
          'DELETE FROM products',
        ]);
        await expect(failing).rejects.toMatchObject({ code: '23514' });
        expect(await products()).toEqual([{ id: 'P-1', name: 'Kettle', stock: '5' }]);
        expect((await observer.query(`SELECT to_regclass('half_done') AS name`)).rows).toEqual([
          { name: null },
        ]);
        await database.transaction(['LOCK TABLE products', 'UPDATE products SET stock = 7']);
        expect(await products()).toMatchObject([{ stock: '7' }]);
      });

      test('waits for another transaction’s lock', async () => {
        const addOne = ['LOCK TABLE products', 'UPDATE products SET stock = stock + 1'];
        await Promise.all(
          [addOne, addOne, addOne, addOne].map((statements) => database.transaction(statements)),
        );
        expect(await products()).toMatchObject([{ stock: '9' }]);
      });

      test('may create a function whose body contains semicolons and colons', async () => {
        const body = `BEGIN x := x + 1; RETURN to_char(x, '09:9'); END`;
        await database.transaction([
          `CREATE OR REPLACE FUNCTION next_one(x integer) RETURNS text LANGUAGE plpgsql AS $body$ ${body} $body$`,
        ]);
        expect(await database.query('SELECT next_one(11) AS text')).toEqual([{ text: ' 01:2' }]);
      });
    });
  });
}
