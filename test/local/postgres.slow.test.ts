import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { type AddressInfo, createServer, Server } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { expect, onTestFinished, test, vi } from 'vitest';
import { type PostgresOptions, startPostgres } from '../../local/postgres/start-postgres.ts';
import { createOpenDirectory, createTestDirectory } from './create-test-directory.ts';

async function startTest(options: Partial<PostgresOptions>) {
  const postgres = await startPostgres({ port: 0, ...options });
  onTestFinished(() => postgres.stop());
  return postgres;
}

/** Executes a statement on a new connection and returns its rows. */
async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new Client(url);
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

/** Expects that no process names the directory and that it contains no file. */
async function expectNothingLeft(directory: string): Promise<void> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,args=']);
  expect(stdout.split('\n').filter((line) => line.includes(directory))).toEqual([]);
  expect(await readdir(directory)).toEqual([]);
}

/** Starts a process in its own group, which starts a server and then runs the given code. */
function spawnProcess(options: Partial<PostgresOptions>, then = '') {
  const module = new URL('../../local/postgres/start-postgres.ts', import.meta.url).href;
  const script = `
    const { startPostgres } = await import(${JSON.stringify(module)});
    const { url } = await startPostgres(${JSON.stringify({ port: 0, ...options })});
    console.log(url);
    ${then}`;
  // Passes the script on standard input, because on the command line it would make this process name the directory.
  const child = spawn(process.execPath, ['--input-type=module', '-'], {
    stdio: ['pipe', 'pipe', 'ignore'],
    detached: true,
  });
  child.stdin.end(script);
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}
type Child = ReturnType<typeof spawnProcess>;

async function readUrl(child: Child): Promise<string> {
  const [url] = (await once(createInterface(child.stdout), 'line')) as [string];
  return url;
}

async function kill(child: Child): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'exit');
}

/** Kills the server's main process. */
async function killServer(dataDir: string): Promise<void> {
  const [pid] = (await readFile(join(dataDir, 'cluster', 'postmaster.pid'), 'utf8')).split('\n');
  process.kill(Number(pid), 'SIGKILL');
}

test('a server has a database named orders, in UTC and UTF-8, for 100 clients', async () => {
  const { url } = await startTest({});
  const [settings] = await query(
    url,
    `SELECT current_database(), current_setting('timezone') AS timezone, current_setting('server_encoding') AS encoding,
       current_setting('max_connections')::int AS clients, lower('Ä')`,
  );
  expect(settings).toMatchObject({
    current_database: 'orders',
    timezone: 'UTC',
    encoding: 'UTF8',
    lower: 'ä',
    clients: expect.toSatisfy((clients: number) => clients > 100),
  });
});

test('a server listens on 127.0.0.1 only', async () => {
  const { url } = await startTest({});
  expect(new URL(url).host).toMatch(/^127\.0\.0\.1:\d+$/);
  const others = Object.values(networkInterfaces())
    .flatMap((addresses = []) => addresses.map(({ address }) => address))
    .filter((address) => address !== '127.0.0.1');
  for (const host of ['::1', ...others]) {
    const client = new Client({
      host,
      port: Number(new URL(url).port),
      user: 'postgres',
      database: 'orders',
    });
    await expect(client.connect(), host).rejects.toThrow();
  }
  expect(await query(url, 'SHOW listen_addresses')).toEqual([{ listen_addresses: '127.0.0.1' }]);
});

test('superusers, who can run programs, cannot connect', async () => {
  const { url } = await startTest({});
  await expect(query(url, `COPY (SELECT) TO PROGRAM 'true'`)).rejects.toThrow('permission denied');
  const superusers = `SELECT rolname, rolcanlogin FROM pg_roles WHERE rolsuper`;
  expect(await query(url, superusers)).toEqual([{ rolname: 'superuser', rolcanlogin: false }]);
});

test('a stop leaves no process and no file, even with a connected client', async () => {
  const temporaryDirectory = await createOpenDirectory();
  const { url, stop } = await startPostgres({ port: 0, temporaryDirectory });
  const client = new Client(url);
  client.on('error', () => {});
  await client.connect();
  expect(await readdir(temporaryDirectory)).toHaveLength(1);
  await stop();
  await expectNothingLeft(temporaryDirectory);
  await expect(query(url, 'SELECT 1')).rejects.toThrow('ECONNREFUSED');
});

test.for<[string, (child: Child) => unknown, string?]>([
  ['is killed', (child) => child.kill('SIGKILL')],
  ['is killed with its whole group', ({ pid = 0 }) => process.kill(-pid, 'SIGKILL')],
  ['exits', () => {}, 'process.exit()'],
  ['throws', () => {}, 'throw new Error()'],
])('a server ends and leaves no file when its parent process %s', async ([, end, then]) => {
  const temporaryDirectory = await createOpenDirectory();
  const child = spawnProcess({ temporaryDirectory }, then);
  await readUrl(child);
  expect(await readdir(temporaryDirectory)).toHaveLength(1);
  end(child);
  await vi.waitFor(() => expectNothingLeft(temporaryDirectory), 20_000);
});

test('a server leaves no file when its parent process is killed during the start', async () => {
  const temporaryDirectory = await createOpenDirectory();
  const child = spawnProcess({ temporaryDirectory });
  await vi.waitFor(async () => expect(await readdir(temporaryDirectory)).toHaveLength(1), 20_000);
  await kill(child);
  await vi.waitFor(() => expectNothingLeft(temporaryDirectory), 20_000);
});

test('a data directory keeps its data across a restart on the same port', async () => {
  const dataDir = join(await createOpenDirectory(), 'data');
  const first = await startTest({ dataDir });
  await query(first.url, 'CREATE TABLE kept AS SELECT 1 AS one');
  await first.stop();

  const second = await startTest({ dataDir, port: Number(new URL(first.url).port) });
  expect(second.url).toBe(first.url);
  expect(await query(second.url, 'SELECT * FROM kept')).toEqual([{ one: 1 }]);
});

test('a data directory keeps its data when the process is killed, and can be used again immediately', async () => {
  const dataDir = await createTestDirectory();
  const child = spawnProcess({ dataDir });
  const first = await readUrl(child);
  await query(first, 'CREATE TABLE kept AS SELECT 1 AS one');
  await kill(child);

  const { url } = await startTest({ dataDir });
  expect(await query(url, 'SELECT * FROM kept')).toEqual([{ one: 1 }]);
});

test('a crash of the server is reported without customer data, and the data directory survives it', async () => {
  const dataDir = await createTestDirectory();
  const crashed = Promise.withResolvers<Error>();
  const { url } = await startPostgres({ port: 0, dataDir, onCrash: crashed.resolve });
  await query(url, "CREATE TABLE kept AS SELECT 'Jane Doe' AS name");
  await query(url, 'CREATE UNIQUE INDEX ON kept (name)');
  await expect(query(url, "INSERT INTO kept VALUES ('Jane Doe')")).rejects.toThrow('duplicate key');
  await killServer(dataDir);
  const error = await crashed.promise;
  expect(error.message).toBe('Postgres: the server ended unexpectedly');
  expect(error.cause).toContain('ready to accept connections');
  expect(error.cause).not.toContain('Jane');

  const second = await startTest({ dataDir });
  expect(await query(second.url, 'SELECT * FROM kept')).toEqual([{ name: 'Jane Doe' }]);
});

test('a port in use rejects the start, which leaves no process and no file', async () => {
  const temporaryDirectory = await createOpenDirectory();
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  onTestFinished(() => void other.close());
  const { port } = other.address() as AddressInfo;
  await expect(startPostgres({ port, temporaryDirectory })).rejects.toMatchObject({
    code: 'EADDRINUSE',
    message: expect.stringMatching(new RegExp(` 127\\.0\\.0\\.1:${port}$`)),
  });
  await expectNothingLeft(temporaryDirectory);
});

test('a slow start on a free port uses another one if a program takes it meanwhile', async () => {
  // This server takes the port as soon as the probe has released it.
  const other = createServer();
  const closing = vi.spyOn(Server.prototype, 'close');
  onTestFinished(() => closing.mockRestore());
  closing.mockImplementationOnce(function (this: Server, done) {
    const { port } = this.address() as AddressInfo;
    closing.mockRestore();
    return this.close(() => other.listen(port, '127.0.0.1', done));
  });
  // Each call of Date.now() advances the clock by two seconds.
  const time = vi.spyOn(Date, 'now').mockImplementation(() => 2_000 * time.mock.calls.length);
  onTestFinished(() => time.mockRestore());

  const { url } = await startTest({});

  const { port } = other.address() as AddressInfo;
  expect(new URL(url).port).not.toBe(String(port));
  time.mockRestore();
  expect(await query(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  other.close();
});

test('a data directory that another process uses is refused', async () => {
  const dataDir = await createTestDirectory();
  const { url } = await startTest({ dataDir });
  await expect(startPostgres({ port: 0, dataDir })).rejects.toMatchObject({
    code: 'DATA_DIR_IN_USE',
    message: expect.stringContaining(dataDir),
  });
  expect(await query(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
});

test.runIf(process.getuid?.() === 0)('a data directory that only root can access is refused', async () => {
  const dataDir = join(await createTestDirectory(), 'data');
  await expect(startPostgres({ port: 0, dataDir })).rejects.toMatchObject({
    code: 'DATA_DIR_INACCESSIBLE',
    message: expect.stringContaining(dataDir),
  });
});
