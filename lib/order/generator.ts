import { catalogue, type Product } from './catalogue.ts';
import type { Order } from './order.ts';
import { deriveOrderId } from './order-id.ts';
import { randomCustomer } from './random-customer.ts';
import { seededRandom } from './seeded-random.ts';

export interface GenerateOptions {
  /** How many orders. */
  count: number;
  /** The same seed, count and start give the same orders, byte for byte. */
  seed: number;
  /**
   * Epoch milliseconds of the first order; each next one is a millisecond later, which keeps all of a run distinct.
   * Default: a moment of 2026 that follows from the seed.
   */
  startMs?: number;
}

const START_OF_2026 = Date.UTC(2026, 0);
const YEAR_MS = 365 * 24 * 3_600_000;

/** Sample orders, made one at a time as they are asked for: a million take no more memory than one. */
export function* generateOrders({ count, seed, startMs }: GenerateOptions): Generator<Order> {
  const random = seededRandom(seed);
  const seededStart = START_OF_2026 + Math.floor(random() * YEAR_MS);
  const start = startMs ?? seededStart;
  for (let index = 0; index < count; index++) {
    const { customer_name, email_id } = randomCustomer(random);
    const product = popularProduct(random);
    const fields = { customer_name, email_id, ...product, timestamp: start + index };
    yield { ...fields, order_id: deriveOrderId(fields) };
  }
}

/** The power makes the first fifth of the catalogue sell about half of the orders: 0.2 ** (1 / 2.5) = 0.53. */
function popularProduct(random: () => number): Product {
  return catalogue[Math.floor(random() ** 2.5 * catalogue.length)] as Product;
}
