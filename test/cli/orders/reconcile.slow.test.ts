import { PurgeQueueCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLedger } from '../../../lib/aws/ledger.ts';
import { toItem } from '../../../lib/aws/ledger-record.ts';
import { createTable } from '../../../lib/aws/table.ts';
import type { Order } from '../../../lib/order/order.ts';
import { generateOrders } from '../../../lib/produce/generator.ts';
import { type OrderTrace, traceOrder } from '../../../operations/orders/trace-order.ts';
import { openEmbeddedPipeline } from '../../../operations/pipeline/open-pipeline.ts';
import type { Pipeline } from '../../../operations/pipeline/pipeline.ts';
import { readRange } from '../../../operations/reconcile/read-range.ts';
import { reconcile } from '../../../operations/reconcile/reconcile.ts';
import type { Reconciliation } from '../../../operations/reconcile/reconciliation.ts';
import { awaitReplay, replay } from '../../../operations/reconcile/replay.ts';
import { STORING_QUEUES } from '../../../topology.ts';
import { startTestCloud, type TestCloud } from '../../pipeline/start-test-cloud.ts';
import { runOrders } from './run-orders.ts';

const COUNT = 300;
const INVALID = 'invalid-1';
/** The queues whose consumers store orders in a DynamoDB table. */
const TABLES = STORING_QUEUES.filter(({ stores }) => typeof stores.in === 'object');

let cloud: TestCloud;
let pipeline: Pipeline;
/** The orders that were sent, each of a different customer. Ten are of a product that is in stock. */
const orders: Order[] = [...generateOrders({ count: COUNT, seed: 5 })].map((order, n) => ({
  ...order,
  order_id: `o-${n}`,
  email_id: `Customer.${n}@example.com`,
  product_id: n < 10 ? 'P-1' : order.product_id,
}));
const ids = (from: number, to: number) => orders.slice(from, to).map(({ order_id }) => order_id);

beforeAll(async () => {
  cloud = await startTestCloud();
  pipeline = openEmbeddedPipeline(cloud.outputs);
  expect((await run('restock', 'P-1', '20')).exit).toBe(0);
  const bodies = orders.map((order) => JSON.stringify(order));
  await cloud.send([...bodies, JSON.stringify({ ...orders[0], order_id: INVALID, price: -1 })]);
  await cloud.until(
    () => cloud.depth('OrderQueueDLQUrl'),
    (count) => count === 1,
  );
  await cloud.stored();
}, 120_000);
afterAll(async () => {
  await pipeline.close();
  await cloud.stop();
});

const run = (...args: string[]) => runOrders(cloud.localDirectory, args);

const silent = () => ({ update: () => undefined, done: () => undefined });

/** Reconciles as the command does, without starting a process. */
const compare = (options: { from?: string; to?: string } = {}) =>
  reconcile(pipeline, readRange(options, Date.now()), silent);

async function repair(): Promise<void> {
  const replayed = await replay(pipeline, await compare());
  expect(replayed.unsent).toEqual([]);
  expect(await awaitReplay(pipeline, replayed, Date.now() + 60_000, silent)).toBe(true);
}

const quoted = (orderIds: readonly string[]) => orderIds.map((id) => `'${id}'`).join(', ');
const remove = (table: string, orderIds: readonly string[]) =>
  cloud.query(`DELETE FROM ${table} WHERE order_id IN (${quoted(orderIds)})`);
const mails = () => cloud.depth('MailboxQueueUrl');
const ofKind = ({ gaps }: Reconciliation, kind: string) =>
  gaps
    .filter((gap) => gap.kind === kind)
    .map(({ order_id }) => order_id)
    .sort();
const numberIn = async (sql: string) => Number(Object.values((await cloud.query(sql))[0] ?? {})[0]);

describe('orders reconcile', () => {
  test('finds no gap if every order was stored or is in the dead-letter queue of the order queue', async () => {
    expect(await compare()).toMatchObject({
      reconciled: true,
      orders: {
        received: COUNT + 1,
        confirmed: COUNT,
        dead_lettered: 1,
        in_progress: 0,
        stuck: 0,
        unmarked: 0,
      },
      shipments: { stored: COUNT, on_the_way: 0, dead_lettered: 0, missing: 0, unknown: 0 },
      sales: { stored: COUNT, on_the_way: 0, dead_lettered: 0, missing: 0, unknown: 0 },
      gaps: [],
      dead_letters: [{ queue: 'order', order_id: INVALID }],
    });
  });

  test('lists exactly the deleted rows and restores them without notifying a customer twice', async () => {
    const before = {
      mails: await mails(),
      stock: await numberIn("SELECT stock FROM inventory WHERE product_id = 'P-1'"),
    };
    const sales = await cloud.query('SELECT * FROM sales ORDER BY order_id');
    await remove('shipments', [...ids(0, 3), ...ids(20, 22), 'o-50']);
    await remove('sales', [...ids(100, 104), 'o-50']);

    const asked = await run('reconcile', '--json');
    const found: Reconciliation = JSON.parse(asked.stdout);
    expect(asked).toMatchObject({ exit: 1, stderr: '' });
    expect(ofKind(found, 'missing_shipment')).toEqual([...ids(0, 3), ...ids(20, 22), 'o-50'].sort());
    expect(ofKind(found, 'missing_sale')).toEqual([...ids(100, 104), 'o-50'].sort());
    expect(found.gaps).toHaveLength(11);

    const repaired = await run('reconcile', '--repair');
    expect(repaired).toMatchObject({ exit: 0, stderr: '' });
    expect(repaired.stdout).toContain('Confirmed, but never shipped: 6');
    expect(repaired.stdout).toContain('Not reconciled: 11 gaps.');
    expect(repaired.stdout).toContain('  6 to the shipping queue\n  5 to the analytics queue\n');

    const again = await run('reconcile');
    expect(again).toMatchObject({ exit: 0, stderr: '' });
    expect(again.stdout).toMatch(/received +301\n += confirmed +300\n/);
    expect(again.stdout).toContain(`order  ${INVALID}`);
    expect(again.stdout).toContain('Reconciled: no gaps.');
    expect(await compare()).toMatchObject({
      gaps: [],
      shipments: { stored: COUNT },
      sales: { stored: COUNT },
    });
    expect(await mails()).toBe(before.mails);
    // All columns but confirmed_at are restored. A replayed event has the time at which the ledger marked the order as sent.
    const salesAgain = await cloud.query('SELECT * FROM sales ORDER BY order_id');
    expect(salesAgain.map(({ confirmed_at, ...sale }) => sale)).toEqual(
      sales.map(({ confirmed_at, ...sale }) => sale),
    );
    // Deleting shipments did not return their three pieces to stock, so shipping them again takes three more.
    expect(await numberIn("SELECT stock FROM inventory WHERE product_id = 'P-1'")).toBe(before.stock - 3);
  });

  test('finds only gaps of orders confirmed within --from and --to', async () => {
    await remove('sales', ['o-7']);
    const soon = new Date(Date.now() + 60_000).toISOString();
    expect(await compare({ to: soon })).toMatchObject({ gaps: [{ kind: 'missing_sale', order_id: 'o-7' }] });
    const before = new Date(Date.now() - 3_600_000).toISOString();
    expect(await compare({ to: before })).toMatchObject({ gaps: [], orders: { confirmed: 0 } });
    await repair();

    const refused = await run('reconcile', '--from', '2020-01-01');
    expect(refused).toMatchObject({ exit: 2, stdout: '' });
    expect(refused.stderr).toContain('must be within the 30 days that the ledger remembers');
    expect(() => readRange({ to: 'soon' }, Date.now())).toThrow('to: must be an ISO 8601 date');
  });

  test('replays an order that was claimed and never confirmed, and whose message no longer exists', async () => {
    const order = { ...(orders[0] as Order), order_id: 'stuck-1' };
    const ledger = createLedger(pipeline.clients.dynamoDb, { tableName: pipeline.ledgerTable });
    const claim = { orderId: 'stuck-1', owner: 'gone', order: JSON.stringify(order), queuedAt: Date.now() };
    await ledger.claim([{ ...claim, orderId: 'busy-1' }], 3_600_000);
    await ledger.claim([claim], 1);
    const count = await mails();
    expect(await traceOrder(pipeline, 'stuck-1')).toMatchObject({ state: 'claimed' });

    const { stdout, exit } = await run('reconcile', '--repair', '--json');
    expect(exit).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      before: {
        orders: { received: COUNT + 3, in_progress: 1, stuck: 1 },
        gaps: [{ kind: 'stuck_claim', order_id: 'stuck-1' }],
      },
      sent: [{ order_id: 'stuck-1', queue: 'order' }],
      after: { reconciled: true, orders: { confirmed: COUNT + 1, in_progress: 1, stuck: 0 } },
    });
    expect(await traceOrder(pipeline, 'stuck-1')).toMatchObject({ state: 'complete' });
    expect(await mails()).toBe(count + 1);
  });

  test('counts a shipped order as confirmed even if it was never marked as sent, and replays only its missing sale', async () => {
    const [order] = orders.slice(60, 61) as [Order];
    const table = createTable(pipeline.clients.dynamoDb, pipeline.ledgerTable, 'order_id');
    const claim = {
      orderId: order.order_id,
      owner: 'm',
      order: JSON.stringify(order),
      claimedAt: Date.now(),
    };
    await table.put([toItem({ ...claim, status: 'CLAIMED', leaseUntil: Date.now() - 1 })]);
    await remove('sales', [order.order_id]);
    const count = await mails();
    expect(await compare()).toMatchObject({
      orders: { confirmed: COUNT + 1, unmarked: 1, stuck: 0 },
      gaps: [{ kind: 'missing_sale', order_id: order.order_id }],
    });
    await repair();
    expect(await mails()).toBe(count);
  });

  test('reports why it cannot replay a ledger record without its order, and an order unknown to the ledger', async () => {
    const table = createTable(pipeline.clients.dynamoDb, pipeline.ledgerTable, 'order_id');
    await table.put([
      toItem({ orderId: 'o-70', owner: 'm', status: 'SENT', snsMessageId: 's', sentAt: Date.now() }),
    ]);
    await remove('sales', ['o-70']);
    await cloud.query(
      "INSERT INTO sales VALUES ('by-hand', 'a@b.example', 'P-1', 'Kettle', 1, now(), now())",
    );
    const { stdout, exit } = await run('reconcile', '--repair', '--no-wait', '--json');
    expect(exit).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      sent: [],
      unsent: [
        {
          kind: 'missing_sale',
          order_id: 'o-70',
          reason: expect.stringContaining('before the ledger kept orders'),
        },
        { kind: 'unknown_sale', order_id: 'by-hand', reason: expect.stringContaining('by hand') },
      ],
    });
    const [sale] = orders.slice(70, 71) as [Order];
    await table.put([
      toItem({
        orderId: 'o-70',
        owner: 'm',
        status: 'SENT',
        snsMessageId: 's',
        sentAt: Date.now(),
        order: JSON.stringify(sale),
      }),
    ]);
    await remove('sales', ['by-hand']);
    await repair();
  });

  test('does not replay an order whose event is in a dead-letter queue', async () => {
    const [order] = orders.slice(80, 81) as [Order];
    await remove('shipments', [order.order_id]);
    const event = { event: 'OrderConfirmed', order, confirmed_at: Date.now() };
    await cloud.send([JSON.stringify(event)], 'ShippingQueueDLQUrl');
    const { stdout, exit } = await run('reconcile', '--repair', '--json');
    expect(exit).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      reconciled: false,
      gaps: [],
      shipments: { dead_lettered: 1, missing: 0 },
    });
    expect(await traceOrder(pipeline, order.order_id)).toMatchObject({
      state: 'dead_lettered',
      dead_letters: [{ queue: 'shipping', reason: 'passing' }],
    });
    await cloud.drainQueue('ShippingQueueDLQUrl');
    await repair();
  });

  test('does not report a gap while the message may still be in the queue', async () => {
    const QueueUrl = cloud.output('ShippingQueueUrl');
    await remove('shipments', ['o-90']);
    await cloud.clients.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: '{}', DelaySeconds: 900 }));
    const { stdout, exit } = await run('reconcile');
    expect(exit).toBe(0);
    expect(stdout).toMatch(/on the way +1\n/);
    expect(stdout).toContain('1 on the way: run it again when the queues are empty.');
    // An expired claim is not stuck either: the queued message may be the event of that order.
    const ledger = createLedger(pipeline.clients.dynamoDb, { tableName: pipeline.ledgerTable });
    const order = { ...(orders[1] as Order), order_id: 'stuck-2' };
    await ledger.claim([{ orderId: 'stuck-2', owner: 'gone', order: JSON.stringify(order) }], 1);
    expect(await compare()).toMatchObject({ gaps: [], orders: { in_progress: 2, stuck: 0 } });
    await cloud.clients.sqs.send(new PurgeQueueCommand({ QueueUrl }));
    await repair();
  });
});

describe('orders trace', () => {
  test('shows the steps of an order from receipt to sale', async () => {
    const [order] = orders.slice(200, 201) as [Order];
    const json = await run('trace', order.order_id, '--json');
    const { state, steps, dead_letters }: OrderTrace = JSON.parse(json.stdout);
    expect({ exit: json.exit, state, dead_letters }).toEqual({
      exit: 0,
      state: 'complete',
      dead_letters: [],
    });
    expect(steps.map(({ what }) => what)).toEqual([
      'ordered',
      'queued',
      'claimed',
      'confirmed',
      'mailed',
      expect.stringMatching(/^shipment_(scheduled|backordered)$/),
      'sold',
      ...TABLES.map(() => 'stored'),
    ]);
    expect(steps[0]?.at).toBe(new Date(order.timestamp).toISOString());
    const { stdout } = await run('trace', order.order_id);
    expect(stdout).toContain('confirmed, shipped and sold');
    expect(stdout).toMatch(/confirmed +confirmed as SNS message [\w-]+\n/);
    // A trace shows no personal data.
    expect(stdout).not.toContain(order.email_id);
    expect(stdout).not.toContain(order.customer_name);
  });

  test('shows the dead-letter queue and the error of a rejected order, and exits with 1', async () => {
    expect(await traceOrder(pipeline, INVALID)).toMatchObject({
      state: 'dead_lettered',
      steps: [
        { what: 'queued', at: expect.any(String) },
        { what: 'dead_lettered', at: null },
      ],
      dead_letters: [{ queue: 'order', errors: [expect.stringContaining('price must be')] }],
    });
    const { stdout, exit } = await run('trace', INVALID);
    expect(exit).toBe(1);
    expect(stdout).toContain(`orders dlq redrive order --order ${INVALID}`);
  });

  test('exits with 1 for an unknown order and with 2 for an invalid order_id', async () => {
    const unknown = await run('trace', 'o-unknown');
    expect(unknown).toMatchObject({ exit: 1, stdout: '' });
    expect(unknown.stderr).toContain('order o-unknown: not found');
    expect(await run('trace', 'a b')).toMatchObject({ exit: 2, stdout: '' });
  });
});
