import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DeadLetterPage } from '../../dashboard/api.ts';
import { QUEUE_NAMES } from '../../topology.ts';
import { seedOrder } from '../order/seed-order.ts';
import { startTestCloud, type TestCloud } from '../pipeline/start-test-cloud.ts';
import { listenToEvents } from './listen-to-events.ts';
import { type RequestOptions, sendRequest } from './send-request.ts';

/** A valid customer name that would be harmful as HTML. */
const HOSTILE = `</script><img src=x onerror="alert('${'1'}')"> & Söhne`;

let cloud: TestCloud;

beforeAll(async () => {
  cloud = await startTestCloud();
  await cloud.send([
    JSON.stringify({ ...seedOrder, order_id: 'first', customer_name: HOSTILE }),
    JSON.stringify({ ...seedOrder, order_id: 'second', product_id: 'P-1002', email_id: 'joe@example.com' }),
  ]);
  await cloud.stored();
});
afterAll(() => cloud.stop());

const get = async (path: string) => (await call('GET', path)).json;
const call = (method: string, path: string, body?: unknown) =>
  sendRequest(`${cloud.output('ApiUrl')}/dashboard/${path}`, { method, body } satisfies RequestOptions);

/** Lists the dead letters of the order queue once there are as many as expected. */
async function listDeadLetters(count: number): Promise<DeadLetterPage> {
  await cloud.until(
    () => cloud.depth('OrderQueueDLQUrl'),
    (depth) => depth === count,
  );
  return get('dead-letters/order');
}

test('the HTTP API and the page share a port, and API clients need no Origin', async () => {
  const page = await sendRequest(`${cloud.output('ApiUrl')}/`);
  expect(page).toMatchObject({ status: 200, text: expect.stringMatching(/^<!doctype html>/) });
  const history = await sendRequest(`${cloud.output('ApiUrl')}/orders/first`);
  expect(history).toMatchObject({ status: 200, json: { order_id: 'first' } });
  const sent = await sendRequest(`${cloud.output('ApiUrl')}/orders`, { method: 'POST', body: '{}' });
  expect(sent.status).toBe(400);
  const foreign = { method: 'POST', body: '{}', headers: { origin: 'http://evil.example' } };
  expect((await sendRequest(`${cloud.output('ApiUrl')}/orders`, foreign)).status).toBe(403);
});

test('live events show the state of each queue and function every second', async () => {
  const { events, next, close } = await listenToEvents(`${cloud.output('ApiUrl')}/dashboard/events`);
  await next(() => events.length >= 3);
  close();
  expect(events.map(({ name }) => name)).toEqual(['status', 'status', 'status']);
  const { data } = await next();
  expect(data).toMatchObject({
    stage: 'local',
    burst: null,
    features: { shipping: true, sales: true, mailbox: true },
    confirmed: 2,
  });
  expect(data.queues.map(({ name, visible }: { name: string; visible: number }) => [name, visible])).toEqual(
    QUEUE_NAMES.map((name) => [name, 0]),
  );
  expect(data.functions.map(({ name }: { name: string }) => name)).toContain('consumer');
});

test('orders are found by ID, by e-mail address, in the mailbox, and in shipments and sales', async () => {
  expect(await get('orders/first')).toMatchObject({
    order_id: 'first',
    state: 'complete',
    steps: expect.arrayContaining([expect.objectContaining({ what: 'confirmed' })]),
  });
  expect(await call('GET', 'orders/third')).toMatchObject({
    status: 404,
    json: { detail: 'order_id: must be the id of a known order, received "third"' },
  });
  expect(await get('search?q=first')).toMatchObject([{ order_id: 'first', product_id: 'P-1001' }]);
  expect(await get('search?q=JOE%40example.com')).toMatchObject([{ order_id: 'second' }]);
  expect(await get('search?q=third')).toEqual([]);
  expect(await get('mailbox')).toMatchObject({ total: 2 });
  expect(await get('mailbox?q=second')).toMatchObject({
    mails: [{ order_id: 'second', email_id: 'joe@example.com' }],
  });
  const shipments = await get('shipments?status=backordered&product_id=P-1002');
  expect(shipments).toMatchObject([{ order_id: 'second', status: 'backordered', delivery_date: null }]);
  expect(await get('sales?by=product&from=2026-01-01&to=2027-01-01')).toMatchObject({
    totals: { orders: 2, revenue: 79.8 },
  });
});

test('a restock schedules backorders and updates stock and shipments', async () => {
  const restock = { product_id: 'P-1002', quantity: 5 };
  expect(await call('POST', 'restock', restock)).toMatchObject({
    status: 200,
    json: [{ product_id: 'P-1002', added: 5, scheduled: 1, stock: 4 }],
  });
  const stocked = { product_id: 'P-1002', stock: 4, scheduled: 1, backordered: 0 };
  expect(await get('inventory')).toEqual(expect.arrayContaining([expect.objectContaining(stocked)]));
  expect(await get('shipments?status=scheduled')).toMatchObject([{ order_id: 'second' }]);
  expect(await call('POST', 'restock', { ...restock, quantity: 0 })).toMatchObject({
    status: 400,
    json: { detail: 'quantity: must be a whole number from 1 to 1,000,000,000, received 0' },
  });
});

test('texts from orders are returned as JSON that browsers do not interpret as anything else', async () => {
  for (const path of ['shipments', 'mailbox', 'search?q=first', 'orders/first']) {
    const { headers, text } = await call('GET', path);
    expect(headers).toMatchObject({
      'content-type': expect.stringMatching(/^application\/json/),
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    });
    if (!path.startsWith('orders')) expect(text).toContain(JSON.stringify(HOSTILE).slice(1, -1));
  }
});

test('dead letters are listed with their reasons, edited, redriven and found by search', async () => {
  await cloud.send([
    JSON.stringify({ ...seedOrder, order_id: 'invalid', price: -1, customer_name: HOSTILE }),
    'not JSON',
  ]);
  const { queue, groups, letters } = await listDeadLetters(2);
  expect(queue).toBe('order');
  expect(groups.map(({ count }) => count)).toEqual([1, 1]);
  const invalid = letters.find(({ order_id }) => order_id === 'invalid');
  expect(invalid?.errors).toEqual([expect.stringMatching(/^price must be .* received -1$/)]);

  // Concurrent reads must not hide messages from each other.
  const pages = await Promise.all(Array.from({ length: 5 }, () => get('dead-letters/order')));
  expect(pages.map(({ seen }) => seen)).toEqual([2, 2, 2, 2, 2]);
  expect(await get('search?q=invalid')).toEqual([
    { order_id: 'invalid', customer_name: null, email_id: null, product_id: null, confirmed_at: null },
  ]);

  const path = `dead-letters/order/${invalid?.id}`;
  const order = JSON.parse(invalid?.body ?? '{}');
  expect(await call('PUT', path, { body: JSON.stringify({ ...order, price: '1' }) })).toMatchObject({
    status: 400,
    json: { detail: expect.stringMatching(/^body: price must be .* received "1"$/) },
  });
  const edited = { body: JSON.stringify({ ...order, price: 1 }) };
  expect(await call('PUT', 'dead-letters/order/no-such-id', edited)).toMatchObject({
    status: 404,
    json: { detail: expect.stringMatching(/^message no-such-id: not found: the message was deleted/) },
  });
  expect(await call('PUT', path, edited)).toMatchObject({ status: 204, text: '' });
  await cloud.stored();
  expect(await get('orders/invalid')).toMatchObject({ state: 'complete' });

  // The consumer is paused because an unchanged message would fail again.
  const { letters: left } = await listDeadLetters(1);
  const reason = left[0]?.reason.code;
  await call('PUT', 'throttle/consumer', { enabled: false });
  const other = { reason: 'price:too_small' };
  expect(await call('POST', 'dead-letters/order/redrive', other)).toMatchObject({
    status: 200,
    json: { seen: 1, matched: 0, sent: 0 },
  });
  expect(await call('POST', 'dead-letters/order/redrive', { reason })).toMatchObject({
    status: 200,
    json: { queue: 'order', matched: 1, sent: 1, failures: [] },
  });
  expect(await listDeadLetters(0)).toEqual({ queue: 'order', seen: 0, groups: [], letters: [] });
});

// These tests come last: a message that a stopping poller receives stays invisible for the visibility timeout.
describe('setting a throttle', () => {
  const mappingOf = async (name: string) => {
    const { next, close } = await listenToEvents(`${cloud.output('ApiUrl')}/dashboard/events`);
    const { data } = await next();
    close();
    return data.functions.find((each: { name: string }) => each.name === name).mapping;
  };

  test('changes the maximum concurrency of a function, and pauses and resumes it', async () => {
    expect((await call('PUT', 'throttle/consumer', { maximumConcurrency: 7 })).status).toBe(204);
    await cloud.until(
      () => mappingOf('consumer'),
      ({ maximumConcurrency }) => maximumConcurrency === 7,
    );
    for (const enabled of [false, true]) {
      expect((await call('PUT', 'throttle/consumer', { enabled })).status).toBe(204);
      await cloud.until(
        () => mappingOf('consumer'),
        (mapping) => mapping.enabled === enabled,
      );
    }
  });

  test('is rejected for a value outside the limits of Lambda', async () => {
    expect(await call('PUT', 'throttle/consumer', { maximumConcurrency: 1 })).toMatchObject({
      status: 400,
      json: { detail: 'maximumConcurrency: must be a whole number from 2 to 1,000, received 1' },
    });
  });
});
