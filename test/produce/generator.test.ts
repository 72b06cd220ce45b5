import { describe, expect, it } from 'vitest';
import { parseOrder } from '../../lib/order/order.ts';
import { catalog } from '../../lib/produce/catalog.ts';
import { type GenerateOptions, generateOrders } from '../../lib/produce/generator.ts';

const generate = (options: GenerateOptions) => [...generateOrders(options)];

describe('catalog', () => {
  it('has 50 products, P-1001 to P-1050, each with its own name', () => {
    const ids = catalog.map((product) => product.product_id);
    expect([ids.length, ids[0], ids.at(-1)]).toEqual([50, 'P-1001', 'P-1050']);
    expect(new Set(catalog.map((product) => product.product_name)).size).toBe(50);
  });
});

describe('generateOrders', () => {
  it('generates the same orders for the same seed', () => {
    expect(generate({ count: 500, seed: 7 })).toEqual(generate({ count: 500, seed: 7 }));
  });

  it('generates different orders for different seeds, even with the same start or seeds 2 ** 32 apart', () => {
    const orders = [7, 8, 7 + 2 ** 32].flatMap((seed) => generate({ count: 500, seed, startMs: 0 }));
    expect(new Set(orders.map((order) => order.order_id)).size).toBe(1500);
  });

  it('starts a long run with the orders of a short run', () => {
    expect(generate({ count: 50, seed: 7 }).slice(0, 5)).toEqual(generate({ count: 5, seed: 7 }));
  });

  it('dates orders from startMs, one millisecond apart, and changes no other field', () => {
    const [first, second] = generate({ count: 2, seed: 7, startMs: 1795329424262 });
    expect([first?.timestamp, second?.timestamp]).toEqual([1795329424262, 1795329424263]);
    expect(first?.customer_name).toBe(generate({ count: 1, seed: 7 })[0]?.customer_name);
  });

  it('generates only orders that parse unchanged', () => {
    for (const order of generateOrders({ count: 5000, seed: 1 })) {
      expect(parseOrder(order)).toEqual({ ok: true, order });
      const { order_id, ...fields } = order;
      expect(parseOrder(fields)).toEqual({ ok: true, order });
    }
  });

  it('generates 100,000 orders with 100,000 different ids', { tags: 'exhaustive' }, () => {
    const ids = new Set<string>();
    for (const order of generateOrders({ count: 100_000, seed: 1 })) ids.add(order.order_id);
    expect(ids.size).toBe(100_000);
  });

  it('uses only e-mail domains reserved for examples', () => {
    for (const { email_id } of generateOrders({ count: 5000, seed: 3 })) {
      expect(email_id).toMatch(/^[a-z]+\.[a-z]+\d+@example\.(com|org|net)$/);
    }
  });

  it('uses names from many countries, and some products far more often than others', () => {
    const orders = generate({ count: 20_000, seed: 3 });
    expect(orders.filter((order) => /[^\p{ASCII}]/u.test(order.customer_name)).length).toBeGreaterThan(5000);
    expect(new Set(orders.map((order) => order.product_id)).size).toBe(50);
    const best = catalog.slice(0, 10).map((product) => product.product_id);
    expect(orders.filter((order) => best.includes(order.product_id)).length / 20_000).toBeCloseTo(0.525, 1);
  });

  it('is lazy: returns the first of 10 ** 12 orders immediately', () => {
    expect(generateOrders({ count: 1e12, seed: 1 }).next().value).toMatchObject({
      price: expect.any(Number),
    });
  });
});
