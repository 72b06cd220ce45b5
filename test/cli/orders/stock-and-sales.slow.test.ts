import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { InvalidInputError } from '../../../lib/errors.ts';
import { invokeFunction } from '../../../operations/aws/invoke-function.ts';
import { openEmbeddedPipeline } from '../../../operations/pipeline/open-pipeline.ts';
import type { Pipeline } from '../../../operations/pipeline/pipeline.ts';
import { requestRestock } from '../../../operations/shipping/request-restock.ts';
import { startTestCloud, type TestCloud } from '../../pipeline/start-test-cloud.ts';
import { runOrders } from './run-orders.ts';

let cloud: TestCloud;
let pipeline: Pipeline;

const order = (n: number, product: string, price: number, day: string) => ({
  order_id: `o-${n}`,
  customer_name: 'Jane Doe',
  email_id: 'jane@example.com',
  product_id: product,
  product_name: product === 'P-1' ? 'Kettle' : '=Evil\u202e',
  price,
  timestamp: `2026-11-${day}T10:00:00Z`,
});

beforeAll(async () => {
  cloud = await startTestCloud();
  pipeline = openEmbeddedPipeline(cloud.outputs);
  const orders = [order(1, 'P-1', 39.9, '20'), order(2, 'P-1', 39.9, '22'), order(3, 'P-2', 1_000, '22')];
  await cloud.send(orders.map((each) => JSON.stringify(each)));
  await cloud.until(
    async () => Number((await cloud.query('SELECT count(*) FROM sales'))[0]?.count),
    (count) => count === 3,
  );
  await cloud.stored();
}, 120_000);
afterAll(async () => {
  await pipeline.close();
  await cloud.stop();
});

const run = (...args: string[]) => runOrders(cloud.localDirectory, args);

describe('orders restock', () => {
  test('assigns stock to backorders, and adds stock once for the same restock id', async () => {
    const first = await run('restock', 'P-1', '5', '--id', 'note-1');
    expect(first).toMatchObject({ exit: 0, stderr: '' });
    expect(first.stdout).toMatch(/restock note-1\n\n.*\n +P-1 +5 +2 +3\n/);
    const again = { product_id: 'P-1', quantity: 5, restock_id: 'note-1' };
    expect(await requestRestock(pipeline, again)).toEqual({
      restock_id: 'note-1',
      products: [{ product_id: 'P-1', added: 0, scheduled: 0, stock: 3 }],
    });
  });

  test('restocks many products from a file', async () => {
    const file = join(cloud.localDirectory, 'stock.csv');
    await writeFile(file, 'product_id,quantity,product_name\nP-2,1,\nP-3,4,"Mug, red"\n');
    const { stdout, exit } = await run('restock', '--file', file, '--json');
    expect(exit).toBe(0);
    expect(JSON.parse(stdout).products).toEqual([
      { product_id: 'P-2', added: 1, scheduled: 1, stock: 0 },
      { product_id: 'P-3', added: 4, scheduled: 0, stock: 4 },
    ]);
    await writeFile(file, 'product_id,quantity\nP-2,some\n');
    const refused = await run('restock', '--file', file);
    expect(refused).toMatchObject({ exit: 2, stdout: '' });
    expect(refused.stderr).toContain('items[0].quantity: must be a whole number');
  });

  test('names the arguments if one is missing', async () => {
    const { stderr, exit } = await run('restock', 'P-1');
    expect({ stderr, exit }).toEqual({
      exit: 2,
      stderr: 'orders: restock: give PRODUCT_ID and QUANTITY, or --file FILE\n',
    });
  });
});

describe('invokeFunction', () => {
  test("throws an InvalidInputError with the function's own message if the function refuses its input", async () => {
    const answer = invokeFunction(pipeline.clients.lambda, `${pipeline.prefix}restock`, {
      product_id: 'P-1',
      quantity: 0,
    });
    await expect(answer).rejects.toThrow(InvalidInputError);
    await expect(answer).rejects.toThrow(/^quantity: must be a whole number .*, received 0$/);
  });

  test('throws a ServiceError with the code of Lambda if the function does not exist', async () => {
    await expect(invokeFunction(pipeline.clients.lambda, 'missing', {})).rejects.toMatchObject({
      name: 'ServiceError',
      code: 'ResourceNotFoundException',
    });
  });
});

test('orders inventory shows stock and shipments, and escapes control characters in product names', async () => {
  const { stdout, exit } = await run('inventory');
  expect(exit).toBe(0);
  expect(stdout).toMatch(/ P-1 +Kettle +3 +2 +0\n/);
  expect(stdout).toMatch(/ P-2 +=Evil\\u\{202e\} +0 +1 +0\n/);
});

describe('orders report', () => {
  const RANGE = ['--from', '2026-11-20', '--to', '2026-11-23'];

  test('ranks products by revenue and shows their share', async () => {
    const { stdout, exit } = await run('report', ...RANGE);
    expect(exit).toBe(0);
    const [, , , second, first, all] = stdout.split('\n');
    expect(second).toMatch(/^ {2}P-2 +=Evil\\u\{202e\} +1 +1,000\.00 +1,000\.00 +92\.6% +▇{20}$/);
    expect(first).toMatch(/^ {2}P-1 +Kettle +2 +79\.80 +39\.90 +7\.4% +▇▇$/);
    expect(all).toMatch(/^ {2}all +3 +1,079\.80 +359\.93$/);
  });

  test('shows the moving average and change of each day with --by day', async () => {
    const { stdout } = await run('report', ...RANGE, '--by', 'day');
    const lines = stdout.split('\n').slice(3, 6);
    expect(lines[0]).toMatch(/2026-11-20 00:00 +1 +39\.90 +39\.90 +3\.7% +39\.90 +- +▇$/);
    expect(lines[1]).toMatch(/2026-11-21 00:00 +0 +0\.00 +- +0\.0% +19\.95 +-100\.0%$/);
    expect(lines[2]).toMatch(/2026-11-22 00:00 +2 +1,039\.90 +519\.95 +96\.3% +359\.93 +- +▇{20}$/);
  });

  test('prints CSV with --csv, and escapes formulas that a spreadsheet would run', async () => {
    const csv = await run('report', ...RANGE, '--csv', '--limit', '1');
    expect(csv.stdout).toBe(
      "product_id,product_name,orders,revenue,average_order,share\r\nP-2,'=Evil\u202e,1,1000,1000,0.9261\r\n",
    );
  });
});
