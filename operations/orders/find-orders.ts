import { findRecord } from '../../lib/aws/ledger.ts';
import type { LedgerRecord } from '../../lib/aws/ledger-record.ts';
import { type Database, type Row, readTime } from '../../lib/database/database.ts';
import { InvalidInputError } from '../../lib/errors.ts';
import { ORDER_RULES, parseOrderField } from '../../lib/order/order.ts';
import { orderOf } from '../../lib/order-history/find-order.ts';
import { querySources } from '../../lib/order-history/query-sources.ts';
import { received } from '../../lib/text.ts';
import { ledgerOf, type Pipeline } from '../pipeline/pipeline.ts';

/** An order found by a search; fields that its source does not have are null. */
export interface OrderHit {
  order_id: string;
  customer_name: string | null;
  email_id: string | null;
  product_id: string | null;
  /** ISO 8601. */
  confirmed_at: string | null;
}

const MAX_HITS = 50;

/** Both tables have the fields of a hit, except that `sales` lacks the customer's name. */
const select = (table: 'shipments' | 'sales', condition: string) => `
  SELECT order_id, ${table === 'shipments' ? 'customer_name' : 'CAST(NULL AS varchar) AS customer_name'}, email_id, product_id,
    CAST(confirmed_at AT TIME ZONE 'UTC' AS varchar) AS confirmed_at
  FROM ${table}
  WHERE ${condition}`;

const BY_ID = 'order_id = CAST(:order_id AS varchar)';
const BY_ADDRESS = `lower(email_id) = lower(CAST(:email_id AS varchar))
  ORDER BY confirmed_at DESC, order_id
  LIMIT ${MAX_HITS}`;

/**
 * Finds orders by their id or by the customer's e-mail address, which is case-insensitive. An address is looked up in
 * `shipments`, or in `sales` if shipping is disabled.
 *
 * @returns At most 50 orders, newest first.
 * @throws InvalidInputError if the query is neither an order id nor an e-mail address
 * @throws UnavailableError that names the unreachable sources
 */
export async function findOrders(pipeline: Pipeline, query: string): Promise<OrderHit[]> {
  const orderId = parseOrderField('order_id', query);
  if (orderId.ok) return findById(pipeline, orderId.text);
  const address = parseOrderField('email_id', query);
  if (address.ok) return findByAddress(pipeline, address.text);
  throw new InvalidInputError(
    `query: must be an order id (${ORDER_RULES.order_id}) or an e-mail address, received ${received(query)}`,
  );
}

async function findById(pipeline: Pipeline, orderId: string): Promise<OrderHit[]> {
  const { shippingDatabase, salesDatabase } = pipeline;
  const ask = (database: Database | undefined, table: 'shipments' | 'sales') =>
    database?.query(select(table, BY_ID), { order_id: orderId });
  const answers = await querySources(`search for ${orderId}`, {
    'the ledger': findRecord(ledgerOf(pipeline), orderId),
    'the shipping database': ask(shippingDatabase, 'shipments'),
    'the sales database': ask(salesDatabase, 'sales'),
  });
  const [row] = [...(answers['the shipping database'] ?? []), ...(answers['the sales database'] ?? [])];
  if (row) return [fromRow(row)];
  const record = answers['the ledger'];
  return record ? [fromRecord(record)] : [];
}

async function findByAddress(pipeline: Pipeline, emailId: string): Promise<OrderHit[]> {
  const { shippingDatabase, salesDatabase } = pipeline;
  const table = shippingDatabase ? 'shipments' : 'sales';
  const rows = (shippingDatabase ?? salesDatabase)?.query(select(table, BY_ADDRESS), { email_id: emailId });
  const answer = await querySources('search by e-mail address', { 'the database': rows });
  return (answer['the database'] ?? []).map(fromRow);
}

function fromRow(row: Row): OrderHit {
  const { order_id, customer_name = null, email_id = null, product_id = null } = row;
  const confirmed_at = readTime(row, 'confirmed_at');
  return { order_id: String(order_id), customer_name, email_id, product_id, confirmed_at };
}

function fromRecord(record: LedgerRecord): OrderHit {
  const order = orderOf(record);
  return {
    order_id: record.orderId,
    customer_name: order?.customer_name ?? null,
    email_id: order?.email_id ?? null,
    product_id: order?.product_id ?? null,
    confirmed_at: record.status === 'SENT' ? new Date(record.sentAt).toISOString() : null,
  };
}
