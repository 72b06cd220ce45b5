import { ORDER_FIELDS, type Order } from '../../lib/order/order.ts';

/** CSV header with all fields of an order. */
export const CSV_HEADER = ORDER_FIELDS.join(',');

/** Formats an order as a CSV row with quoted cells. A missing field is an empty cell. */
export const toCsvRow = (order: Order): string =>
  ORDER_FIELDS.map((field) => `"${String(order[field] ?? '').replaceAll('"', '""')}"`).join(',');
