/** A typical order from an SQS client: no `order_id`, a float price, a timestamp in milliseconds. */
export const seedOrder = {
  customer_name: 'Jane Doe',
  email_id: 'jane@example.com',
  product_id: 'P-1001',
  product_name: 'Kettle',
  price: 39.9,
  timestamp: 1795329424262,
};
