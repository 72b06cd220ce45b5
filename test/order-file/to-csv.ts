import { ORDER_FIELDS, type Order } from '../../lib/order/order.ts';

/** All fields of an order, as the first line of a CSV file. */
export const CSV_HEADER = ORDER_FIELDS.join(',');

/** One order as a row, each cell in quotes; a field that it has not is an empty one. */
export const toCsvRow = (order: Order): string =>
  ORDER_FIELDS.map((field) => `"${String(order[field] ?? '').replaceAll('"', '""')}"`).join(',');
