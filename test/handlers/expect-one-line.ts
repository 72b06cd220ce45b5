import { expect } from 'vitest';
import type { Order } from '../../lib/order/order.ts';
import type { captureLog } from './capture-log.ts';

/**
 * Checks the log of a batch of valid orders: one line at info level without order ids, one line per order at debug level,
 * and no personal data.
 */
export function expectOneLine(
  log: ReturnType<typeof captureLog>,
  message: string,
  orders: readonly Order[],
): void {
  const levels = Object.groupBy(log.entries(), ({ level }) => String(level));
  expect(Object.keys(levels).toSorted()).toEqual(['DEBUG', 'INFO']);
  expect(levels.INFO?.map((entry) => entry.message)).toEqual([message]);
  expect(levels.INFO?.[0]).not.toHaveProperty('order_id');
  const ids = orders.map(({ order_id }) => order_id);
  expect(levels.DEBUG?.map(({ order_id }) => order_id).toSorted()).toEqual(ids.toSorted());
  for (const id of ids) expect(JSON.stringify(levels.INFO)).not.toContain(id);
  for (const { customer_name, email_id } of orders) {
    expect(log.text()).not.toContain(customer_name);
    expect(log.text()).not.toContain(email_id);
  }
}
