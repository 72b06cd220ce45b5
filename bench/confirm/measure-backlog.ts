import { createQueue, sendOrders } from '../../lib/aws/queue.ts';
import { inBatches } from '../../lib/batch/chunk.ts';
import { generateOrders } from '../../lib/produce/generator.ts';
import { checkQueue, confirmedIdOf } from '../check-queue.ts';
import type { Settings } from '../processes/services-process.ts';
import { startContender } from '../processes/start-contender.ts';
import { clientsOf, type Services } from '../processes/start-services.ts';
import type { Sample } from '../suite.ts';

export interface BacklogRun {
  orders: number;
  concurrency: number;
}

const SEED = 1;
/** Number of orders that are sent together. */
const PORTION = 2_000;
/**
 * Share of the orders at the start that do not count for rates and CPU time. V8 compiles hot code meanwhile, as it does in the
 * first seconds of an execution environment.
 */
const WARM_UP = 0.4;
/** Minimum share of the orders after the warm-up. If a short run leaves less, the whole run counts. */
const MIN_MEASURED = 0.5;
const BEGIN = { deleted: 0, seconds: 0, cpuSeconds: 0 };
/** Orders per second below which a contender counts as stuck. */
const MIN_RATE = 20;

/**
 * Fills the order queue while no consumer runs, then runs the contender until the queue is empty.
 *
 * @throws Error if an order is not confirmed exactly once
 */
export async function measureBacklog(
  services: Services,
  name: string,
  module: URL,
  { orders, concurrency }: BacklogRun,
): Promise<Sample> {
  const who = `confirm: ${name}`;
  const settings = await services.restart();
  const { ORDER_QUEUE_URL = '', SHIPPING_QUEUE_URL = '' } = settings;
  const { ids, requests: sends } = await fill(settings, orders);
  await using contender = await startContender(module, settings, { orders, seed: SEED, concurrency });
  const deadline = Date.now() + (10 + orders / MIN_RATE) * 1_000;
  await contender.begin();

  async function usageAt(wanted: number) {
    const failure = `${who}: slower than ${MIN_RATE} orders/s, gave up`;
    const deleted = await services.untilDeleted(ORDER_QUEUE_URL, wanted, deadline, failure);
    return { ...(await contender.usage()), deleted };
  }
  const warm = await usageAt(Math.floor(orders * WARM_UP));
  const done = await usageAt(orders);
  await contender.stop();
  await checkQueue(services, settings, {
    who,
    queueUrl: SHIPPING_QUEUE_URL,
    expected: ids,
    idOf: confirmedIdOf,
  });
  const from = done.deleted - warm.deleted < orders * MIN_MEASURED ? BEGIN : warm;
  const measured = done.deleted - from.deleted;
  return {
    ordersPerSecond: measured / (done.seconds - from.seconds),
    requestsPerOrder: done.requests / orders,
    sendsPerOrder: sends / orders,
    cpuMs: ((done.cpuSeconds - from.cpuSeconds) * 1_000_000) / measured,
  };
}

async function fill(settings: Settings, count: number): Promise<{ ids: string[]; requests: number }> {
  const { sqs } = clientsOf(settings);
  const queue = createQueue(sqs, settings.ORDER_QUEUE_URL ?? '');
  const ids: string[] = [];
  let sends = 0;
  for (const portion of inBatches(generateOrders({ count, seed: SEED }), PORTION)) {
    const { outcomes, requests } = await sendOrders(queue, portion);
    sends += requests;
    for (const outcome of outcomes) if (!outcome.ok) throw outcome.error;
    for (const { order_id } of portion) ids.push(order_id);
  }
  sqs.destroy();
  return { ids, requests: sends };
}
