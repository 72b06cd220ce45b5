import { InvalidInputError } from '../errors.ts';
import { type OrderDetails, parseOrderField } from '../order/order.ts';
import type { Shipment } from '../shipping/find-shipment.ts';
import { type OrderSale, type OrderSources, queryOrder, toOrderFacts } from './find-order.ts';
import { querySources } from './query-sources.ts';

/** The history of one order. Times are ISO 8601. */
export interface OrderHistory {
  order_id: string;
  /** When the consumer claimed the order. Null before that, and again when the ledger record expires after 30 days. */
  received: { at: string } | null;
  /** When the order was published, and its SNS message id. Null before that, and when the ledger record has expired. */
  confirmed: { at: string; sns_message_id: string } | null;
  /** The order's optional fields that are not personal, from the ledger. Absent if there are none. */
  details?: OrderDetails;
  /** Null until the order is scheduled or backordered. Absent if shipping is disabled. */
  shipment?: Shipment | null;
  /** Null until the sale is loaded. Absent if sales are disabled. */
  sale?: OrderSale | null;
}

/**
 * Gets the history of an order from all sources, concurrently.
 *
 * @returns Undefined if no source knows the order.
 * @throws UnavailableError that names the unavailable sources
 */
export async function getOrder(orderId: string, sources: OrderSources): Promise<OrderHistory | undefined> {
  const facts = toOrderFacts(await querySources(`history of ${orderId}`, queryOrder(orderId, sources)));
  if (!facts) return undefined;
  const { claimed, confirmed, details, shipment, sale } = facts;
  return {
    order_id: orderId,
    received: claimed && { at: claimed.at },
    confirmed,
    ...(details && { details }),
    ...(shipment !== undefined && { shipment }),
    ...(sale !== undefined && { sale }),
  };
}

/**
 * Reads the `order_id` from the input of the function or the path parameters of a request. Ignores other fields.
 *
 * @throws InvalidInputError
 */
export function readOrderId(input: unknown): string {
  const { order_id } = Object(input) as { order_id?: unknown };
  const parsed = parseOrderField('order_id', order_id);
  if (parsed.ok) return parsed.text;
  throw new InvalidInputError(parsed.message);
}
