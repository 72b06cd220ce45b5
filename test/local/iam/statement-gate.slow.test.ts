import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { createPostgresDatabase, type PostgresDatabase } from '../../../lib/database/postgres-database.ts';
import type { AccessRequest } from '../../../local/iam/access.ts';
import { userIdOf } from '../../../local/iam/principal.ts';
import type { DatabaseName } from '../../../local/postgres/data-api-calls.ts';
import { type EmbeddedPostgres, startPostgres } from '../../../local/postgres/start-postgres.ts';
import { startStatementGate, toSessionUrl } from '../../../local/postgres/statement-gate.ts';
import { accessWith, notAllowed, ROLE_KEY, ROOT_KEY, type TestStatement } from './test-access.ts';

const CLUSTER = 'arn:aws:rds:us-east-1:000000000000:cluster:shipping';
const WORKGROUP = 'arn:aws:redshift-serverless:us-east-1:000000000000:workgroup/sales';
const secretOf = (name: DatabaseName) => `arn:aws:secretsmanager:us-east-1:000000000000:secret:${name}`;

/** The rights of the project's functions: resources/shipping-database.yml, resources/sales-warehouse.yml. */
const RIGHTS: Record<DatabaseName, [action: string, resource: string][]> = {
  shipping: [
    ['rds-data:BeginTransaction', CLUSTER],
    ['rds-data:CommitTransaction', CLUSTER],
    ['rds-data:ExecuteStatement', CLUSTER],
    ['rds-data:RollbackTransaction', CLUSTER],
    ['secretsmanager:GetSecretValue', secretOf('shipping')],
  ],
  sales: [
    ['redshift-data:BatchExecuteStatement', WORKGROUP],
    ['redshift-data:DescribeStatement', '*'],
    ['redshift-data:ExecuteStatement', WORKGROUP],
    ['redshift-data:GetStatementResult', '*'],
    ['secretsmanager:GetSecretValue', secretOf('sales')],
  ],
};

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

const runs = async () => (await observer.query('SELECT id FROM runs ORDER BY id')).map(({ id }) => id);

/** Returns statements that allow all rights of both databases, except these actions. */
const allExcept = (...missing: string[]): TestStatement[] =>
  [...RIGHTS.shipping, ...RIGHTS.sales]
    .filter(([action]) => !missing.includes(action))
    .map(([Action, Resource]) => ({ Action, Resource }));

interface StartOptions {
  statements?: TestStatement[];
  upstream?: string;
  startupMs?: number;
}

/** Starts a gate for the role of the test access. Default: it has all rights. */
async function start({ statements = allExcept(), ...options }: StartOptions = {}) {
  const access = accessWith(...statements);
  const check = vi.spyOn(access, 'check');
  const gate = await startStatementGate({
    upstream: postgres.url,
    port: 0,
    access,
    databases: {
      shipping: { resource: CLUSTER, secret: secretOf('shipping') },
      sales: { resource: WORKGROUP, secret: secretOf('sales') },
    },
    ...options,
  });
  onTestFinished(() => gate.stop());
  const urlOf = (name: DatabaseName) => toSessionUrl(gate.url, ROLE_KEY, name);
  return {
    ...gate,
    urlOf,
    /** Returns the requests that were judged, and forgets them. */
    judged() {
      const requests = check.mock.calls.map(([, { action, resource }]): [string, string] => [
        action,
        resource,
      ]);
      check.mockClear();
      return requests;
    },
    contexts: () => check.mock.calls.map(([, { context }]: [unknown, AccessRequest]) => context),
    open: (name: DatabaseName) => open(urlOf(name)),
  };
}

function open(url: string): PostgresDatabase {
  const database = createPostgresDatabase(url);
  onTestFinished(() => database.close());
  return database;
}

/** Connects a client that, unlike `PostgresDatabase`, keeps its connection after an error. */
async function connectClient(url: string): Promise<Client> {
  const client = new Client(url);
  client.on('error', () => undefined);
  await client.connect();
  onTestFinished(() => client.end());
  return client;
}

/** Returns what `rejects.toMatchObject` expects of a refused statement. */
const refusal = (action: string, resource: string) => ({
  code: 'AccessDeniedException',
  message: expect.stringContaining(notAllowed(action, resource)),
});

const INSERT = 'INSERT INTO runs VALUES (CAST(:id AS text))';
const SELECT = 'SELECT CAST(1 AS text) AS one';
const NO_ROWS = 'SELECT id FROM runs WHERE false';
const secret = (name: DatabaseName): [string, string] => ['secretsmanager:GetSecretValue', secretOf(name)];

describe('the rights of a statement', () => {
  test.for<[DatabaseName, string, [action: string, resource: string][]]>([
    ['shipping', SELECT, [['rds-data:ExecuteStatement', CLUSTER], secret('shipping')]],
    [
      'sales',
      NO_ROWS,
      [
        ['redshift-data:ExecuteStatement', WORKGROUP],
        secret('sales'),
        ['redshift-data:DescribeStatement', '*'],
        ['redshift-data:GetStatementResult', '*'],
      ],
    ],
    [
      'sales',
      'DELETE FROM runs',
      [
        ['redshift-data:ExecuteStatement', WORKGROUP],
        secret('sales'),
        ['redshift-data:DescribeStatement', '*'],
      ],
    ],
  ])('in %s, %s needs those of its calls on AWS', async ([name, sql, needed]) => {
    const gate = await start();
    await gate.open(name).query(sql);
    expect(gate.judged()).toEqual(needed);
    for (const [action, resource] of needed) {
      const { open } = await start({ statements: allExcept(action) });
      await expect(open(name).query(sql)).rejects.toMatchObject(refusal(action, resource));
    }
  });

  test('an error has the message of AWS, and is not worth another attempt', async () => {
    const { open } = await start({ statements: [] });
    await expect(open('shipping').query(SELECT)).rejects.toMatchObject({
      name: 'DatabaseError',
      code: 'AccessDeniedException',
      unreachable: false,
      message: `AccessDeniedException: ${notAllowed('rds-data:ExecuteStatement', CLUSTER)}`,
    });
  });

  test('a refused statement does not run, but one whose rows are refused has run', async () => {
    const withoutResult = await start({ statements: allExcept('redshift-data:GetStatementResult') });
    const returning = withoutResult.open('sales').query(`${INSERT} RETURNING id`, { id: 'returned' });
    await expect(returning).rejects.toMatchObject(refusal('redshift-data:GetStatementResult', '*'));
    const withoutExecute = await start({ statements: allExcept('redshift-data:ExecuteStatement') });
    await expect(withoutExecute.open('sales').query(INSERT, { id: 'refused' })).rejects.toThrow();
    expect(await runs()).toEqual(['returned']);
  });

  test('a role has rights to its own statements only if the policy names the owner so', async () => {
    const owned = (owner: string): TestStatement[] => [
      ...allExcept('redshift-data:DescribeStatement', 'redshift-data:GetStatementResult'),
      {
        Action: ['redshift-data:DescribeStatement', 'redshift-data:GetStatementResult'],
        Resource: '*',
        Condition: { StringEquals: { 'redshift-data:statement-owner-iam-userid': owner } },
      },
    ];
    const own = await start({ statements: owned('$' + '{aws:userid}') });
    expect(await own.open('sales').query(SELECT)).toEqual([{ one: '1' }]);
    const userId = userIdOf({ kind: 'role', roleName: 'consumer', sessionName: 'worker-1' });
    expect(own.contexts().at(-1)).toEqual({ 'redshift-data:statement-owner-iam-userid': userId });
    const others = await start({ statements: owned('AROAOTHER:other') });
    await expect(others.open('sales').query(SELECT)).rejects.toMatchObject(
      refusal('redshift-data:DescribeStatement', '*'),
    );
  });

  test('the databases have rights of their own', async () => {
    const statements = RIGHTS.shipping.map(([Action, Resource]) => ({ Action, Resource }));
    const { open } = await start({ statements });
    expect(await open('shipping').query(SELECT)).toEqual([{ one: '1' }]);
    await expect(open('sales').query(SELECT)).rejects.toMatchObject(
      refusal('redshift-data:ExecuteStatement', WORKGROUP),
    );
  });
});

describe('a transaction', () => {
  const insert = `INSERT INTO runs VALUES ('1')`;

  test('of shipping needs the rights of its begin, statements and commit', async () => {
    const gate = await start();
    await gate.open('shipping').transaction([insert, SELECT]);
    expect(gate.judged().map(([action]) => action)).toEqual(
      ['BeginTransaction', 'ExecuteStatement', 'ExecuteStatement', 'CommitTransaction'].flatMap((call) => [
        `rds-data:${call}`,
        'secretsmanager:GetSecretValue',
      ]),
    );
    expect(await runs()).toEqual(['1']);
  });

  test('of sales needs the rights of one batch, and of results if it returns rows', async () => {
    const gate = await start({ statements: allExcept('redshift-data:ExecuteStatement') });
    const batch = [
      ['redshift-data:BatchExecuteStatement', WORKGROUP],
      secret('sales'),
      ['redshift-data:DescribeStatement', '*'],
    ];
    const database = gate.open('sales');
    await database.transaction([insert]);
    expect(gate.judged()).toEqual(batch);
    await database.transaction([insert, SELECT]);
    expect(gate.judged()).toEqual([...batch, ['redshift-data:GetStatementResult', '*']]);
    expect(await runs()).toEqual(['1', '1']);
  });

  test.for<[DatabaseName, string, string]>([
    ['shipping', 'rds-data:BeginTransaction', CLUSTER],
    ['shipping', 'rds-data:ExecuteStatement', CLUSTER],
    ['shipping', 'rds-data:CommitTransaction', CLUSTER],
    ['sales', 'redshift-data:BatchExecuteStatement', WORKGROUP],
    ['sales', 'redshift-data:DescribeStatement', '*'],
    ['sales', 'redshift-data:GetStatementResult', '*'],
  ])('of %s changes nothing without %s', async ([name, action, resource]) => {
    const { open } = await start({ statements: allExcept(action) });
    const database = open(name);
    const transaction = database.transaction([insert, SELECT]);
    await expect(transaction).rejects.toMatchObject(refusal(action, resource));
    expect(await runs()).toEqual([]);
    const next = database.query('DELETE FROM runs');
    // A statement without a transaction needs these rights, too.
    if (/:(Execute|Describe)/.test(action)) await expect(next).rejects.toThrow(action);
    else expect(await next).toEqual([]);
  });

  test.for<[DatabaseName, string[]]>([
    ['shipping', ['rds-data:RollbackTransaction', 'secretsmanager:GetSecretValue']],
    ['sales', []],
  ])('of %s that fails is rolled back by the rights of such a call on AWS', async ([name, needed]) => {
    const gate = await start({ statements: allExcept('rds-data:RollbackTransaction') });
    await expect(gate.open(name).transaction([insert, 'SELECT 1 / 0'])).rejects.toMatchObject({
      code: '22012',
    });
    await vi.waitFor(async () => expect(await openSessions()).toEqual([]));
    const actions = gate.judged().map(([action]) => action);
    expect(actions.filter((action) => /Rollback/.test(action))).toEqual(needed.slice(0, 1));
    expect(await runs()).toEqual([]);
  });

  test('is recognized by its commands in any case and form, but not with options', async () => {
    const gate = await start();
    const client = await connectClient(gate.urlOf('shipping'));
    const commands: [sql: string, call: string][] = [
      ['begin', 'BeginTransaction'],
      [' Commit work ;', 'CommitTransaction'],
      ['START TRANSACTION', 'BeginTransaction'],
      ['END;', 'CommitTransaction'],
      ['BEGIN;\n', 'BeginTransaction'],
      ['SAVEPOINT a', 'ExecuteStatement'],
      ['ROLLBACK TO a', 'ExecuteStatement'],
      ['ABORT', 'RollbackTransaction'],
      ['BEGIN ISOLATION LEVEL SERIALIZABLE', 'ExecuteStatement'],
      ['ROLLBACK', 'RollbackTransaction'],
      ['BEGIN; DELETE FROM runs; COMMIT', 'ExecuteStatement'],
    ];
    for (const [sql, call] of commands) {
      await client.query(sql);
      expect([sql, gate.judged()]).toEqual([sql, [[`rds-data:${call}`, CLUSTER], secret('shipping')]]);
    }
  });
});

/** A query as `PostgresDatabase` sends it. By default, one without parameters is a single message. */
const inExtended = (text: string) => ({ text, queryMode: 'extended' });

/** Returns the sessions that came through a gate. */
const openSessions = () =>
  observer.query(`SELECT pid FROM pg_stat_activity WHERE application_name IN ('shipping', 'sales')`);

describe('a connection', () => {
  test('runs as the user of the server, and is named after its database', async () => {
    const { open } = await start();
    const sql = `SELECT current_user AS name, current_setting('application_name') AS application, current_setting('timezone') AS zone`;
    expect(await open('sales').query(sql)).toEqual([{ name: 'postgres', application: 'sales', zone: 'UTC' }]);
  });

  test.for<[DatabaseName, string]>([
    ['shipping', 'rds-data:ExecuteStatement'],
    ['sales', 'redshift-data:ExecuteStatement'],
    ['sales', 'redshift-data:GetStatementResult'],
  ])('in %s stays usable after it was refused %s', async ([name, action]) => {
    const { urlOf } = await start({ statements: allExcept(action) });
    const client = await connectClient(urlOf(name));
    for (let count = 0; count < 3; count++) {
      await expect(client.query(SELECT)).rejects.toThrow(action);
      await expect(client.query(inExtended(SELECT))).rejects.toThrow(action);
    }
    for (const command of ['BEGIN', 'COMMIT']) {
      expect(await client.query(inExtended(command))).toMatchObject({ command });
    }
  });

  test('keeps its transaction after a refusal, as on AWS', async () => {
    const { urlOf } = await start({ statements: allExcept('rds-data:ExecuteStatement') });
    const client = await connectClient(urlOf('shipping'));
    await client.query('BEGIN');
    await expect(client.query(SELECT)).rejects.toThrow('rds-data:ExecuteStatement');
    // For a failed transaction, the answer would be ROLLBACK.
    expect(await client.query('COMMIT')).toMatchObject({ command: 'COMMIT' });
  });

  test('reports the errors of the server unchanged', async () => {
    const { urlOf } = await start();
    const client = await connectClient(urlOf('sales'));
    await expect(client.query('SELECT nothing')).rejects.toMatchObject({ code: '42703', position: '8' });
    expect((await client.query(SELECT)).rows).toEqual([{ one: '1' }]);
  });

  test('learns of changed parameters even if rows are refused', async () => {
    const gate = await start({ statements: allExcept('redshift-data:GetStatementResult') });
    const client = await connectRaw(gate, 'sales');
    client.write(query(`SELECT set_config('TimeZone', 'Asia/Tokyo', false)`));
    expect(await readTypes(client, 3)).toEqual(['E', 'S', 'Z:I']);
  });

  test('has a parameter of 5 MB and a result of 20 MB', async () => {
    const { open } = await start();
    const database = open('shipping');
    const text = 'ä'.repeat(2_500_000);
    expect(await database.query('SELECT CAST(:text AS text) AS text', { text })).toEqual([{ text }]);
    const rows = await database.query(`SELECT repeat('x', 200) AS text FROM generate_series(1, 100000)`);
    expect(rows).toHaveLength(100_000);
  });

  test('is judged by its own rights while others run concurrently', async () => {
    const allowed = await start();
    const refused = await start({ statements: allExcept('rds-data:ExecuteStatement') });
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        const database = (index % 2 === 0 ? allowed : refused).open('shipping');
        const results = Array.from({ length: 20 }, (_, id) =>
          database.query(INSERT, { id: `${index}-${id}` }).then(
            () => 'inserted',
            ({ code }) => code,
          ),
        );
        return new Set(await Promise.all(results));
      }),
    );
    const expected = outcomes.map((_, index) => (index % 2 === 0 ? 'inserted' : 'AccessDeniedException'));
    expect(outcomes.map((outcome) => [...outcome].join())).toEqual(expected);
    expect(await runs()).toHaveLength(200);
  });

  test('makes the server wait for a client that does not read', async () => {
    const gate = await start();
    const client = await connectRaw(gate, 'shipping');
    client.pause();
    client.write(query(`SELECT repeat('x', 100000) FROM generate_series(1, 5000)`));
    const waiting = `SELECT pid FROM pg_stat_activity WHERE wait_event = 'ClientWrite'`;
    await vi.waitFor(async () => expect(await observer.query(waiting)).toHaveLength(1), 20_000);
    client.destroy();
    await vi.waitFor(async () => expect(await openSessions()).toEqual([]), 20_000);
  });

  test('can cancel its statement', async () => {
    const gate = await start();
    const client = await connectClient(gate.urlOf('shipping'));
    const sleeping = client.query('SELECT pg_sleep(30)');
    const canceled = expect(sleeping).rejects.toMatchObject({ code: '57014' });
    await expect
      .poll(() => observer.query(`SELECT pid FROM pg_stat_activity WHERE wait_event = 'PgSleep'`))
      .toHaveLength(1);
    const { processID, secretKey } = client as unknown as { processID: number; secretKey: number };
    const socket = connectTo(gate);
    socket.end(cancelRequest(processID, secretKey));
    await canceled;
  });

  test('ends with the stop of the gate', async () => {
    const gate = await start();
    const client = await connectRaw(gate, 'shipping');
    const silent = connectTo(gate);
    await once(silent, 'connect');
    const closed = Promise.all([once(client, 'close'), once(silent, 'close')]);
    await gate.stop();
    await closed;
    await vi.waitFor(async () => expect(await openSessions()).toEqual([]), 20_000);
  });

  test('passes on why the server ends it', async () => {
    const gate = await start();
    const client = await connectRaw(gate, 'shipping');
    client.write(query('SELECT pg_terminate_backend(pg_backend_pid())'));
    expect((await readToEnd(client)).toString()).toContain('C57P01\0');
  });
});

describe('a client that sends messages without waiting', () => {
  test('receives a refusal in its place, and what it sent until Sync is discarded', async () => {
    const gate = await start({ statements: allExcept('rds-data:ExecuteStatement') });
    const client = await connectRaw(gate, 'shipping');
    const refused = extended(`INSERT INTO runs VALUES ('1')`);
    client.write(
      Buffer.concat([
        ...extended('BEGIN'),
        ...refused,
        ...extended('COMMIT'),
        sync,
        query('COMMIT'),
        ...refused,
        sync,
      ]),
    );
    // Parse, Bind, Execute; refused; COMMIT; refused.
    expect(await readTypes(client, 9)).toEqual(['1', '2', 'C', 'E', 'Z:T', 'C', 'Z:I', 'E', 'Z:I']);
  });

  test('receives a refusal before it sends Sync', async () => {
    const gate = await start({ statements: [] });
    const client = await connectRaw(gate, 'shipping');
    client.write(Buffer.concat([...extended(SELECT), message('H', '')]));
    expect(await readTypes(client, 1)).toEqual(['E']);
    client.write(sync);
    expect(await readTypes(client, 1)).toEqual(['Z:I']);
  });

  test('receives one error for statements of which one fails and one is refused', async () => {
    const gate = await start({ statements: allExcept('rds-data:BeginTransaction') });
    const client = await connectRaw(gate, 'shipping');
    client.write(Buffer.concat([...extended('SELECT nothing'), ...extended('BEGIN'), sync, query(SELECT)]));
    expect(await readTypes(client, 6)).toEqual(['E', 'Z:I', 'T', 'D', 'C', 'Z:I']);
  });

  test('may send them with its startup message', async () => {
    const gate = await start({ statements: allExcept('rds-data:BeginTransaction') });
    const client = connectTo(gate);
    const parameters = { user: ROLE_KEY, application_name: 'shipping', database: 'orders' };
    client.write(Buffer.concat([startup(parameters), query('BEGIN'), query(SELECT)]));
    const types = typesOf(
      await read(client, (bytes) => typesOf(bytes).filter((type) => type === 'Z:I').length === 3),
    );
    expect(types.slice(types.indexOf('Z:I'))).toEqual(['Z:I', 'E', 'Z:I', 'T', 'D', 'C', 'Z:I']);
  });

  test('may send single bytes', async () => {
    const gate = await start({ statements: allExcept('rds-data:BeginTransaction') });
    const client = connectTo(gate);
    for (const byte of startup({ user: ROLE_KEY, application_name: 'shipping', database: 'orders' })) {
      client.write(Buffer.from([byte]));
      await sleep(1);
    }
    await readUntilReady(client);
    for (const byte of [...query('BEGIN'), ...query(SELECT)]) {
      client.write(Buffer.from([byte]));
      await sleep(1);
    }
    expect(await readTypes(client, 6)).toEqual(['E', 'Z:I', 'T', 'D', 'C', 'Z:I']);
  });
});

describe('the server’s own user', () => {
  test('is not judged', async () => {
    const gate = await start({ statements: [] });
    const client = await connectClient(gate.url);
    await client.query(`BEGIN; INSERT INTO runs VALUES ('1'); COMMIT`);
    const results = (await client.query(`SELECT 1 AS one; SELECT 2 AS two`)) as unknown as {
      rows: object[];
    }[];
    expect(results.map(({ rows }) => rows)).toEqual([[{ one: 1 }], [{ two: 2 }]]);
    expect([await runs(), gate.judged()]).toEqual([['1'], []]);
  });

  test('can copy', async () => {
    const gate = await start();
    const client = await connectRaw(gate, 'shipping', 'postgres');
    client.write(Buffer.concat([query('COPY runs FROM STDIN'), message('d', 'a\nb\n'), message('c', '')]));
    expect(await readTypes(client, 3)).toEqual(['G', 'C', 'Z:I']);
    expect(await runs()).toEqual(['a', 'b']);
  });

  test('the root user is judged, and has all rights', async () => {
    const gate = await start({ statements: [] });
    expect(await open(toSessionUrl(gate.url, ROOT_KEY, 'sales')).query(SELECT)).toEqual([{ one: '1' }]);
    expect(gate.judged()).toHaveLength(4);
  });
});

describe('the gate refuses', () => {
  test('an unknown access key, and says what to do', async () => {
    const gate = await start();
    const unknown = open(toSessionUrl(gate.url, 'ASIAUNKNOWN', 'shipping'));
    await expect(unknown.query(SELECT)).rejects.toMatchObject({
      code: '28000',
      unreachable: false,
      message:
        '28000: user: must be postgres or the access key of a role, restart the worker with its current settings, received "ASIAUNKNOWN"',
    });
    const client = connectTo(gate);
    client.write(startup({ user: 'ASIAUNKNOWN', application_name: 'shipping', database: 'orders' }));
    expect((await readToEnd(client)).toString()).toContain('C28000\0');
  });

  test.for([undefined, 'psql', 'constructor'])('a role with the application name %s', async (name) => {
    const gate = await start();
    const url = new URL(toSessionUrl(gate.url, ROLE_KEY, 'shipping'));
    if (name) url.searchParams.set('application_name', name);
    else url.searchParams.delete('application_name');
    const shown = name ? `"${name}"` : 'nothing';
    await expect(open(url.href).query(SELECT)).rejects.toMatchObject({
      code: '28000',
      message: `28000: application_name: must be shipping or sales, add it to the URL of the database, received ${shown}`,
    });
  });

  test.for([
    ['COPY runs FROM STDIN', 'C0A000\0MCOPY: not supported, use SELECT or INSERT\0'],
    ['COPY runs TO STDOUT', 'C0A000\0MCOPY: not supported, use SELECT or INSERT\0'],
  ])('%s, which no Data API supports', async ([sql = '', error = '']) => {
    const gate = await start();
    const client = await connectRaw(gate, 'shipping');
    client.write(query(sql));
    expect((await readToEnd(client)).toString()).toContain(error);
  });

  test('FunctionCall, which has no SQL, and keeps the connection', async () => {
    const gate = await start();
    const client = await connectRaw(gate, 'shipping');
    client.write(Buffer.concat([message('F', '\0\0\0\0'), query(SELECT)]));
    expect(await readTypes(client, 6)).toEqual(['E', 'Z:I', 'T', 'D', 'C', 'Z:I']);
  });

  test.for<[string, Buffer]>([
    ['a message shorter than its header', Buffer.from('Q\0\0\0\x03')],
    ['a message of more than 64 MiB', Buffer.from([0x51, 4, 0, 0, 0])],
    ['SQL without an end', message('Q', 'SELECT 1')],
    ['a statement without a name', message('P', 'SELECT 1')],
  ])('%s, and ends the connection', async ([, bytes]) => {
    const gate = await start();
    const client = await connectRaw(gate, 'shipping');
    client.write(bytes);
    expect((await readToEnd(client)).toString()).toBe('');
    await vi.waitFor(async () => expect(await openSessions()).toEqual([]), 20_000);
  });

  test.for<[string, Buffer]>([
    ['HTTP', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
    ['a length of 0', Buffer.alloc(8)],
    ['another version of the protocol', startup({ user: 'postgres' }, 2 << 16)],
    ['parameters without an end', withLength(Buffer.from('\0\0\0\0\0\x03\0\0user\0postgres'))],
    ['a value without an end', withLength(Buffer.from('\0\0\0\0\0\x03\0\0user\0'))],
  ])('a connection that begins with %s', async ([, bytes]) => {
    const gate = await start();
    const client = connectTo(gate);
    client.write(bytes);
    expect((await readToEnd(client)).toString()).toBe('');
  });

  test.for<[string, Buffer]>([
    ['nothing', Buffer.alloc(0)],
    ['a half of its message', startup({ user: 'postgres' }).subarray(0, 12)],
    ['a request for encryption only', encryptionRequest(80_877_103)],
  ])('a connection that sends %s in time', async ([, bytes]) => {
    const gate = await start({ startupMs: 200 });
    const client = connectTo(gate);
    client.write(bytes);
    expect((await readToEnd(client)).toString()).toMatch(/^N?$/);
  });
});

test('requests for encryption are declined, and the connection continues without', async () => {
  const gate = await start();
  const client = connectTo(gate);
  client.write(Buffer.concat([encryptionRequest(80_877_104), encryptionRequest(80_877_103)]));
  client.write(startup({ user: ROLE_KEY, application_name: 'sales', database: 'orders' }));
  const answer = await readUntilReady(client);
  expect(answer.subarray(0, 3).toString()).toBe('NNR');
});

test('a connection ends if the server does not listen', async () => {
  const stopped = createServer().listen(0, '127.0.0.1');
  await once(stopped, 'listening');
  const { port } = stopped.address() as { port: number };
  await new Promise((closed) => stopped.close(closed));
  const gate = await start({ upstream: `postgres://postgres@127.0.0.1:${port}/orders` });
  const client = connectTo(gate);
  client.write(startup({ user: 'postgres', database: 'orders' }));
  expect((await readToEnd(client)).toString()).toBe('');
});

test('a port in use rejects the start', async () => {
  const { url } = await start();
  const options = { upstream: postgres.url, access: accessWith() };
  const target = { resource: CLUSTER, secret: secretOf('shipping') };
  await expect(
    startStatementGate({
      ...options,
      port: Number(new URL(url).port),
      databases: { shipping: target, sales: target },
    }),
  ).rejects.toMatchObject({ code: 'EADDRINUSE' });
});

test('a session’s URL keeps the rest of the URL', () => {
  expect(
    toSessionUrl('postgres://postgres:secret@127.0.0.1:5432/orders?sslmode=disable', 'ASIA1', 'sales'),
  ).toBe('postgres://ASIA1:secret@127.0.0.1:5432/orders?sslmode=disable&application_name=sales');
});

// Messages of the protocol, and a client that shows the types of the answers.

function withLength(bytes: Buffer, at = 0): Buffer {
  bytes.writeUInt32BE(bytes.length - at, at);
  return bytes;
}

function message(type: string, body: string): Buffer {
  return withLength(Buffer.from(`${type}\0\0\0\0${body}`), 1);
}

function query(sql: string): Buffer {
  return message('Q', `${sql}\0`);
}

/** Parse, Bind and Execute of an unnamed statement without parameters. */
function extended(sql: string): Buffer[] {
  return [message('P', `\0${sql}\0\0\0`), message('B', '\0\0\0\0\0\0\0\0'), message('E', '\0\0\0\0\0')];
}

const sync = message('S', '');

function startup(parameters: Record<string, string>, version = 3 << 16): Buffer {
  const fields = Object.entries(parameters).flat();
  const bytes = Buffer.from(`\0\0\0\0\0\0\0\0${fields.join('\0')}\0\0`);
  bytes.writeUInt32BE(version, 4);
  return withLength(bytes);
}

function encryptionRequest(code: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32BE(code, 4);
  return withLength(bytes);
}

function cancelRequest(processId: number, secretKey: number): Buffer {
  const bytes = Buffer.alloc(16);
  bytes.writeUInt32BE(80_877_102, 4);
  bytes.writeInt32BE(processId, 8);
  bytes.writeInt32BE(secretKey, 12);
  return withLength(bytes);
}

function connectTo({ url }: { url: string }): Socket {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.on('error', () => undefined);
  onTestFinished(() => void socket.destroy());
  return socket;
}

/** Connects a client that sends and receives messages. */
async function connectRaw(gate: { url: string }, name: DatabaseName, user = ROLE_KEY): Promise<Socket> {
  const socket = connectTo(gate);
  socket.write(startup({ user, application_name: name, database: 'orders' }));
  await readUntilReady(socket);
  return socket;
}

/** Reads until a condition holds. The socket must have no later bytes. */
async function read(socket: Socket, isEnough: (bytes: Buffer) => boolean): Promise<Buffer> {
  let bytes = Buffer.alloc(0);
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
    bytes = Buffer.concat([bytes, chunk]);
    if (isEnough(bytes)) break;
  }
  return bytes;
}

const readUntilReady = (socket: Socket) =>
  read(socket, (bytes) => bytes.toString('latin1').endsWith('Z\0\0\0\x05I'));

/** Reads until the gate closes the connection. */
async function readToEnd(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk));
  await once(socket, 'close');
  return Buffer.concat(chunks);
}

/** Reads messages and returns their types; for ReadyForQuery with the status. */
async function readTypes(socket: Socket, count: number): Promise<string[]> {
  return typesOf(await read(socket, (bytes) => typesOf(bytes).length >= count));
}

function typesOf(bytes: Buffer): string[] {
  const types: string[] = [];
  for (let at = 0; at + 5 <= bytes.length; ) {
    const end = at + 1 + bytes.readUInt32BE(at + 1);
    if (end > bytes.length) break;
    const type = bytes.toString('latin1', at, at + 1);
    types.push(type === 'Z' ? `Z:${bytes.toString('latin1', end - 1, end)}` : type);
    at = end;
  }
  return types;
}
