import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import type { Worker } from 'node:worker_threads';
import {
  type AttributeValue,
  BatchExecuteStatementCommand,
  type BatchStatementRequest,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  GetItemCommand,
  ListTablesCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { provisionTable } from '../../local/dynamodb/provision-table.ts';
import {
  type DynamoDbOptions,
  type EmbeddedDynamoDb,
  startDynamoDb,
} from '../../local/dynamodb/start-dynamodb.ts';

const INSERT = `INSERT INTO "things" VALUE {'id': ?, 'size': ?}`;

let dataDir: string;
let running: EmbeddedDynamoDb[];

beforeEach(async () => {
  running = [];
  dataDir = await mkdtemp(join(tmpdir(), 'dynamodb-'));
});
afterEach(async () => {
  vi.useRealTimers();
  await Promise.all(running.map((dynamoDb) => dynamoDb.stop()));
  await rm(dataDir, { recursive: true });
});

describe('a PartiQL insert', () => {
  test('adds an item once; a second insert fails as a duplicate and returns the item on request', async () => {
    const { client } = await startWithTable();
    const old = { id: { S: 'a' }, size: { N: '1' } };
    expect(await execute(client, insert('a', 1))).toEqual([{ TableName: 'things' }]);
    expect(await execute(client, insert('a', 2), { ...insert('a', 3), ...ALL_OLD }, insert('b', 4))).toEqual([
      { TableName: 'things', Error: DUPLICATE },
      { TableName: 'things', Error: { ...DUPLICATE, Item: old } },
      { TableName: 'things' },
    ]);
    expect(await get(client, 'a')).toEqual(old);
    expect(await get(client, 'b')).toEqual({ id: { S: 'b' }, size: { N: '4' } });
  });

  test('succeeds once if many insert the same item concurrently', async () => {
    const { client } = await startWithTable();
    const batches = await Promise.all(Array.from({ length: 40 }, (_, n) => execute(client, insert('a', n))));
    expect(batches.flat().filter(({ Error: error }) => !error)).toHaveLength(1);
    expect(batches.flat().filter(({ Error: error }) => error?.Code === 'DuplicateItem')).toHaveLength(39);
  });

  test('fails individually, and the other inserts of its request succeed', async () => {
    const { client } = await startWithTable();
    const elsewhere = { ...insert('a', 1), Statement: INSERT.replace('things', 'nowhere') };
    const short = { Statement: INSERT, Parameters: [{ S: 'c' }] };
    const noNumber = { Statement: INSERT, Parameters: [{ S: 'd' }, { N: 'many' }] };
    const noKey = { Statement: `INSERT INTO "things" VALUE {'size': ?}`, Parameters: [{ N: '1' }] };
    const responses = await execute(client, elsewhere, insert('b', 2), short, noNumber, noKey);
    expect(responses.map(({ Error: error }) => error?.Code)).toEqual([
      'ResourceNotFound',
      undefined,
      'ValidationError',
      'ValidationError',
      'ValidationError',
    ]);
    expect(responses[2]?.Error?.Message).toBe("Number of parameters in request and statement don't match.");
    expect(responses[3]?.Error?.Message).toContain('many');
    expect(await get(client, 'b')).toEqual({ id: { S: 'b' }, size: { N: '2' } });
  });

  test.each([
    'SELECT * FROM "things" WHERE id = ?',
    'UPDATE "things" SET size = ? WHERE id = ?',
    `INSERT INTO "things" VALUE {'id': 'literal', 'size': ?}`,
    `INSERT INTO "things" VALUE {'id': ?} IF NOT EXISTS`,
  ])('is the only supported statement: %s is refused with the whole request', async (statement) => {
    const { client } = await startWithTable();
    const unknown = { Statement: statement, Parameters: [{ S: 'x' }] };
    await expect(execute(client, insert('a', 1), unknown)).rejects.toMatchObject({
      name: 'ValidationException',
      message: `The embedded DynamoDB supports only the PartiQL statement INSERT INTO "table" VALUE {'name': ?, …}, received ${statement}`,
      $metadata: { httpStatusCode: 400 },
    });
    expect(await get(client, 'a')).toBeUndefined();
  });

  test('is sent with 1 to 25 statements per request', async () => {
    const { client } = await startWithTable();
    const inserts = Array.from({ length: 26 }, (_, n) => insert(`i-${n}`, n));
    expect(await execute(client, ...inserts.slice(0, 25))).toHaveLength(25);
    await expect(execute(client, ...inserts)).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining('Member must have length less than or equal to 25'),
    });
    await expect(execute(client)).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining('Member must have length greater than or equal to 1'),
    });
  });

  test.each([
    ['null', 400],
    ['[]', 400],
    ['{"Statements":[null]}', 400],
    ['{"Statements":[{}]}', 400],
    ['not JSON', 400],
  ])(
    'with the request body %s is answered with status %i, and the server keeps running',
    async (body, status) => {
      const { client, endpoint } = await startWithTable();
      const headers = { 'x-amz-target': 'DynamoDB_20120810.BatchExecuteStatement' };
      const response = await fetch(endpoint, { method: 'POST', headers, body });
      expect(response.status).toBe(status);
      expect(await response.json()).toHaveProperty('__type');
      expect(await execute(client, insert('a', 1))).toEqual([{ TableName: 'things' }]);
    },
  );
});

test('tables and items survive a restart with a data directory, and are lost without one', async () => {
  const first = await startWithTable({ dataDir });
  await execute(first.client, insert('a', 1));
  await first.stop();
  const { client } = await start({ dataDir });
  expect(await get(client, 'a')).toEqual({ id: { S: 'a' }, size: { N: '1' } });

  const memory = await start();
  expect((await memory.client.send(new ListTablesCommand({}))).TableNames).toEqual([]);
});

/** Starts DynamoDB in a process of its own with the data directory. */
async function startProcess() {
  const program = `
    const { startDynamoDb } = await import(process.argv[1]);
    const onCrash = (error) => { throw error; };
    console.log((await startDynamoDb({ port: 0, dataDir: process.argv[2], onCrash })).endpoint);`;
  const module = new URL('../../local/dynamodb/start-dynamodb.ts', import.meta.url).href;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program, module, dataDir]);
  const exited = once(child, 'exit');
  const errors = text(child.stderr);
  const client = newClient(String((await once(child.stdout, 'data'))[0]).trim());
  return { child, client, exited, errors };
}

test('an acknowledged item survives a kill -9', async () => {
  const { child, client: first, exited } = await startProcess();
  try {
    await createTable(first);
    await execute(first, insert('a', 1));
  } finally {
    child.kill('SIGKILL');
    await exited;
  }
  const { client } = await start({ dataDir });
  expect(await get(client, 'a')).toEqual({ id: { S: 'a' }, size: { N: '1' } });
});

test('a port in use is refused with EADDRINUSE', async () => {
  const { endpoint } = await start();
  const port = Number(new URL(endpoint).port);
  await expect(start({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
});

test('a data directory in use is refused with its name', async () => {
  await start({ dataDir });
  await expect(start({ dataDir })).rejects.toThrow(`data directory ${dataDir}: DynamoDB cannot open it`);
});

test('the server listens on 127.0.0.1 only', async () => {
  const { endpoint } = await start();
  expect(new URL(endpoint).hostname).toBe('127.0.0.1');
  const socket = connect(Number(new URL(endpoint).port), '127.0.0.2');
  await expect(once(socket, 'connect')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

test('a client that disconnects during its request does not stop the server', async () => {
  const { client, endpoint } = await startWithTable();
  for (const target of ['PutItem', 'BatchExecuteStatement']) {
    const caller = connect(Number(new URL(endpoint).port), '127.0.0.1');
    await once(caller, 'connect');
    caller.write(`POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: DynamoDB_20120810.${target}\r\n`);
    caller.write('Content-Length: 1000\r\nExpect: 100-continue\r\n\r\n{"half":');
    // The answer to Expect shows that the request is being handled.
    await once(caller, 'data');
    caller.resetAndDestroy();
    await once(caller, 'close');
  }
  expect(await execute(client, insert('a', 1))).toEqual([{ TableName: 'things' }]);
});

test('the server can be stopped twice, and does not wait for idle connections', async () => {
  const { endpoint, stop } = await start();
  const idle = connect(Number(new URL(endpoint).port), '127.0.0.1');
  await once(idle, 'connect');
  const closed = new Promise((resolve) => idle.on('error', resolve).on('close', resolve));
  await Promise.all([stop(), stop()]);
  await stop();
  await closed;
  await expect(fetch(endpoint)).rejects.toHaveProperty('cause.code', 'ECONNREFUSED');
});

test.each([
  ['is not terminated within two seconds', 1_999, 0],
  ['is terminated after two seconds', 2_000, 1],
])('a stopping thread with a pending request %s, and leaves no timer', async (_name, ms, status) => {
  const created = once(process, 'worker');
  const { endpoint, stop } = await start();
  const [thread] = (await created) as [Worker];
  const exited = once(thread, 'exit');
  const caller = connect(Number(new URL(endpoint).port), '127.0.0.1');
  caller.on('error', () => undefined);
  caller.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\nExpect: 100-continue\r\n\r\n');
  await once(caller, 'data');
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const stopping = stop();
  vi.advanceTimersByTime(ms);
  await stopping;
  expect(await exited).toEqual([status]);
  expect(vi.getTimerCount()).toBe(0);
});

test('a crash of the thread is reported with its error', async () => {
  const created = once(process, 'worker');
  const crash = Promise.withResolvers<Error>();
  await start({ onCrash: crash.resolve });
  const [thread] = (await created) as [Worker];
  const error = new Error('broken');
  thread.emit('error', error);
  await thread.terminate();
  expect(await crash.promise).toMatchObject({
    message: 'DynamoDB: the thread ended unexpectedly',
    cause: error,
  });
});

test.skipIf(process.platform !== 'linux')(
  'a full disk ends the thread with an error; acknowledged items are there after a restart',
  async () => {
    const { child, client, errors } = await startProcess();
    await createTable(client);
    await execute(client, insert('a', 1));
    await promisify(execFile)('prlimit', ['--pid', String(child.pid), '--fsize=4096:']);
    await expect(execute(client, insert('b', 2))).rejects.toThrow();
    expect(await errors).toContain(`data directory ${dataDir}: cannot be written (`);
    const restarted = await start({ dataDir });
    expect(await get(restarted.client, 'a')).toEqual({ id: { S: 'a' }, size: { N: '1' } });
    expect(await get(restarted.client, 'b')).toBeUndefined();
  },
);

test('tables of dynalite, which earlier versions wrote, are refused', async () => {
  await writeFile(join(dataDir, 'CURRENT'), 'MANIFEST-000001');
  await expect(start({ dataDir })).rejects.toMatchObject({
    code: 'DATA_DIR_OUTDATED',
    message: expect.stringMatching(
      /was written by an earlier version, whose tables this version cannot read/,
    ),
  });
});

test('a time to live is recorded, survives a restart and deletes nothing', async () => {
  const first = await startWithTable({ dataDir });
  const TimeToLiveSpecification = { AttributeName: 'size', Enabled: true };
  const command = new UpdateTimeToLiveCommand({ TableName: 'things', TimeToLiveSpecification });
  expect(await first.client.send(command)).toMatchObject({ TimeToLiveSpecification });
  await execute(first.client, insert('expired', 1));
  await first.stop();
  const { client } = await start({ dataDir });
  const { TimeToLiveDescription } = await client.send(new DescribeTimeToLiveCommand({ TableName: 'things' }));
  expect(TimeToLiveDescription).toEqual({ TimeToLiveStatus: 'ENABLED', AttributeName: 'size' });
  expect(await get(client, 'expired')).toEqual({ id: { S: 'expired' }, size: { N: '1' } });
});

const ALL_OLD = { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' } as const;
const DUPLICATE = { Code: 'DuplicateItem', Message: 'Duplicate primary key exists in table' };

const insert = (id: string, size: number): BatchStatementRequest => ({
  Statement: INSERT,
  Parameters: [{ S: id }, { N: String(size) }],
});

async function execute(client: DynamoDBClient, ...statements: BatchStatementRequest[]) {
  const { Responses = [] } = await client.send(new BatchExecuteStatementCommand({ Statements: statements }));
  return Responses;
}

async function get(client: DynamoDBClient, id: string): Promise<Record<string, AttributeValue> | undefined> {
  return (await client.send(new GetItemCommand({ TableName: 'things', Key: { id: { S: id } } }))).Item;
}

async function start(options: Partial<DynamoDbOptions> = {}) {
  const dynamoDb = await startDynamoDb({ port: 0, ...options });
  running.push(dynamoDb);
  return { ...dynamoDb, client: newClient(dynamoDb.endpoint) };
}

async function startWithTable(options?: Partial<DynamoDbOptions>) {
  const started = await start(options);
  await createTable(started.client);
  return started;
}

const newClient = (endpoint: string) =>
  new DynamoDBClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });

async function createTable(client: DynamoDBClient): Promise<void> {
  await provisionTable(client, {
    TableName: 'things',
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    BillingMode: 'PAY_PER_REQUEST',
  });
}
