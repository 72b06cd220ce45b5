import { seedOrder } from '../order/seed-order.ts';

let count = 0;

/** Creates a different valid order each time, with these fields replaced. `undefined` removes a field. */
export const hostileOrder = (fields: Readonly<Record<string, unknown>> = {}): Record<string, unknown> => ({
  ...seedOrder,
  product_id: `P-${++count}`,
  ...fields,
});
