import { afterAll, beforeAll, expect, it } from 'vitest';
import type { OrderHistory } from '../../lib/order-history/get-order.ts';
import type { SalesReport } from '../../lib/report/report-sales.ts';
import { startTestCloud, type TestCloud } from './start-test-cloud.ts';

let cloud: TestCloud;
beforeAll(async () => {
  cloud = await startTestCloud();
});
afterAll(() => cloud.stop());

interface Answer<Body> {
  status: number;
  type: string | null;
  body: Body;
}

async function request<Body>(method: string, path: string, body?: unknown): Promise<Answer<Body>> {
  const sent = body === undefined ? {} : { body: JSON.stringify(body) };
  const response = await fetch(`${cloud.output('ApiUrl')}${path}`, { method, ...sent });
  const text = await response.text();
  const type = response.headers.get('content-type');
  return { status: response.status, type, body: type?.includes('json') ? JSON.parse(text) : text };
}

const order = (order_id: string, email_id: string, price: number) => ({
  order_id,
  customer_name: 'Jane Doe',
  email_id,
  product_id: 'P-1004',
  product_name: 'Kettle',
  price,
  timestamp: '2026-11-27T08:00:00Z',
});

/** Waits until an order is shipped and sold, and returns its history. */
const historyOf = (order_id: string) =>
  cloud.until(
    () => request<OrderHistory>('GET', `/orders/${order_id}`),
    ({ body }) => Boolean(body.shipment && body.sale),
  );

it('the history of an order shows its confirmation, shipment and sale', async () => {
  expect((await request('GET', '/orders/story-1')).status).toBe(404);
  const restock = { product_id: 'P-1004', product_name: 'Kettle', quantity: 1 };
  expect(await cloud.invoke('restock', restock)).not.toHaveProperty('functionError');
  const accepted = { accepted: [{ index: 0, order_id: 'story-1' }], rejected: [] };
  expect(await request('POST', '/orders', order('story-1', 'jane@example.com', 39.9))).toMatchObject({
    status: 202,
    body: accepted,
  });

  expect((await historyOf('story-1')).body).toEqual({
    order_id: 'story-1',
    received: { at: expect.any(String) },
    confirmed: { at: expect.any(String), sns_message_id: expect.any(String) },
    shipment: {
      status: 'scheduled',
      product_id: 'P-1004',
      delivery_date: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
      created_at: expect.any(String),
    },
    sale: expect.objectContaining({ product_id: 'P-1004', product_name: 'Kettle', price: 39.9 }),
  });
});

it('sales are reported as JSON and CSV, and an invalid report is refused', async () => {
  await request('POST', '/orders', [
    order('report-1', 'jane@example.com', 10),
    order('report-2', 'jane@example.com', 15.5),
  ]);
  await historyOf('report-1');
  await historyOf('report-2');
  const [sum] = await cloud.query(
    'SELECT CAST(sum(price) AS text) AS revenue, CAST(count(*) AS text) AS orders FROM sales',
  );

  const range = 'from=2026-11-27&to=2026-11-28';
  const report = await request<SalesReport>('GET', `/reports/sales?${range}&by=product`);
  expect(report.status).toBe(200);
  expect(report.body.totals).toMatchObject({ orders: Number(sum?.orders), revenue: Number(sum?.revenue) });
  expect(report.body.rows).toMatchObject([{ product_id: 'P-1004', product_name: 'Kettle', share: 1 }]);
  const csv = await request<string>('GET', `/reports/sales?${range}&by=product&format=csv`);
  expect(csv.type).toMatch('text/csv');
  expect(csv.body).toContain(`P-1004,Kettle,${Number(sum?.orders)},${Number(sum?.revenue)},`);
  expect((await request('GET', "/reports/sales?by=product'--")).status).toBe(400);
});

it('a removed customer receives no e-mails until registered again, and other customers are not affected', async () => {
  const address = 'li@example.com';
  const mailsTo = async (orderId: string) => {
    await request('POST', '/orders', [
      order(orderId, address, 1),
      order(`${orderId}-jane`, 'jane@example.com', 1),
    ]);
    await historyOf(orderId);
    await historyOf(`${orderId}-jane`);
    const mails = await cloud.takeMails();
    return mails.flatMap(({ order_id }) => order_id ?? []).sort();
  };
  await cloud.takeMails();

  expect(await request('POST', '/customers', { email_id: address })).toMatchObject({ status: 202 });
  const [asked] = await cloud.takeMails();
  expect(asked).toMatchObject({ email_id: address, subject: expect.stringContaining('Subscription') });
  expect(await mailsTo('with')).toEqual(['with', 'with-jane']);

  expect((await request('DELETE', `/customers/${encodeURIComponent(address)}`)).status).toBe(204);
  expect(await mailsTo('without')).toEqual(['without-jane']);

  expect(await request('POST', '/customers', { email_id: address })).toMatchObject({ status: 202 });
  expect(await mailsTo('again')).toEqual(['again', 'again-jane']);
});
