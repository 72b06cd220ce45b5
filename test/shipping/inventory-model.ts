import type { OrderConfirmed } from '../../lib/order/order-confirmed.ts';
import { deliveryDate, type FulfillmentCounts } from '../../lib/shipping/fulfill-orders.ts';
import type { RestockedProduct } from '../../lib/shipping/restock.ts';
import type { RestockInput } from '../../lib/shipping/restock-input.ts';

/** An operation on the shipping database, with its time. */
export type Operation =
  | { kind: 'fulfill'; events: OrderConfirmed[]; now: Date }
  | { kind: 'restock'; input: RestockInput; now: Date };

export type Result = FulfillmentCounts | RestockedProduct[];

/** A model of the shipping database as `docs/shipping.md` describes it. Each list is sorted by the bytes of its key. */
export interface Inventory {
  inventory: { product_id: string; product_name: string; stock: number }[];
  shipments: { order_id: string; product_id: string; ordered_at: number; delivery_date: string | null }[];
  restocks: { restock_id: string; product_id: string; quantity: number }[];
}

export const emptyInventory = (): Inventory => ({ inventory: [], shipments: [], restocks: [] });

/** Applies an operation to the model, and returns the result that the database must return. */
export function applyOperation(model: Inventory, operation: Operation): Result {
  return operation.kind === 'fulfill'
    ? fulfill(model, operation.events, deliveryDate(operation.now))
    : restock(model, operation.input, deliveryDate(operation.now));
}

function fulfill(model: Inventory, events: OrderConfirmed[], deliveryDay: string): FulfillmentCounts {
  const known = new Set(model.shipments.map(({ order_id }) => order_id));
  for (const { order } of events) addProduct(model, order.product_id, order.product_name);
  const fresh = events.filter(({ order }) => !known.has(order.order_id));
  for (const { order } of fresh) {
    const { order_id, product_id, timestamp } = order;
    model.shipments.push({ order_id, product_id, ordered_at: timestamp, delivery_date: null });
  }
  const scheduled = assignStock(model, deliveryDay).length;
  return { scheduled, backordered: fresh.length - scheduled, repeated: events.length - fresh.length };
}

function restock(model: Inventory, { restock_id, items }: RestockInput, deliveryDay: string) {
  const added = new Map<string, number>();
  for (const { product_id, product_name, quantity } of items) {
    const product = addProduct(model, product_id, product_name ?? product_id);
    const isKnown = model.restocks.some(
      (known) => known.restock_id === restock_id && known.product_id === product_id,
    );
    if (isKnown) continue;
    model.restocks.push({ restock_id, product_id, quantity });
    product.stock += quantity;
    if (product_name !== undefined) product.product_name = product_name;
    added.set(product_id, quantity);
  }
  const scheduled = assignStock(model, deliveryDay);
  return items
    .map(({ product_id }) => ({
      product_id,
      added: added.get(product_id) ?? 0,
      scheduled: scheduled.filter((shipment) => shipment.product_id === product_id).length,
      stock: model.inventory.find((product) => product.product_id === product_id)?.stock ?? -1,
    }))
    .sort((one, other) => byBytes(one.product_id, other.product_id));
}

function addProduct(model: Inventory, product_id: string, product_name: string) {
  const known = model.inventory.find((product) => product.product_id === product_id);
  if (known) return known;
  const product = { product_id, product_name, stock: 0 };
  model.inventory.push(product);
  return product;
}

/** Assigns stock to the oldest backorders. */
function assignStock(model: Inventory, deliveryDay: string) {
  const waiting = model.shipments
    .filter(({ delivery_date }) => delivery_date === null)
    .sort((one, other) => one.ordered_at - other.ordered_at || byBytes(one.order_id, other.order_id));
  return waiting.filter((shipment) => {
    const product = model.inventory.find(({ product_id }) => product_id === shipment.product_id);
    if (!product || product.stock === 0) return false;
    product.stock -= 1;
    shipment.delivery_date = deliveryDay;
    return true;
  });
}

/** Sorts the lists of the model like the rows of the tables. */
export function sortByKeys({ inventory, shipments, restocks }: Inventory): Inventory {
  return {
    inventory: inventory.toSorted((one, other) => byBytes(one.product_id, other.product_id)),
    shipments: shipments.toSorted((one, other) => byBytes(one.order_id, other.order_id)),
    restocks: restocks.toSorted(
      (one, other) => byBytes(one.restock_id, other.restock_id) || byBytes(one.product_id, other.product_id),
    ),
  };
}

const byBytes = (one: string, other: string): number => Buffer.compare(Buffer.from(one), Buffer.from(other));
