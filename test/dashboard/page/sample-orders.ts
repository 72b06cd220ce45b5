/** An order as clients send it. */
export interface SampleOrder {
  customer_name: string;
  email_id: string;
  product_id: string;
  product_name: string;
  price: number;
  timestamp: number;
  order_id: string;
}

/** Returns a valid order with the given fields. */
export const orderWith = (fields: Partial<SampleOrder> & { order_id: string }): SampleOrder => ({
  customer_name: 'Jane Doe',
  email_id: 'jane@example.com',
  product_id: 'P-1004',
  product_name: 'Kettle',
  price: 39.9,
  timestamp: Date.now(),
  ...fields,
});

/** Valid names that would be harmful as HTML, or that break the layout or the text direction. */
export const HOSTILE_NAMES = [
  '<img src=x onerror="document.title=1;alert(1)">',
  '<script>alert(2)</script>',
  'Jane \u202Eexe.fdp',
  'W'.repeat(256),
] as const;

/** Returns valid orders with hostile names: `hostile-0`, `hostile-1` and so on. */
export const hostileOrders = (): SampleOrder[] =>
  HOSTILE_NAMES.map((name, index) =>
    orderWith({
      order_id: `hostile-${index}`,
      customer_name: name,
      product_name: name,
      product_id: name,
      email_id: `hostile-${index}@example.com`,
    }),
  );
