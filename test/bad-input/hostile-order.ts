import { seedOrder } from '../order/seed-order.ts';

let made = 0;

/** An order that would be good, and is another one each time, but for the fields given; `undefined` leaves one out. */
export const hostileOrder = (fields: Readonly<Record<string, unknown>> = {}): Record<string, unknown> => ({
  ...seedOrder,
  product_id: `P-${++made}`,
  ...fields,
});
