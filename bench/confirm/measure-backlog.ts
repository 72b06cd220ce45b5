import { setTimeout as sleep } from 'node:timers/promises';
import { createOrderQueue } from '../../lib/aws/order-queue.ts';
import { generateOrders } from '../../lib/order/generator.ts';
import type { Order } from '../../lib/order/order.ts';
import { checkOrderIds } from '../check-order-ids.ts';
import { createClient, drainQueue } from '../drain-queue.ts';
import type { Usage } from '../processes/contender.ts';
import type { Settings } from '../processes/services-process.ts';
import { startContender } from '../processes/start-contender.ts';
import type { Services } from '../processes/start-services.ts';
import type { Sample } from '../suite.ts';
import { confirmedIdOf } from './confirmed-id-of.ts';

export interface BacklogRun {
  orders: number;
  concurrency: number;
}

const SEED = 1;
/** Orders sent at once. */
const PORTION = 2_000;
/**
 * Share of the orders that count for requests alone: rates and processor time are of code that V8 has compiled, as that of an
 * execution environment is for all but its first seconds.
 */
const WARM_UP = 0.4;
/** Ms between looks at how far it is. */
const LOOK_MS = 25;
/** Orders a second below which a contender is given up. */
const LEAST_RATE = 20;

/**
 * Fills the order queue while nobody works on it, then lets the contender go until the queue is empty.
 *
 * @throws Error where an order is not confirmed, or more than once
 */
export async function measureBacklog(
  services: Services,
  name: string,
  module: URL,
  { orders, concurrency }: BacklogRun,
): Promise<Sample> {
  const settings = await services.restart();
  const { ORDER_QUEUE_URL = '', SHIPPING_QUEUE_URL = '' } = settings;
  const { ids, requests: sends } = await fill(settings, orders);
  await using contender = await startContender(module, settings, { orders, seed: SEED, concurrency });
  await contender.begin();
  const warm = await untilDeleted(Math.floor(orders * WARM_UP));
  const done = await untilDeleted(orders);
  await contender.stop();
  const { taken } = await services.counts(SHIPPING_QUEUE_URL);
  if (taken !== orders)
    throw new Error(`confirm: ${name} must confirm ${orders} orders, has confirmed ${taken}`);
  const confirmed = await drainQueue(settings, SHIPPING_QUEUE_URL, confirmedIdOf);
  checkOrderIds(`confirm: ${name}`, ids, confirmed);
  const measured = done.deleted - warm.deleted;
  return {
    ordersPerSecond: measured / (done.seconds - warm.seconds),
    requestsPerOrder: done.requests / orders,
    sendsPerOrder: sends / orders,
    cpuMs: ((done.cpuSeconds - warm.cpuSeconds) * 1_000_000) / measured,
  };

  async function untilDeleted(wanted: number): Promise<Usage & { deleted: number }> {
    for (;;) {
      const { deleted } = await services.counts(ORDER_QUEUE_URL);
      const usage = await contender.usage();
      if (deleted >= wanted) return { ...usage, deleted };
      if (usage.seconds > 10 + orders / LEAST_RATE) throw new Error(`confirm: ${name} does not get through`);
      await sleep(LOOK_MS);
    }
  }
}

async function fill(settings: Settings, count: number): Promise<{ ids: string[]; requests: number }> {
  const sqs = createClient(settings);
  const queue = createOrderQueue(sqs, settings.ORDER_QUEUE_URL ?? '');
  const ids: string[] = [];
  let sends = 0;
  for (const portion of inPortions(generateOrders({ count, seed: SEED }))) {
    const { outcomes, requests } = await queue.send(portion);
    sends += requests;
    for (const outcome of outcomes) if (!outcome.ok) throw outcome.error;
    for (const { order_id } of portion) ids.push(order_id);
  }
  sqs.destroy();
  return { ids, requests: sends };
}

/** A million orders are not held at once. */
function* inPortions(orders: Iterable<Order>): Generator<Order[]> {
  let portion: Order[] = [];
  for (const order of orders) {
    portion.push(order);
    if (portion.length < PORTION) continue;
    yield portion;
    portion = [];
  }
  if (portion.length > 0) yield portion;
}
