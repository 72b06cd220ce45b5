import { once } from 'node:events';
import { type AddressInfo, createConnection, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { createPostgresDatabase, type PostgresDatabase } from '../../lib/database/postgres-database.ts';
import { type EmbeddedPostgres, startPostgres } from '../../local/postgres/start-postgres.ts';
import { createTestDirectory } from '../local/create-test-directory.ts';
import { describeDatabase } from './database-suite.ts';

describeDatabase('a Postgres database', async (url) => {
  const database = createPostgresDatabase(url);
  return { database, close: () => database.close() };
});

/** Not that of the other test files: connections break, and sessions end. */
let postgres: EmbeddedPostgres;
/** Inspects tables and sessions directly. */
let observer: PostgresDatabase;

beforeAll(async () => {
  postgres = await startPostgres({ port: 0 });
  observer = createPostgresDatabase(postgres.url);
});
afterAll(async () => {
  await observer?.close();
  await postgres?.stop();
});
beforeEach(async () => {
  await observer.query('DROP TABLE IF EXISTS runs');
  await observer.query('CREATE TABLE runs (id text)');
});

const runs = () => observer.query('SELECT id FROM runs');

function open(url = postgres.url): PostgresDatabase {
  const database = createPostgresDatabase(url);
  onTestFinished(() => database.close());
  return database;
}

const ONE = 'SELECT CAST(1 AS text) AS one';
const SLEEPING = `SELECT pid FROM pg_stat_activity WHERE wait_event = 'PgSleep'`;

test('connects when the first statement runs', async () => {
  let connections = 0;
  const server = createServer((socket) => {
    connections++;
    socket.destroy();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  open(`postgres://postgres@127.0.0.1:${(server.address() as AddressInfo).port}/orders`);
  await sleep(100);
  server.close();
  expect(connections).toBe(0);
});

test('runs concurrent statements on one connection', async () => {
  const database = open();
  const sql = 'SELECT CAST(pg_backend_pid() AS text) AS pid';
  const results = await Promise.all(Array.from({ length: 4 }, () => database.query(sql)));
  expect(new Set(results.flat().map(({ pid }) => pid)).size).toBe(1);
});

test('runs sessions in UTC in any time zone of the server', async () => {
  await observer.query(`ALTER DATABASE orders SET TimeZone TO 'Asia/Tokyo'`);
  onTestFinished(async () => {
    await observer.query('ALTER DATABASE orders RESET TimeZone');
  });
  expect(await open().query('SHOW TimeZone')).toEqual([{ TimeZone: 'UTC' }]);
});

test('waits for a server that was stopped between two statements', async () => {
  const dataDir = await createTestDirectory();
  const first = await startPostgres({ port: 0, dataDir });
  const database = open(first.url);
  expect(await database.query(ONE)).toEqual([{ one: '1' }]);
  await first.stop();
  const waiting = Promise.all([database.query(ONE), database.transaction([ONE])]);
  const second = await startPostgres({ port: Number(new URL(first.url).port), dataDir });
  onTestFinished(() => second.stop());
  expect(await waiting).toEqual([[{ one: '1' }], undefined]);
});

test('replaces an idle connection that was closed', async () => {
  const database = open();
  const [before] = await database.query('SELECT CAST(pg_backend_pid() AS text) AS pid');
  await observer.query(`SELECT pg_terminate_backend(${before?.pid}, 5000)`);
  const [after] = await database.query('SELECT CAST(pg_backend_pid() AS text) AS pid');
  expect(after?.pid).not.toBe(before?.pid);
});

test('does not repeat a statement whose connection was closed, because it may have run', async () => {
  const cut = open().query('INSERT INTO runs SELECT CAST(pg_sleep(30) AS text)');
  const failed = expect(cut).rejects.toMatchObject({
    name: 'DatabaseError',
    code: '57P01',
    unreachable: false,
  });
  await expect.poll(() => observer.query(SLEEPING)).toHaveLength(1);
  await observer.query(`SELECT pg_terminate_backend(pid, 5000) FROM (${SLEEPING}) AS sleeping`);
  await failed;
  expect(await observer.query(SLEEPING)).toEqual([]);
  expect(await runs()).toEqual([]);
});

test('does not repeat a statement whose network connection broke, and runs the next one', async () => {
  const sockets: Socket[] = [];
  const proxy = createServer((socket) => {
    const server = createConnection(Number(new URL(postgres.url).port), '127.0.0.1');
    sockets.push(socket, server);
    socket.pipe(server).pipe(socket);
  });
  await once(proxy.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => void proxy.close());
  const database = open(`postgres://postgres@127.0.0.1:${(proxy.address() as AddressInfo).port}/orders`);
  const cut = database.query('SELECT CAST(pg_sleep(30) AS text)');
  const failed = expect(cut).rejects.toMatchObject({ code: 'connection_lost', unreachable: false });
  await expect.poll(() => observer.query(SLEEPING)).toHaveLength(1);
  for (const socket of sockets) socket.destroy();
  await failed;
  expect(await database.query(ONE)).toEqual([{ one: '1' }]);
});

test('fails a transaction whose connection was closed, and runs the next one', async () => {
  const database = open();
  const cut = database.transaction([
    `INSERT INTO runs VALUES ('1')`,
    'SELECT pg_terminate_backend(pg_backend_pid())',
  ]);
  await expect(cut).rejects.toMatchObject({ code: '57P01', unreachable: false });
  await database.transaction([`INSERT INTO runs VALUES ('2')`]);
  expect(await runs()).toEqual([{ id: '2' }]);
});

test('does not wait for a database that does not exist', async () => {
  const missing = open(postgres.url.replace('/orders', '/nowhere'));
  await expect(missing.query(ONE)).rejects.toMatchObject({ code: '3D000', unreachable: false });
});
