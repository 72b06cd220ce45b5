import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  BeginTransactionCommand,
  CommitTransactionCommand,
  ExecuteStatementCommand,
  RDSDataClient,
  RollbackTransactionCommand,
} from '@aws-sdk/client-rds-data';
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { createRdsDataClient } from '../../lib/aws/clients.ts';
import { createRdsDatabase } from '../../lib/aws/rds-database.ts';
import type { Database } from '../../lib/database/database.ts';
import { describeDatabase } from '../database/database-suite.ts';
import { startTestPostgres, type TestPostgres } from '../database/start-test-postgres.ts';
import { intercept, sdkError } from './intercept.ts';
import { type RdsDataStandIn, startRdsDataStandIn } from './rds-data-stand-in.ts';

const connect = ({ endpoint }: RdsDataStandIn) =>
  new RDSDataClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
    maxAttempts: 1,
  });

describeDatabase('an RDS database', async (postgresUrl) => {
  const standIn = await startRdsDataStandIn(postgresUrl);
  const database = createRdsDatabase(connect(standIn), standIn.settings);
  return { database, close: standIn.stop };
});

let postgres: TestPostgres;
let standIn: RdsDataStandIn;
let client: RDSDataClient;
let database: Database;

beforeAll(async () => {
  postgres = await startTestPostgres();
  standIn = await startRdsDataStandIn(postgres.url, { timeoutMs: 500 });
  client = connect(standIn);
  database = createRdsDatabase(client, standIn.settings);
});
afterAll(async () => {
  await standIn?.stop();
  await postgres?.stop();
});
beforeEach(async () => {
  await database.query('DROP TABLE IF EXISTS runs');
  await database.query('CREATE TABLE runs (id text PRIMARY KEY)');
  standIn.paths.length = 0;
});

const insert = (id: string): string => `INSERT INTO runs VALUES ('${id}')`;
const runs = () => database.query('SELECT id FROM runs ORDER BY id');

test('waits for a resuming database and runs the statement once', async () => {
  standIn.resumeFor(3);
  await database.query(insert('1'));
  expect(standIn.paths).toEqual(['/Execute', '/Execute', '/Execute', '/Execute']);
  expect(await runs()).toEqual([{ id: '1' }]);
});

test('waits for a resuming database before it begins a transaction', async () => {
  standIn.resumeFor(2);
  await database.transaction([insert('1'), insert('2')]);
  expect(standIn.paths).toEqual([
    '/BeginTransaction',
    '/BeginTransaction',
    '/BeginTransaction',
    '/Execute',
    '/Execute',
    '/CommitTransaction',
  ]);
});

test.each([
  ['a refused connection', Object.assign(new Error(), { code: 'ECONNREFUSED' })],
  ['a connection timeout', sdkError('TimeoutError')],
  ['an unavailable writer', sdkError('DatabaseUnavailableException')],
  [
    'a response of a starting server',
    sdkError('DatabaseErrorException', 'FATAL: the system is starting up; SQLState: 57P03'),
  ],
])('repeats a statement after %s', async (_, error) => {
  let failures = 2;
  const requests = intercept(client, ExecuteStatementCommand, async (input, pass) => {
    if (failures-- > 0) throw error;
    return pass(input);
  });
  await database.query(insert('1'));
  expect(requests).toHaveLength(3);
});

test.each([
  ['a late response', Object.assign(sdkError('TimeoutError'), { code: 'ETIMEDOUT' }), 'ETIMEDOUT'],
  ['a lost connection', Object.assign(new Error(), { code: 'ECONNRESET' }), 'ECONNRESET'],
  ['an internal error', sdkError('InternalServerErrorException'), 'InternalServerErrorException'],
  ['a denied access', sdkError('AccessDeniedException'), 'AccessDeniedException'],
])(
  'does not repeat a statement after %s, because it may have run or cannot succeed',
  async (_, error, code) => {
    const requests = intercept(client, ExecuteStatementCommand, async () => {
      throw error;
    });
    const failing = database.query(insert('1'));
    await expect(failing).rejects.toMatchObject({ name: 'DatabaseError', code, unreachable: false });
    expect(requests).toHaveLength(1);
  },
);

test('sends each request only once, on its own connection', async () => {
  const ports: (number | undefined)[] = [];
  const server = createServer((request, response) => {
    ports.push(request.socket.remotePort);
    request.resume().on('end', () => response.writeHead(500).end('{}'));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => {
    vi.unstubAllEnvs();
    server.close();
  });
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'any');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'any');
  vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const failing = createRdsDatabase(createRdsDataClient(), standIn.settings);
  for (const id of ['1', '2']) {
    await expect(failing.query(insert(id))).rejects.toMatchObject({
      name: 'DatabaseError',
      unreachable: false,
    });
  }
  expect(ports).toHaveLength(2);
  expect(ports[0]).not.toBe(ports[1]);
});

test('rolls back a failed transaction immediately', async () => {
  await expect(database.transaction([insert('1'), insert('1')])).rejects.toMatchObject({ code: '23505' });
  expect(standIn.paths.at(-1)).toBe('/RollbackTransaction');
  expect(standIn.openTransactions()).toBe(0);
  expect(await runs()).toEqual([]);
});

test('throws the first error of a transaction if the rollback fails as well', async () => {
  const rollbacks = intercept(client, RollbackTransactionCommand, async () => {
    throw sdkError('InternalServerErrorException');
  });
  await expect(database.transaction([insert('1'), insert('1')])).rejects.toMatchObject({ code: '23505' });
  expect(rollbacks).toHaveLength(1);
});

test('throws if the response to a commit is lost, although the commit is done', async () => {
  intercept(client, CommitTransactionCommand, async (input, pass) => {
    await pass(input);
    throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
  });
  await expect(database.transaction([insert('1')])).rejects.toMatchObject({ code: 'ECONNRESET' });
  expect(await runs()).toEqual([{ id: '1' }]);
});

test('runs no statement if the transaction cannot begin', async () => {
  intercept(client, BeginTransactionCommand, async () => {
    throw sdkError('AccessDeniedException');
  });
  await expect(database.transaction([insert('1')])).rejects.toMatchObject({ code: 'AccessDeniedException' });
  expect(standIn.paths).toEqual([]);
});

test('throws the timeout of the service for a slow statement', async () => {
  const slow = database.query('SELECT CAST(pg_sleep(30) AS text) AS slept');
  await expect(slow).rejects.toMatchObject({ code: 'StatementTimeoutException', unreachable: false });
});

test('throws for a request that is larger than the service accepts', async () => {
  const sql = 'SELECT CAST(length(:text) AS text) AS length';
  expect(await database.query(sql, { text: 'x'.repeat(4_000_000) })).toEqual([{ length: '4000000' }]);
  const request = database.query(sql, { text: 'x'.repeat(4_194_304) });
  await expect(request).rejects.toMatchObject({
    name: 'DatabaseError',
    code: 'RequestEntityTooLargeException',
  });
});

test('throws for a result that is larger than the service returns', async () => {
  const rows = (count: number, size: number) =>
    database.query(`SELECT repeat('x', ${size}) AS text FROM generate_series(1, ${count})`);
  expect(await rows(16, 64_000)).toHaveLength(16);
  await expect(rows(17, 64_000)).rejects.toThrow('response size limit');
  await expect(rows(1, 66_000)).rejects.toThrow('too large');
});

test('throws for a column that is an array', async () => {
  await expect(database.query(`SELECT ARRAY['a'] AS list`)).rejects.toMatchObject({
    code: 'UnsupportedResultException',
  });
});

test('returns columns as text even if the statement does not cast them', async () => {
  const sql = `SELECT true AS yes, CAST(1.5 AS float8) AS half, CAST(7 AS integer) AS seven, CAST(1.50 AS numeric) AS price`;
  expect(await database.query(sql)).toEqual([{ yes: 'true', half: '1.5', seven: '7', price: '1.50' }]);
});

test('throws a DatabaseError with the code of the service and the original error as cause', async () => {
  const elsewhere = createRdsDatabase(client, {
    ...standIn.settings,
    secretArn: 'arn:aws:secretsmanager:other',
  });
  await expect(elsewhere.query('SELECT 1')).rejects.toMatchObject({
    code: 'ValidationException',
    cause: { name: 'ServiceError' },
  });
  const missing = createRdsDatabase(client, { ...standIn.settings, databaseName: 'nowhere' });
  await expect(missing.query('SELECT 1')).rejects.toMatchObject({ code: '3D000' });
});
