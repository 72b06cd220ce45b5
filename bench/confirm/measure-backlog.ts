import { createQueue, sendOrders } from '../../lib/aws/queue.ts';
import { inBatches } from '../../lib/batch/chunk.ts';
import { generateOrders } from '../../lib/produce/generator.ts';
import { checkQueue, confirmedIdOf } from '../check-queue.ts';
import type { Task } from '../processes/contender.ts';
import type { Settings } from '../processes/services-process.ts';
import { startContender } from '../processes/start-contender.ts';
import { clientsOf, type Services } from '../processes/start-services.ts';
import type { Sample } from '../suite.ts';
import { checkPlan, figuresOf, type Reading, type RunPlan, START } from '../window.ts';

export interface BacklogRun extends Pick<Task, 'concurrency' | 'clients'> {
  plan: RunPlan;
}

const SEED = 1;
/** Number of orders that are sent together. */
const PORTION = 2_000;
/** Orders per second below which a contender counts as stuck. */
const MIN_RATE = 20;

/**
 * Fills the order queue while no consumer runs, then runs the contender until the queue is empty.
 *
 * @throws Error if an order is not confirmed exactly once, or the figures contradict each other
 */
export async function measureBacklog(
  services: Services,
  name: string,
  module: URL,
  { plan, ...task }: BacklogRun,
): Promise<Sample & { ordersPerSecond: number }> {
  const who = `confirm: ${name}`;
  const { orders, from, to } = plan;
  checkPlan(who, plan);
  const settings = await services.restart();
  const { ORDER_QUEUE_URL = '', SHIPPING_QUEUE_URL = '' } = settings;
  const { ids, requests: sends } = await fill(settings, orders);
  await using contender = await startContender(module, settings, { ...task, orders, seed: SEED });
  const deadline = Date.now() + (10 + orders / MIN_RATE) * 1_000;
  await contender.begin();

  async function readAt(wanted: number): Promise<Reading> {
    const failure = `${who}: slower than ${MIN_RATE} orders/s, gave up`;
    const deleted = await services.until('deleted', ORDER_QUEUE_URL, wanted, deadline, failure);
    return { ...(await contender.usage()), orders: deleted };
  }
  const begin = from > 0 ? await readAt(from) : START;
  const end = await readAt(to);
  const whole = to < orders ? await readAt(orders) : end;
  await contender.stop();
  await checkQueue(services, settings, {
    who,
    queueUrl: SHIPPING_QUEUE_URL,
    expected: ids,
    idOf: confirmedIdOf,
  });
  return { ...figuresOf(who, begin, end, whole), sendsPerOrder: sends / orders };
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
