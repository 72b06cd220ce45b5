import { InvalidInputError } from '../errors.ts';
import { type OrderDetails, parseOrderField } from '../order/order.ts';
import type { Shipment } from '../shipping/find-shipment.ts';
import { askSources } from './ask-sources.ts';
import { askForOrder, type OrderSale, type OrderSources, toOrderFacts } from './find-order.ts';

/** The history of one order. Times are ISO 8601. */
export interface OrderHistory {
  order_id: string;
  /** When the consumer claimed it; null before that, and 30 days after it was sent, when the ledger has forgotten it. */
  received: { at: string } | null;
  /** When it was published, and as what; null likewise. */
  confirmed: { at: string; sns_message_id: string } | null;
  /** The order's optional fields that are not personal, as the ledger has them; left out where there are none. */
  details?: OrderDetails;
  /** Null until it is scheduled or backordered; left out where shipping is disabled. */
  shipment?: Shipment | null;
  /** Null until it is loaded; left out where sales are disabled. */
  sale?: OrderSale | null;
}

/**
 * Asks all sources concurrently for the history of an order.
 *
 * @returns undefined where none knows it
 * @throws UnavailableError that names the unavailable sources: a history with a gap would be mistaken for the whole
 */
export async function getOrder(orderId: string, sources: OrderSources): Promise<OrderHistory | undefined> {
  const facts = toOrderFacts(await askSources(`story of ${orderId}`, askForOrder(orderId, sources)));
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
 * Reads which order is asked for: an object with its `order_id`. Other fields are ignored.
 *
 * @throws InvalidInputError
 */
export function readOrderId(input: unknown): string {
  const { order_id } = Object(input) as { order_id?: unknown };
  const parsed = parseOrderField('order_id', order_id);
  if (parsed.ok) return parsed.text;
  throw new InvalidInputError(parsed.message);
}
