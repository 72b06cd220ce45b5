import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { PublishCommand } from '@aws-sdk/client-sns';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createPostgresDatabase } from '../../lib/database/postgres-database.ts';
import { generateOrders } from '../../lib/produce/generator.ts';
import { QUEUES, type Queue } from '../../topology.ts';
import { connectClients } from '../local/start-test-services.ts';
import { PERMANENT_QUEUES, queueOutputs } from './queue-outputs.ts';

const PROJECT = resolve(import.meta.dirname, '../..');

let localDirectory: string;
/** Process groups that the test started. */
const groups: number[] = [];

beforeEach(async () => {
  localDirectory = await mkdtemp(join(tmpdir(), 'order-pipeline-start-'));
  // Postgres does not run as root and must be able to enter its data directory.
  await chmod(localDirectory, 0o711);
});
afterEach(async () => {
  for (const group of groups.splice(0)) {
    try {
      process.kill(-group, 'SIGKILL');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
  await rm(localDirectory, { recursive: true, force: true });
});

/** Returns the names of the outputs of queues. */
const namesOf = (queues: readonly Queue[]) => Object.keys(queueOutputs((name) => name, queues));
/** Outputs of the stack on AWS, and four that the embedded cloud adds. */
const CORE_OUTPUTS = [
  ...namesOf(PERMANENT_QUEUES),
  'ApiUrl',
  'AwsEndpointUrl',
  'DynamoDbEndpointUrl',
  'InspectionUrl',
  'LedgerTableName',
  'MailboxQueueUrl',
  'OperationsTopicArn',
  'OrderEventsTopicArn',
  'OrderUploadsTopicArn',
  'ResultsBucketName',
  'UploadBucketName',
].sort();
/** Outputs with shipping and sales enabled. */
const OUTPUTS = [
  ...CORE_OUTPUTS,
  ...namesOf(QUEUES.filter(({ part }) => part !== undefined)),
  'DatabaseUrl',
  'SalesStagingBucketName',
].sort();

interface Run {
  child: ChildProcess;
  /** Its process group, as in a terminal, to which Ctrl-C sends SIGINT. */
  group: number;
  /** Resolves when the text was printed. */
  printed(text: string): Promise<void>;
  /** Resolves with exit status and output. */
  ended: Promise<{ status: number | null; output: string }>;
}

function run(command: string, args: readonly string[]): Run {
  const child = spawn(command, args, {
    cwd: PROJECT,
    env: { ...process.env, ORDER_PIPELINE_LOCAL_DIR: localDirectory },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const { pid: group = Number.NaN } = child;
  groups.push(group);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  const ended = once(child, 'close').then(([status]) => ({ status, output }));
  return {
    child,
    group,
    ended,
    async printed(text) {
      for (let over = false; !output.includes(text); ) {
        if (over) throw new Error(`ended without printing "${text}":\n${output}`);
        const more = once(child.stdout, 'data').then(() => false);
        over = await Promise.race([more, ended.then(() => true)]);
      }
    },
  };
}

const start = (...args: string[]): Run => run(process.execPath, ['local/main.ts', ...args]);
const FREE_PORTS = ['--port', '0', '--aws-port', '0'];
/** Starts take half as long without a database. */
const NO_PARTS = ['--shipping', 'off', '--sales', 'off'];

/** Timeout for steps that take longer on a busy machine. */
const patient = { timeout: 15_000, interval: 200 };

async function canConnect(url: string): Promise<boolean> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  const connected = once(socket, 'connect').then(() => true);
  return connected.catch(() => false).finally(() => socket.destroy());
}

async function readOutputs(): Promise<Record<string, string>> {
  return JSON.parse(await readFile(join(localDirectory, 'outputs.json'), 'utf8'));
}

interface Process {
  pid: number;
  group: number;
  command: string;
}

/** Returns all running processes. Linux only. */
async function readProcesses(): Promise<Process[]> {
  const pids = (await readdir('/proc')).map(Number).filter(Number.isInteger);
  const processes = await Promise.all(
    pids.map(async (pid) => {
      // A process may have ended since the list was read.
      const [stat, command] = await Promise.all(
        ['stat', 'cmdline'].map((file) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '')),
      );
      // The state follows the program's name, which is in parentheses and may itself contain some.
      const [state, , group] = (stat ?? '').slice((stat ?? '').lastIndexOf(')') + 2).split(' ');
      return state && state !== 'Z' ? [{ pid, group: Number(group), command: command ?? '' }] : [];
    }),
  );
  return processes.flat();
}

/** Returns the processes of a run: its own group and that of its Postgres. */
async function membersOf(run: number, databaseUrl: string): Promise<Process[]> {
  const processes = await readProcesses();
  const option = `port=${new URL(databaseUrl).port}\0`;
  const postgres = processes.filter(({ command }) => command.includes(option)).map(({ group }) => group);
  return processes.filter(({ group }) => group === run || postgres.includes(group));
}

/** Returns the numbers that follow a name in the printed tables. */
function numbersOf(output: string, name: string): number[] {
  const line = output.split('\n').find((each) => each.startsWith(`  ${name}  `)) ?? '';
  return (line.slice(name.length + 2).match(/[\d,.]*\d/g) ?? []).map((text) =>
    Number(text.replaceAll(',', '')),
  );
}

function expectReconciled(output: string, orders: number): void {
  const counts = ['sent', 'in the order queue', '= confirmed'].map((name) => numbersOf(output, name)[0]);
  expect(counts).toEqual([orders, orders, orders]);
  expect(output).toMatch(/\+ duplicates +0\n/);
  expect(output).toContain('\n  Reconciled: every order is accounted for, none twice.\n');
}

// Starting the pipeline takes seconds, so each test checks as much as its run shows.
describe('npm start', { timeout: 120_000 }, () => {
  it('sends orders as files in S3, sells them without shipping, reconciles and exits with 0', async () => {
    const args = ['--count', '600', '--via', 's3', '--shipping', 'off', '--exit', ...FREE_PORTS];
    const { status, output } = await start(...args).ended;
    expectReconciled(output, 600);
    expect(numbersOf(output, 'in the analytics queue')[0]).toBe(600);
    expect(output.match(/in the (shipping|analytics) queue/g)).toHaveLength(1);
    expect(output).toContain('best sellers');
    expect(status).toBe(0);
  });

  it('ships, sells and reports the orders of its seed, and all sums match those orders', async () => {
    const args = ['start', '--', '--count', '3000', '--seed', '77', '--exit', ...FREE_PORTS];
    const { status, output } = await run('npm', args).ended;
    const orders = Array.from(generateOrders({ count: 3_000, seed: 77 }));
    const products = new Map<string, { name: string; orders: number; cents: number }>();
    for (const { product_id, product_name: name, price } of orders) {
      const sold = products.get(product_id) ?? { name, orders: 0, cents: 0 };
      products.set(product_id, {
        name,
        orders: sold.orders + 1,
        cents: sold.cents + Math.round(price * 100),
      });
    }
    const all = [...products.values()];
    const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);

    expect(output).toContain('/s over ');
    expect(output).toContain(', seed 77\n');
    const bestSellers = all.toSorted((a, b) => b.cents - a.cents).slice(0, 5);
    const title = output.indexOf('  best sellers ');
    const printed = output.slice(title).split('\n').slice(1, 6);
    const trimmed = printed.map((line) => line.trim().split(/ {2,}/));
    expect(trimmed).toEqual(
      bestSellers.map(({ name, orders, cents }) => [
        name.length < 28 ? name : `${name.slice(0, 26)}…`,
        orders.toLocaleString('en'),
        (cents / 100).toLocaleString('en', { minimumFractionDigits: 2 }),
      ]),
    );
    expect(numbersOf(output, 'all products')).toEqual([3_000, sum(all.map(({ cents }) => cents)) / 100]);

    // The initial stock is 450 of each product.
    const scheduled = sum(all.map(({ orders }) => Math.min(450, orders)));
    expect(scheduled).toBeLessThan(3_000);
    expect(numbersOf(output, 'in the shipping queue')[0]).toBe(3_000);
    expect(numbersOf(output, '= scheduled')).toEqual([scheduled, scheduled]);
    expect(numbersOf(output, '+ backordered')).toEqual([3_000 - scheduled]);
    expect(numbersOf(output, 'in the analytics queue')[0]).toBe(3_000);
    expect(numbersOf(output, '= sales')).toEqual([3_000]);
    expectReconciled(output, 3_000);
    expect([...output].filter((letter) => letter < ' ' && letter !== '\n')).toEqual([]);
    expect(status).toBe(0);
    expect(await readdir(localDirectory)).not.toContain('outputs.json');
  });

  it('runs without shipping, sales and a database, until Ctrl-C reaches it from the terminal and again from npm', async () => {
    const { group, printed, ended } = run('npm', [
      'start',
      '--',
      '--count',
      '100',
      ...NO_PARTS,
      ...FREE_PORTS,
    ]);
    await printed('Press Ctrl-C to stop.');
    const outputs = await readOutputs();
    expect(Object.keys(outputs).sort()).toEqual(CORE_OUTPUTS);
    process.kill(-group, 'SIGINT');
    const { status, output } = await ended;
    expect(output).toContain('Reconciled');
    expect(output).not.toMatch(
      /shipping queue|analytics queue|best sellers|shipments|Postgres|psql|restock|reports/,
    );
    expect(output).toContain('Stopping …');
    expect(status).toBe(0);
    expect(await readdir(localDirectory)).not.toContain('outputs.json');
    await expect(fetch(outputs.ApiUrl ?? '')).rejects.toThrow('fetch failed');
  });

  it('keeps to its rate, and exits with 1 if records are missing or an order was confirmed twice', async () => {
    const { printed, ended } = start('--count', '200', '--rate', '50', '--exit', ...FREE_PORTS);
    // The count has begun when the first progress line is printed.
    await printed('sent ');
    const { AwsEndpointUrl = '', DatabaseUrl = '', OrderEventsTopicArn } = await readOutputs();
    const { sns } = connectClients(AwsEndpointUrl);
    const [confirmedTwice] = generateOrders({ count: 1, seed: 1 });
    const text = (StringValue: string) => ({ DataType: 'String', StringValue });
    const secondMail = new PublishCommand({
      TopicArn: OrderEventsTopicArn,
      Message: JSON.stringify({ event: 'OrderConfirmed', order: confirmedTwice, confirmed_at: 0 }),
      MessageAttributes: { event: text('OrderConfirmed'), email_id: text('jane@example.com') },
    });
    await sns.send(secondMail);
    await sns.send(secondMail);
    const database = createPostgresDatabase(DatabaseUrl);
    for (const table of ['shipments', 'sales']) {
      const removeOne = `DELETE FROM ${table} WHERE order_id IN (SELECT order_id FROM ${table} LIMIT 1) RETURNING order_id`;
      await vi.waitFor(async () => expect(await database.query(removeOne)).toHaveLength(1), patient);
    }
    const takeOne = "UPDATE inventory SET stock = stock - 1 WHERE product_id = 'P-1050' RETURNING stock";
    expect(await database.query(takeOne)).toHaveLength(1);
    await database.close();

    const { status, output } = await ended;
    const [, seconds] = /sent +200 .* over ([\d.]+) s,/.exec(output) ?? [];
    expect(Number(seconds)).toBeGreaterThanOrEqual(3.9);
    expect(output).toMatch(/confirmed twice +1\n/);
    expect(output).toMatch(
      /\n {2}NOT reconciled: the numbers of orders, shipments, stock, sales do not add up\.\n/,
    );
    expect(status).toBe(1);
  });

  it('is one process besides Postgres, runs until it is interrupted, and then ends within seconds', async () => {
    const { child, group, printed, ended } = start('--no-produce', ...FREE_PORTS);
    await printed('Press Ctrl-C to stop.');
    const outputs = await readOutputs();
    expect(Object.keys(outputs).sort()).toEqual(OUTPUTS);
    const members = () => membersOf(group, outputs.DatabaseUrl ?? '');
    if (process.platform === 'linux') {
      const pids = (await members()).filter((member) => member.group === group).map(({ pid }) => pid);
      expect(pids).toEqual([child.pid]);
      expect((await members()).length).toBeGreaterThan(1);
    }
    expect((await fetch(`${outputs.ApiUrl}/orders`, { method: 'POST', body: '{}' })).status).toBe(400);
    expect((await fetch(`${outputs.ApiUrl}/`)).headers.get('content-type')).toMatch('text/html');
    // An open event stream must not delay the shutdown.
    expect((await fetch(`${outputs.ApiUrl}/dashboard/events`)).status).toBe(200);

    const interrupted = Date.now();
    child.kill('SIGINT');
    const { status, output } = await ended;
    expect(status).toBe(0);
    expect(output).toContain(`Live page        ${outputs.ApiUrl}/\n`);
    expect(output).toContain('Stopping …');
    expect(Date.now() - interrupted).toBeLessThan(10_000);
    expect(await readdir(localDirectory)).not.toContain('outputs.json');
    await expect(fetch(outputs.ApiUrl ?? '')).rejects.toThrow('fetch failed');
    if (process.platform === 'linux') expect(await members()).toEqual([]);
  });

  it.skipIf(process.platform !== 'linux')('leaves no process when it is killed', async () => {
    const { child, group, printed } = start('--no-produce', ...FREE_PORTS);
    await printed('Press Ctrl-C to stop.');
    const { DatabaseUrl = '' } = await readOutputs();
    child.kill('SIGKILL');
    await vi.waitFor(async () => expect(await membersOf(group, DatabaseUrl)).toEqual([]), patient);
  });

  it.skipIf(process.platform !== 'linux')('exits with 1 and the reason when Postgres crashes', async () => {
    const { group, printed, ended } = start('--no-produce', ...FREE_PORTS);
    await printed('Press Ctrl-C to stop.');
    const { DatabaseUrl = '' } = await readOutputs();
    const members = await membersOf(group, DatabaseUrl);
    const postgres = members.find(({ command }) => command.split('\0')[0]?.endsWith('bin/postgres'));
    process.kill(postgres?.pid ?? Number.NaN, 'SIGKILL');
    const { status, output } = await ended;
    expect(output).toContain('Postgres: the server ended unexpectedly');
    expect(status).toBe(1);
    expect(await membersOf(group, DatabaseUrl)).toEqual([]);
  });

  it('ends when npm is killed', async () => {
    const { child, printed } = run('npm', ['start', '--', '--no-produce', ...FREE_PORTS]);
    await printed('Press Ctrl-C to stop.');
    const { ApiUrl = '', DatabaseUrl = '' } = await readOutputs();
    expect((await fetch(`${ApiUrl}/orders`)).status).toBe(404);
    child.kill('SIGKILL');
    await vi.waitFor(() => expect(fetch(ApiUrl)).rejects.toThrow('fetch failed'), patient);
    await vi.waitFor(() => expect(canConnect(DatabaseUrl)).resolves.toBe(false), patient);
  });

  it('can be interrupted in the middle of a run', async () => {
    const load = ['--count', '100000', '--rate', '100'];
    const { child, printed, ended } = start(...load, '--exit', ...NO_PARTS, ...FREE_PORTS);
    await printed('sent ');
    child.kill('SIGTERM');
    expect((await ended).status).toBe(130);
  });

  it('keeps mailbox, queues, ledger, shipments and sales in its data directory, and adds the initial stock once', async () => {
    const data = ['--data', join(localDirectory, 'data'), ...FREE_PORTS];
    expect((await start('--count', '50', '--seed', '5', '--exit', ...data).ended).status).toBe(0);

    const drained = await start('--no-produce', '--exit', ...data).ended;
    expect(numbersOf(drained.output, '= confirmed')[0]).toBe(0);
    expect(numbersOf(drained.output, 'all products, all runs')[0]).toBe(50);
    expect(drained.status).toBe(0);
    const again = await start('--count', '60', '--seed', '5', '--exit', ...data).ended;
    expect(numbersOf(again.output, '+ duplicates')).toEqual([50]);
    expect(numbersOf(again.output, '= scheduled')).toEqual([10, 10]);
    expect(again.status).toBe(0);

    const { printed, child, ended } = start('--no-produce', ...data);
    await printed('Press Ctrl-C to stop.');
    const second = await start('--no-produce', ...data).ended;
    expect(second.output).toMatch(/^data directory .*: another process is using it/);
    expect(second.status).toBe(1);
    const outputs = await readOutputs();
    const { DatabaseUrl = '' } = outputs;
    const database = createPostgresDatabase(DatabaseUrl);
    const count = `SELECT CAST(count(*) AS text) AS shipments, CAST((SELECT count(*) FROM sales) AS text) AS sales,
      CAST((SELECT sum(stock) FROM inventory) AS text) AS stock FROM shipments`;
    expect(await database.query(count)).toEqual([
      { shipments: '60', sales: '60', stock: String(50 * 450 - 60) },
    ]);
    await database.close();
    const { countVisible } = connectClients(outputs.AwsEndpointUrl ?? '');
    const depths = ['MailboxQueueUrl', ...QUEUES.map(({ id }) => `${id}Url`)].map(
      async (output) => [output, await countVisible(outputs[output] ?? '')] as const,
    );
    expect(Object.fromEntries(await Promise.all(depths))).toMatchObject({
      MailboxQueueUrl: 60,
      OrderQueueUrl: 0,
      ShippingQueueUrl: 0,
      AnalyticsQueueUrl: 0,
    });
    child.kill('SIGINT');
    await ended;
  });

  it('names the port that is in use and the options to change it', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    for (const option of ['--port', '--aws-port']) {
      const ports = option === '--port' ? ['--aws-port', '0'] : ['--port', '0'];
      const args = ['--no-produce', ...NO_PARTS, option, String(port), ...ports];
      const { status, output } = await start(...args).ended;
      expect(output).toContain(`Port ${port} on 127.0.0.1 is used by another program`);
      expect(output).toContain(option);
      expect(status).toBe(1);
    }
    server.close();
  });

  it('explains an invalid option and exits with 2', async () => {
    const { status, output } = await start('--count', 'many').ended;
    expect(output).toBe(
      '--count: must be a whole number from 1 to 1,000,000, received many\nSee npm start -- --help\n',
    );
    expect(status).toBe(2);
  });

  it('prints its help', async () => {
    const { status, output } = await start('--help').ended;
    for (const option of [
      'count',
      'via',
      'rate',
      'seed',
      'concurrency',
      'shipping',
      'sales',
      'exit',
      'no-produce',
      'port',
      'aws-port',
      'data',
    ]) {
      expect(output).toContain(`--${option}`);
    }
    expect(status).toBe(0);
  });
});
