import { isDeepStrictEqual } from 'node:util';
import fc, { type Arbitrary } from 'fast-check';
import type { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Database } from '../../lib/database/database.ts';
import { fulfillOrders } from '../../lib/shipping/fulfill-orders.ts';
import { restock } from '../../lib/shipping/restock.ts';
import { allEnded } from '../../program/all-ended.ts';
import { propertyRuns } from '../property-runs.ts';
import { confirmedOrder } from './confirmed-order.ts';
import {
  applyOperation,
  emptyInventory,
  type Inventory,
  type Operation,
  type Result,
  sortByKeys,
} from './inventory-model.ts';
import { type ShippingDatabase, startShippingDatabase } from './start-shipping-database.ts';

const WORKERS = 4;
const FRIDAY = Date.UTC(2026, 10, 27);
const DAY_MS = 24 * 60 * 60 * 1_000;

let shipping: ShippingDatabase;
let workers: Database[];
let gate: Client;

beforeAll(async () => {
  shipping = await startShippingDatabase('a connection');
  workers = Array.from({ length: WORKERS }, () => shipping.open());
  gate = await shipping.connect();
});
afterAll(() => shipping?.stop());

/** A few ids, so that operations collide. They sort differently by byte, by code unit and by language. */
const productId = fc.oneof(
  { weight: 4, arbitrary: fc.constant('P-1') },
  { weight: 1, arbitrary: fc.constantFrom('p-1', '\uff21', '🐉') },
);
const orderId = fc.constantFrom('a', 'B', 'b', '_', '-', '.', '1', '10');
const now = fc.nat(6).map((days) => new Date(FRIDAY + days * DAY_MS));

/** The same order_id may repeat with another product or time, as a faulty client may send it. */
const event = fc
  .record({ orderId, productId, second: fc.nat(3) })
  .map(({ orderId: order_id, productId: product_id, second }) =>
    confirmedOrder(order_id, {
      product_id,
      product_name: `Product ${product_id}`,
      timestamp: 1.7e12 + second * 1_000,
    }),
  );

const item = fc.record(
  {
    product_id: productId,
    quantity: fc.integer({ min: 1, max: 5 }),
    product_name: fc.constantFrom('A', 'B'),
  },
  { requiredKeys: ['product_id', 'quantity'] },
);

const operation: Arbitrary<Operation> = fc.oneof(
  fc.record({
    kind: fc.constant('fulfill' as const),
    events: fc.uniqueArray(event, { selector: ({ order }) => order.order_id, minLength: 1, maxLength: 6 }),
    now,
  }),
  fc.record({
    kind: fc.constant('restock' as const),
    input: fc.record({
      restock_id: fc.constantFrom('r-1', 'r-2', 'r-3', 'r-4'),
      items: fc.uniqueArray(item, { selector: ({ product_id }) => product_id, minLength: 1, maxLength: 3 }),
    }),
    now,
  }),
);

function run(database: Database | undefined, operation: Operation): Promise<Result> {
  if (!database) throw new RangeError('more concurrent operations than workers');
  return operation.kind === 'fulfill'
    ? fulfillOrders(database, operation.events, operation.now)
    : restock(database, operation.input, operation.now);
}

async function readTables(): Promise<Inventory> {
  const [row] = await shipping.read<{ tables: Inventory }>(`
    SELECT json_build_object(
      'inventory', (
        SELECT coalesce(json_agg(json_build_object(
          'product_id', product_id, 'product_name', product_name, 'stock', stock
        ) ORDER BY product_id), '[]') FROM inventory
      ),
      'shipments', (
        SELECT coalesce(json_agg(json_build_object(
          'order_id', order_id, 'product_id', product_id, 'delivery_date', delivery_date,
          'ordered_at', extract(epoch FROM ordered_at) * 1000
        ) ORDER BY order_id), '[]') FROM shipments
      ),
      'restocks', (
        SELECT coalesce(json_agg(json_build_object(
          'restock_id', restock_id, 'product_id', product_id, 'quantity', quantity
        ) ORDER BY restock_id, product_id), '[]') FROM restocks
      )
    ) AS tables`);
  return row?.tables ?? expect.fail('no row');
}

/** Checks the invariants of `docs/shipping.md` for every product. */
function expectInvariants({ inventory, shipments, restocks }: Inventory): void {
  for (const { product_id, stock } of inventory) {
    const own = shipments.filter((shipment) => shipment.product_id === product_id);
    const scheduled = own.filter(({ delivery_date }) => delivery_date !== null).length;
    const received = restocks
      .filter((each) => each.product_id === product_id)
      .reduce((sum, { quantity }) => sum + quantity, 0);
    expect(stock).toBeGreaterThanOrEqual(0);
    expect(stock + scheduled).toBe(received);
    expect(stock === 0 || scheduled === own.length).toBe(true);
  }
}

const empty = () => shipping.read('DELETE FROM shipments; DELETE FROM restocks; DELETE FROM inventory');

test('sequential batches and restocks have the same effect as the model', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(operation, { minLength: 1, maxLength: 10 }), async (operations) => {
      await empty();
      const model = emptyInventory();
      for (const operation of operations) {
        const due = applyOperation(model, operation);
        expect(await run(workers[0], operation)).toEqual(due);
      }
      const tables = await readTables();
      expect(tables).toEqual(sortByKeys(model));
      expectInvariants(tables);
    }),
    propertyRuns(40),
  );
});

/** Locks that block operations until all of a wave have reached the same point. */
const GATES = {
  'adding products': 'LOCK TABLE inventory IN SHARE ROW EXCLUSIVE MODE',
  'locking products': 'SELECT FROM inventory FOR UPDATE',
};

interface Wave {
  heldAt: keyof typeof GATES;
  operations: Operation[];
}

/** Runs operations concurrently, each with its own connection. */
async function runConcurrently({
  heldAt,
  operations,
}: Wave): Promise<{ operation: Operation; result: Result }[]> {
  let ended = 0;
  await gate.query('BEGIN');
  await gate.query(GATES[heldAt]);
  const running = operations.map((each, index) => run(workers[index], each).finally(() => ended++));
  const results = allEnded(running);
  const areWaiting = async (): Promise<boolean> => {
    const locks = await shipping.read('SELECT FROM pg_locks WHERE NOT granted');
    return locks.length + ended >= operations.length;
  };
  while (!(await areWaiting()));
  await gate.query('COMMIT');
  return (await results).map((result, index) => ({ operation: operations[index] as Operation, result }));
}

/** Returns the model after an order of the operations that explains all results, or undefined if there is none. */
function findSerialOrder(
  model: Inventory,
  done: readonly { operation: Operation; result: Result }[],
  tables: Inventory,
): Inventory | undefined {
  if (done.length === 0) return isDeepStrictEqual(sortByKeys(model), tables) ? model : undefined;
  for (const [index, { operation, result }] of done.entries()) {
    const next = structuredClone(model);
    if (!isDeepStrictEqual(applyOperation(next, operation), result)) continue;
    const after = findSerialOrder(next, done.toSpliced(index, 1), tables);
    if (after) return after;
  }
  return undefined;
}

test('concurrent operations have the same effect as some serial order of them', async () => {
  const wave = fc.record<Wave>({
    heldAt: fc.constantFrom('adding products', 'locking products'),
    operations: fc.array(operation, { minLength: 2, maxLength: WORKERS }),
  });
  const waves = fc.array(wave, { minLength: 1, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(waves, async (all) => {
      await empty();
      let model = emptyInventory();
      for (const each of all) {
        const done = await runConcurrently(each);
        const tables = await readTables();
        expectInvariants(tables);
        model =
          findSerialOrder(model, done, tables) ??
          expect.fail(`no order explains ${JSON.stringify({ before: model, done, tables })}`);
      }
    }),
    propertyRuns(40),
  );
});
