import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Receipt } from '../../../lib/ingest/receipt.ts';
import { generateOrders } from '../../../lib/produce/generator.ts';
import type { PipelineStatus } from '../../../operations/status/pipeline-status.ts';
import { PERMANENT_QUEUES } from '../../pipeline/queue-outputs.ts';
import { startTestCloud, type TestCloud } from '../../pipeline/start-test-cloud.ts';
import { runOrders, spawnOrders } from './run-orders.ts';

let cloud: TestCloud;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'orders-test-'));
  cloud = await startTestCloud({ params: { shipping: 'off', sales: 'off' } });
});
afterAll(async () => {
  await cloud.stop();
  await rm(folder, { recursive: true });
});

const orders = (args: readonly string[], input?: string) =>
  runOrders(cloud.localDirectory, args, input === undefined ? {} : { input });

async function answer<Data>(args: readonly string[]): Promise<Data> {
  const { stdout, stderr } = await orders([...args, '--json']);
  expect(stderr).toBe('');
  return JSON.parse(stdout) as Data;
}

const queueOf = ({ queues }: PipelineStatus, name: string) => queues.find((queue) => queue.name === name);

/** Waits until the queues are empty, empties the mailbox and returns the order ids of its mails, sorted. */
async function mailed(): Promise<string[]> {
  await cloud.drained();
  return (await cloud.takeMails()).map(({ order_id }) => order_id).sort();
}

const idsOf = (count: number, seed: number) =>
  Array.from(generateOrders({ count, seed }), ({ order_id }) => order_id).sort();

describe('orders throttle', () => {
  test('pauses a consumer, so that orders stay in the queue until it is resumed', async () => {
    expect(await answer(['throttle', 'consumer', '--pause', '--concurrency', '4'])).toEqual({
      function: 'consumer',
      mapping: { queue: 'order', enabled: false, maximumConcurrency: 4, batchSize: expect.any(Number) },
    });
    // Lets polls that have already started end.
    await new Promise((resolve) => setTimeout(resolve, 500));
    const sent = await answer(['send', '--count', '30', '--seed', '5']);
    expect(sent).toMatchObject({ requested: 30, sent: 30, failed: 0, seed: 5, reasons: {} });

    const status = await answer<PipelineStatus>(['status']);
    expect(queueOf(status, 'order')).toEqual({
      name: 'order',
      visible: 30,
      inFlight: 0,
      delayed: 0,
      oldestSeconds: expect.any(Number),
      taken: 30,
      inPerSecond: 0,
      outPerSecond: 0,
      drainSeconds: null,
      deadLetters: 0,
    });
    expect(queueOf(status, 'upload')).toMatchObject({ visible: 0, oldestSeconds: null, drainSeconds: 0 });
    expect(status.functions.find(({ name }) => name === 'consumer')).toEqual({
      name: 'consumer',
      invocations: 0,
      errors: 0,
      averageMs: null,
      running: 0,
      mapping: { queue: 'order', enabled: false, maximumConcurrency: 4, batchSize: expect.any(Number) },
    });
    expect(status.confirmed).toBe(0);

    const { stdout } = await orders(['throttle', 'consumer', '--resume']);
    expect(stdout).toContain('at most 4 concurrent invocations');
    expect(await mailed()).toEqual(idsOf(30, 5));
    const { stdout: text, exit } = await orders(['status']);
    expect(exit).toBe(0);
    expect(text).toMatch(/^ {2}order +0 +0 +0 +– .* empty +0$/m);
    expect(text).toMatch(/^ {2}consumer +\d+ +0 +[\d,]+ ms +0 +4$/m);
    expect(text).toMatch(/^ {2}confirmed {2}30$/m);
  });
});

describe('orders send', () => {
  test('sends the same orders for the same seed, and no customer is notified twice', async () => {
    const duplicatesBefore = cloud.log.sum('OrdersDuplicate');
    const { stdout, exit } = await orders(['send', '--count', '20', '--seed', '11', '--rate', '200']);
    expect(exit).toBe(0);
    expect(stdout).toMatch(/^ {2}sent 20 of 20 orders in [\d.]+ s, \d+\/s, seed 11$/m);
    expect(await mailed()).toEqual(idsOf(20, 11));
    await orders(['send', '--count', '20', '--seed', '11']);
    expect(await mailed()).toEqual([]);
    await cloud.until(
      async () => cloud.log.sum('OrdersDuplicate') - duplicatesBefore,
      (duplicates) => duplicates === 20,
    );
  });

  test('stops on Ctrl-C and prints how many orders were sent', async () => {
    const child = spawnOrders(cloud.localDirectory, ['send', '--count', '100000', '--rate', '50', '--json']);
    let stdout = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    const closed = once(child, 'close');
    await cloud.until(
      async () => (await cloud.counts()).queued['order-pipeline-local-order-queue'] ?? 0,
      (queued) => queued > 70,
    );
    child.kill('SIGINT');
    expect((await closed)[0]).toBe(130);
    const { sent, requested } = JSON.parse(stdout);
    expect(requested).toBe(100_000);
    expect(sent).toBeGreaterThan(0);
    expect((await mailed()).length).toBe(sent);
  });

  test('shows the bad rows of a file and sends nothing without --skip-bad', async () => {
    const rows = Array.from(generateOrders({ count: 25, seed: 21 }), (order) => JSON.stringify(order));
    rows.splice(10, 0, '{"customer_name":"\\u001b[31mEve","price":-1}');
    const refused = await orders(['send', '-'], rows.join('\n'));
    expect(refused.exit).toBe(1);
    expect(refused.stdout).toMatch(/^ {2}stdin: 26 rows, 25 orders, 1 bad row$/m);
    expect(refused.stdout).toMatch(/^ {2}line 11 {2}price must be .* received -1$/m);
    expect(refused.stdout).not.toContain('\u001b');
    expect(refused.stdout).toContain('nothing was sent');
    expect(await mailed()).toEqual([]);

    const file = join(folder, 'orders.ndjson.gz');
    await writeFile(file, gzipSync(rows.join('\n')));
    const sent = await orders(['send', file, '--skip-bad', '--json']);
    expect(sent.exit).toBe(0);
    expect(JSON.parse(sent.stdout)).toMatchObject({
      rows: 26,
      good: 25,
      bad: 1,
      sent: 25,
      failed: 0,
      badRows: [{ line: 11, errors: expect.arrayContaining([expect.objectContaining({ path: 'price' })]) }],
    });
    expect(await mailed()).toEqual(idsOf(25, 21));
  });

  test('stops on Ctrl-C while it reads stdin', async () => {
    const child = spawnOrders(cloud.localDirectory, ['send', '-']);
    let stdout = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    const closed = once(child, 'close');
    // This is more than the buffer of a pipe holds: the write completes only if the command reads stdin.
    await new Promise((resolve) => child.stdin?.write('\n'.repeat(1_000_000), resolve));
    child.kill('SIGINT');
    expect((await closed)[0]).toBe(130);
    expect(stdout).toBe('  nothing was sent\n');
  });

  test('shows the first twenty bad rows and counts all of them', async () => {
    const { stdout, exit } = await orders(['send', '-'], '{}\n'.repeat(50));
    expect(exit).toBe(1);
    expect(new Set(stdout.match(/^ {2}line \d+ /gm)).size).toBe(20);
    expect(stdout).toContain('… and 30 more');
  });
});

describe('orders upload', () => {
  const HEADER = 'customer_name,email_id,product_id,product_name,price,timestamp';
  const row = (number: number, price: string | number) =>
    `"Doe, Jane",jane${number}@example.com,P-1001,Electric kettle,${price},2026-11-27T08:00:00Z`;

  test('writes rejected rows to a file, which can be corrected and uploaded', async () => {
    const file = join(folder, 'orders.csv');
    await writeFile(file, [HEADER, row(1, 5), row(2, 'cheap'), row(3, 7), row(4, -1), ''].join('\r\n'));
    const first = await orders(['upload', file, '--fix']);
    expect(first.exit).toBe(1);
    expect(first.stdout).toMatch(/orders\.csv +4 +2 +2 +ingested$/m);
    expect(first.stdout).toMatch(/^ {2}line 3 {2}price must be .* received "cheap"$/m);
    const rejectedFile = `${file}.rejected.csv`;
    expect(first.stdout).toContain(`correct and upload: ${rejectedFile}`);
    const rejected = await readFile(rejectedFile, 'utf8');
    expect(rejected).toBe(`${[HEADER, row(2, 'cheap'), row(4, -1)].join('\n')}\n`);

    // A second run must not overwrite rows that may be half corrected.
    const again = await orders(['upload', file, '--fix']);
    expect(again).toMatchObject({ exit: 2, stdout: '' });
    expect(again.stderr).toContain(`--fix: ${rejectedFile} exists, pass --force to overwrite it`);

    await writeFile(rejectedFile, rejected.replace('cheap', '6').replace(',-1,', ',8,'));
    const [corrected] = await answer<object[]>(['upload', rejectedFile]);
    expect(corrected).toEqual({
      file: rejectedFile,
      key: 'orders.csv.rejected.csv',
      status: 'ingested',
      rows: 2,
      sent: 2,
      rejected: 0,
    });
    await cloud.drained();
    expect((await cloud.takeMails()).map(({ email_id }) => email_id).sort()).toEqual(
      [1, 2, 3, 4].map((number) => `jane${number}@example.com`),
    );
  });

  test('waits for its own receipt when the same key is uploaded again', async () => {
    const file = join(folder, 'again.ndjson');
    const write = (count: number) =>
      writeFile(
        file,
        Array.from(generateOrders({ count, seed: 31 }), (order) => `${JSON.stringify(order)}\n`).join(''),
      );
    const upload = async () => (await answer<object[]>(['upload', file, '--key-prefix', 'shop 7/']))[0];
    await write(3);
    expect(await upload()).toMatchObject({ key: 'shop 7/again.ndjson', rows: 3, sent: 3 });
    await write(4);
    expect(await upload()).toMatchObject({ rows: 4, sent: 4 });
    // The same bytes have the same entity tag.
    const before = new Date().toISOString();
    expect(await upload()).toMatchObject({ rows: 4, sent: 4 });
    const { Body } = await cloud.clients.s3.send(
      new GetObjectCommand({
        Bucket: cloud.output('ResultsBucketName'),
        Key: 'shop 7/again.ndjson.receipt.json',
      }),
    );
    const receipt = JSON.parse((await Body?.transformToString()) ?? '') as Receipt;
    expect(receipt.started_at > before).toBe(true);
    expect(await mailed()).toEqual(idsOf(4, 31));
  });

  test('reports the outcome of each file, with the error of one that cannot be read', async () => {
    const good = join(folder, 'good.json');
    const corrupt = join(folder, 'corrupt.json.gz');
    const text = JSON.stringify(Array.from(generateOrders({ count: 5, seed: 41 })), null, 2).replace(
      /"price": [\d.]+/,
      '"price": -1',
    );
    await writeFile(good, text);
    const packed = gzipSync(text.repeat(50));
    await writeFile(corrupt, packed.subarray(0, packed.length / 2));
    const { stdout, exit } = await orders(['upload', good, corrupt, '--fix', '--json']);
    expect(exit).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject([
      { file: good, status: 'ingested', rows: 5, sent: 4, rejected: 1 },
      { file: corrupt, status: 'failed', error: expect.stringContaining('gzip') },
    ]);
    // The rejected object spans several lines in the order file and one line in the NDJSON file.
    const [line = '', rest] = (await readFile(`${good}.rejected.ndjson`, 'utf8')).split('\n');
    expect(JSON.parse(line)).toMatchObject({ price: -1 });
    expect(rest).toBe('');
    await mailed();
  });

  test('does not wait for receipts with --no-wait', async () => {
    const file = join(folder, 'unwatched.ndjson');
    await writeFile(file, `${JSON.stringify([...generateOrders({ count: 1, seed: 51 })][0])}\n`);
    expect(await answer(['upload', file, '--no-wait'])).toMatchObject([{ status: 'uploaded', rows: null }]);
    await cloud.until(mailed, (ids) => ids.length === 1);
  });
});

test.each([
  ['--json', /^(\{"at":.*\}\n)+$/],
  ['--interval=1', /^(\d{4}-\S+Z {2}upload 0 \(.*confirmed \d+\n)+$/],
])('orders status --watch %s prints lines until Ctrl-C', async (option, lines) => {
  const child = spawnOrders(cloud.localDirectory, ['status', '--watch', option]);
  let stdout = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  const closed = once(child, 'close');
  await cloud.until(
    async () => stdout.split('\n').length,
    (count) => count > 2,
  );
  const asked = Date.now();
  child.kill('SIGINT');
  expect((await closed)[0]).toBe(130);
  expect(Date.now() - asked).toBeLessThan(3_000);
  expect(stdout).toMatch(lines);
});

test.each([
  [['send'], 'send: give a FILE or --count N'],
  [['send', '--count', '0'], '--count: must be a whole number from 1 to 1,000,000, received 0'],
  [['send', '--count', '5', 'orders.csv'], '--count: cannot be used with a file'],
  [['send', 'nowhere.csv'], 'FILE: must be a readable file, received nowhere.csv (ENOENT)'],
  [['throttle', 'consumer', '--concurrency', '1'], '--concurrency: must be a whole number from 2 to 1,000'],
  [
    ['throttle', 'fulfillment'],
    `function: must be one that a queue invokes in stage local (${PERMANENT_QUEUES.map(({ consumer }) => consumer).join(', ')})`,
  ],
])('orders %j is refused with exit status 2', async (args, message) => {
  const { stdout, stderr, exit } = await orders(args);
  expect(stderr).toContain(message);
  expect({ stdout, exit }).toEqual({ stdout: '', exit: 2 });
});
