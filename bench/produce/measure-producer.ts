import { generateOrders } from '../../lib/produce/generator.ts';
import { checkQueue, sentIdOf } from '../check-queue.ts';
import type { Task } from '../processes/contender.ts';
import { startContender } from '../processes/start-contender.ts';
import type { Services } from '../processes/start-services.ts';
import type { Sample } from '../suite.ts';

/** The part of the task that a producer needs. */
export type ProducerRun = Pick<Task, 'orders' | 'concurrency'>;

const SEED = 1;

/**
 * Measures a producer that sends its orders to an empty queue.
 *
 * @throws Error if an order is not in the queue exactly once
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
  await checkQueue(services, settings, {
    who: `produce: ${name}`,
    queueUrl: settings.ORDER_QUEUE_URL ?? '',
    expected: Array.from(generateOrders({ count: orders, seed: SEED }), ({ order_id }) => order_id),
    idOf: sentIdOf,
  });
  return {
    ordersPerSecond: orders / seconds,
    requestsPerOrder: requests / orders,
    cpuMs: (cpuSeconds * 1_000_000) / orders,
  };
}
