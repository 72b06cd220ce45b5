import { findRecord, type Ledger } from '../aws/ledger.ts';
import type { LedgerRecord } from '../aws/ledger-record.ts';
import type { Database } from '../database/database.ts';
import { detailsOf, type Order, type OrderDetails, parseOrderText } from '../order/order.ts';
import { findSale, type Sale } from '../sales/sale.ts';
import { findShipment, type Shipment } from '../shipping/find-shipment.ts';

/** The stores that hold orders. */
export interface OrderSources {
  ledger: Pick<Ledger, 'find'>;
  /** Undefined if shipping is disabled. */
  shippingDatabase: Database | undefined;
  /** Undefined if sales are disabled. */
  salesDatabase: Database | undefined;
}

/** Answers to {@link queryOrder}. Null: the database does not have the order (yet). Undefined: that part is disabled. */
export interface OrderAnswers {
  'the ledger': LedgerRecord | undefined;
  'the shipping database': Shipment | null | undefined;
  'the sales database': Sale | null | undefined;
}

/** Starts one query per source, concurrently. `querySources` waits for the answers. */
export function queryOrder(orderId: string, { ledger, shippingDatabase, salesDatabase }: OrderSources) {
  return {
    'the ledger': findRecord(ledger, orderId),
    'the shipping database': shippingDatabase && orNull(findShipment(shippingDatabase, orderId)),
    'the sales database': salesDatabase && orNull(findSale(salesDatabase, orderId)),
  };
}

const orNull = async <Found>(found: Promise<Found | undefined>): Promise<Found | null> =>
  (await found) ?? null;

/** One order's data from ledger, shipping and sales. Times are ISO 8601. */
export interface OrderFacts {
  /** Null if neither ledger nor sales have it. */
  ordered_at: string | null;
  /** When SQS accepted the message. Like `claimed` and `confirmed`, it is null if the ledger does not have it. */
  queued_at: string | null;
  claimed: { at: string; message_id: string } | null;
  confirmed: { at: string; sns_message_id: string } | null;
  /** The order's optional fields that are not personal; undefined if it has none. */
  details: OrderDetails | undefined;
  /** Null until the order is scheduled or backordered; undefined if shipping is disabled. */
  shipment: Shipment | null | undefined;
  /** Null until the sale is loaded; undefined if sales are disabled. */
  sale: OrderSale | null | undefined;
}

/** A sale without its customer: permission to look up an order does not include personal data. */
export type OrderSale = Pick<Sale, 'product_id' | 'product_name' | 'ordered_at' | 'confirmed_at'> & {
  price: number;
};

/** Combines the answers of all sources. Returns undefined if none of them knows the order. */
export function toOrderFacts(answers: OrderAnswers): OrderFacts | undefined {
  const { 'the ledger': record, 'the shipping database': shipment, 'the sales database': sale } = answers;
  if (!record && !shipment && !sale) return undefined;
  const order = orderOf(record);
  const { owner = '', queuedAt, claimedAt } = record ?? {};
  return {
    ordered_at: order ? iso(order.timestamp) : (sale?.ordered_at ?? null),
    queued_at: queuedAt === undefined ? null : iso(queuedAt),
    claimed: claimedAt === undefined ? null : { at: iso(claimedAt), message_id: owner },
    confirmed:
      record?.status === 'SENT' ? { at: iso(record.sentAt), sns_message_id: record.snsMessageId } : null,
    details: order && detailsOf(order),
    shipment,
    sale: sale && toOrderSale(sale),
  };
}

/** Returns the order of a ledger record. Old records do not hold one. */
export function orderOf(record: LedgerRecord | undefined): Order | undefined {
  const parsed = record?.order === undefined ? undefined : parseOrderText(record.order);
  return parsed?.ok ? parsed.order : undefined;
}

function toOrderSale({ product_id, product_name, price, ordered_at, confirmed_at }: Sale): OrderSale {
  return { product_id, product_name, price: Number(price), ordered_at, confirmed_at };
}

const iso = (milliseconds: number): string => new Date(milliseconds).toISOString();
