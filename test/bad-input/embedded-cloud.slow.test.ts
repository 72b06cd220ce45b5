import { readFile, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { main } from '../../cli/orders/main.ts';
import type { InvokeResult } from '../../local/lambda/execution-environment.ts';
import { captureLog } from '../handlers/capture-log.ts';
import { seedOrder } from '../order/seed-order.ts';
import { startTestCloud, type TestCloud } from '../pipeline/start-test-cloud.ts';
import { type EnvelopeOutcome, envelopes } from './envelopes.ts';
import { exchange } from './exchange.ts';
import { expectNoLeak } from './expect-no-leak.ts';
import { exported } from './exports.ts';
import { inputs } from './inputs.ts';
import { requests } from './requests.ts';

/** Limit of a Lambda response: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const MAX_RESPONSE_BYTES = 6 * 1_048_576;

let cloud: TestCloud;

beforeAll(async () => {
  cloud = await startTestCloud({ events: false });
  vi.stubEnv('ORDER_PIPELINE_LOCAL_DIR', cloud.localDirectory);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await cloud.stop();
});
afterEach(() => {
  vi.restoreAllMocks();
});

const api = (path: string) => `${cloud.output('ApiUrl')}${path}`;
const postValidOrder = () => fetch(api('/orders'), { method: 'POST', body: JSON.stringify(seedOrder) });
const logOf = () => readFile(cloud.log.file, 'utf8');

/** Creates a record of a queue's batch. */
const toRecord = (body: string, index: number) => ({
  messageId: `message-${index}`,
  receiptHandle: `receipt-${index}`,
  body,
  attributes: { ApproximateReceiveCount: '1', SentTimestamp: '0' },
});
const invokeWith = async (name: string, bodies: readonly string[]) => {
  const result = await cloud.invoke(name, { Records: bodies.map(toRecord) });
  expect(result).not.toHaveProperty('functionError');
  const { batchItemFailures } = JSON.parse(result.payload) as {
    batchItemFailures: { itemIdentifier: string }[];
  };
  return new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
};

describe('the HTTP API', () => {
  test.each(requests)('$name', async ({ input, expected }) => {
    const answers = await exchange(cloud.output('ApiUrl'), input());
    expect(answers.map(({ status }) => status)).toEqual(expected.statuses);
    const { body = '', type } = answers.at(-1) ?? {};
    expect(body).toContain(expected.says ?? '');
    expect(body.length).toBeLessThan(MAX_RESPONSE_BYTES);
    expect(body).not.toMatch(/\\n\s+at |\.[jt]s:\d|node_modules|node:internal|FST_/);
    if (body !== '') expect(type).toMatch(/^application\/(problem\+)?json$/);
  });

  test('answers other requests while many connections never complete theirs', async () => {
    const { hostname, port, host } = new URL(cloud.output('ApiUrl'));
    const slow = Array.from({ length: 100 }, (_, index) => {
      const socket = connect(Number(port), hostname);
      socket.on('error', () => undefined);
      const head = `POST /orders HTTP/1.1\r\nHost: ${host}\r\n`;
      socket.write(index % 2 ? head : `${head}Content-Length: 1000\r\n\r\n{`);
      return socket;
    });
    expect((await postValidOrder()).status).toBe(202);
    for (const socket of slow) socket.destroy();
  });

  test('accepts a valid order afterwards, and has logged neither errors nor customer data', async () => {
    expect((await postValidOrder()).status).toBe(202);
    expectNoLeak(await logOf());
    expect(await logOf()).not.toContain('"level":"ERROR"');
  });
});

describe('a direct invocation', () => {
  const ask = async ({ function: name, event }: (typeof inputs)[number]['input']): Promise<InvokeResult> =>
    cloud.invoke(name, event());

  test.each(inputs)('$name', async ({ input, expected }) => {
    const { payload, functionError } = await ask(input);
    expect(payload.length).toBeLessThan(100_000);
    if ('answers' in expected) {
      expect(functionError).toBeUndefined();
      expect(JSON.parse(payload)).toEqual(expected.answers);
      return;
    }
    const { errorType, errorMessage } = JSON.parse(payload);
    expect(errorType).toBe('InvalidInputError');
    expect(errorMessage).toContain(expected.refused);
    // One line, safe to print.
    expect(errorMessage).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });

  test('of restock and report still works afterwards', async () => {
    const item = { product_id: 'P-well', quantity: 1 };
    expect(await cloud.invoke('restock', item)).not.toHaveProperty('functionError');
    expect(await cloud.invoke('report', { by: 'day' })).not.toHaveProperty('functionError');
  });
});

describe.each(['fulfillment', 'analytics'] as const)('%s', (consumer) => {
  let failed: Set<string>;
  let reasons: Record<string, number>;
  const isFailure = (outcome: EnvelopeOutcome): boolean => typeof outcome !== 'string';

  beforeAll(async () => {
    const bodies = envelopes.map(({ input }) => input());
    failed = await invokeWith(consumer, bodies);
    const message = consumer === 'fulfillment' ? 'orders fulfilled' : 'sales loaded';
    const lines = await cloud.until(
      async () => (await logOf()).split('\n').filter((line) => line.includes(`"message":"${message}"`)),
      (found) => found.length > 0,
    );
    ({ reasons } = JSON.parse(lines[0]?.replace(/^\w+ /, '') ?? ''));
  });

  test.each(envelopes.map(({ name, expected }, index) => ({ name, expected, index })))(
    '$name',
    ({ expected, index }) => {
      expect(failed.has(`message-${index}`)).toBe(isFailure(expected[consumer]));
    },
  );

  test('logs the reasons without customer data', async () => {
    const counts: Record<string, number> = {};
    for (const { expected } of envelopes) {
      const outcome = expected[consumer];
      if (typeof outcome !== 'string') for (const code of outcome) counts[code] = (counts[code] ?? 0) + 1;
    }
    expect(reasons).toEqual(counts);
    // The receipt handles are invented, so changing the visibility timeout fails and is logged.
    const lines = (await logOf())
      .split('\n')
      .filter((line) => line.startsWith(consumer) && !line.includes('retry pace not set'));
    expectNoLeak(lines.join('\n'));
  });

  test('has stored the valid orders', async () => {
    const table = consumer === 'fulfillment' ? 'shipments' : 'sales';
    const [row] = await cloud.query(
      `SELECT CAST(count(*) AS text) AS stored FROM ${table} WHERE order_id LIKE 'envelope-%'`,
    );
    const valid = envelopes.filter(({ expected }) => !isFailure(expected[consumer]));
    expect(Number(row?.stored)).toBe(valid.length);
  });
});

describe('product names in CSV and on the terminal:', () => {
  const idOf = (index: number) => `export-${index}`;
  /** Runs `orders` and returns its output. */
  async function orders(...args: string[]): Promise<string> {
    const screen = captureLog();
    await main(args);
    vi.restoreAllMocks();
    return screen.text();
  }
  const cellOf = (csv: string, index: number): string | undefined =>
    (parse(csv, { columns: true }) as Record<string, string>[]).find(
      ({ product_id }) => product_id === idOf(index),
    )?.product_name;
  const lineOf = (table: string, index: number): string | undefined =>
    table.split('\n').find((line) => line.trim().split(/\s/, 1)[0] === idOf(index));

  let report: { http: string; csv: string; table: string };
  let inventory: { csv: string; table: string };

  beforeAll(async () => {
    const bodies = exported.map(({ input }, index) =>
      JSON.stringify({
        event: 'OrderConfirmed',
        order: {
          ...seedOrder,
          order_id: idOf(index),
          product_id: idOf(index),
          product_name: input,
          timestamp: Date.now() - 60_000,
        },
        confirmed_at: Date.now(),
      }),
    );
    for (const consumer of ['fulfillment', 'analytics'])
      expect(await invokeWith(consumer, bodies)).toEqual(new Set());
    const http = await fetch(api('/reports/sales?format=csv'));
    report = {
      http: await http.text(),
      csv: await orders('report', '--csv'),
      table: await orders('report'),
    };
    inventory = { csv: await orders('inventory', '--csv'), table: await orders('inventory') };
  });

  test.each(exported.map((entry, index) => ({ ...entry, index })))('$name', ({ index, expected }) => {
    for (const csv of [report.http, report.csv, inventory.csv]) expect(cellOf(csv, index)).toBe(expected.csv);
    for (const table of [report.table, inventory.table])
      expect(lineOf(table, index)).toContain(expected.table.replace(/\s+/g, ' '));
  });

  test('orders dlq list escapes control characters of a dead letter', async () => {
    const hostile = `${JSON.stringify({ ...seedOrder, price: 'free' }).replace('Jane', '\u009b31mJane\u202e')}`;
    await cloud.send([hostile], 'OrderQueueDLQUrl');
    for (const args of [
      ['dlq', 'list', 'order'],
      ['dlq', 'list', 'order', '--json'],
    ]) {
      const text = await orders(...args);
      expect(text).toContain('price');
      expect(text).not.toMatch(/[^\P{C}\n]/u);
    }
  });

  test('orders restock escapes control characters of an invalid file', async () => {
    const path = join(cloud.localDirectory, 'stock.json');
    await writeFile(path, '\u001b]0;owned\u0007');
    const text = await orders('restock', '--file', path);
    expect(text).toContain('\\u{1b}');
    expect(text).not.toMatch(/[^\P{C}\n]/u);
  });
});
