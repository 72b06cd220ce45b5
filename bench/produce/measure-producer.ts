import { generateOrders } from '../../lib/order/generator.ts';
import { checkOrderIds } from '../check-order-ids.ts';
import { drainQueue } from '../drain-queue.ts';
import type { Task } from '../processes/contender.ts';
import { startContender } from '../processes/start-contender.ts';
import type { Services } from '../processes/start-services.ts';
import { sentIdOf } from '../sent-id-of.ts';
import type { Sample } from '../suite.ts';

/** What a producer is to do. */
export type ProducerRun = Pick<Task, 'orders' | 'concurrency'>;

const SEED = 1;

/**
 * Lets a producer send its orders into an empty queue.
 *
 * @throws Error where an order is not in the queue, or more than once
 */
export async function measureProducer(
  services: Services,
  name: string,
  module: URL,
  { orders, concurrency }: ProducerRun,
): Promise<Sample> {
  const settings = await services.restart();
  await using contender = await startContender(module, settings, {
    orders,
    seed: SEED,
    concurrency,
  });
  await contender.begin();
  const { seconds, cpuSeconds, requests } = await contender.done();
  const found = await drainQueue(settings, settings.ORDER_QUEUE_URL ?? '', sentIdOf);
  const expected = Array.from(generateOrders({ count: orders, seed: SEED }), ({ order_id }) => order_id);
  checkOrderIds(`produce: ${name}`, expected, found);
  return {
    ordersPerSecond: orders / seconds,
    requestsPerOrder: requests / orders,
    cpuMs: (cpuSeconds * 1_000_000) / orders,
  };
}
