import { hash } from 'node:crypto';
import { catalogue, type Product } from './catalogue.ts';
import type { Order } from './order.ts';
import { deriveOrderId } from './order-id.ts';
import { randomCustomer } from './random-customer.ts';

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

/** Numbers in [0, 1) by sfc32 (Chris Doty-Humphrey, PractRand), its four words of state cut from a hash of the seed. */
function seededRandom(seed: number): () => number {
  const state = hash('sha256', String(seed), 'buffer');
  let [a = 0, b = 0, c = 0, d = 0] = [0, 4, 8, 12].map((offset) => state.readInt32LE(offset));
  return () => {
    const sum = (a + b + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  };
}
