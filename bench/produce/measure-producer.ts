import { generateOrders } from '../../lib/produce/generator.ts';
import { checkQueue, sentIdOf } from '../check-queue.ts';
import type { Task } from '../processes/contender.ts';
import { startContender } from '../processes/start-contender.ts';
import type { Services } from '../processes/start-services.ts';
import type { Sample } from '../suite.ts';
import { checkPlan, figuresOf, type Reading, type RunPlan, START } from '../window.ts';

export interface ProducerRun extends Pick<Task, 'concurrency' | 'clients'> {
  plan: RunPlan;
}

const SEED = 1;
/** Orders per second below which a contender counts as stuck. */
const MIN_RATE = 20;

/**
 * Measures a producer that sends its orders to an empty queue.
 *
 * @throws Error if an order is not in the queue exactly once, or the figures contradict each other
 */
export async function measureProducer(
  services: Services,
  name: string,
  module: URL,
  { plan, ...task }: ProducerRun,
): Promise<Sample> {
  const who = `produce: ${name}`;
  const { orders, from, to } = plan;
  checkPlan(who, plan);
  const settings = await services.restart();
  const { ORDER_QUEUE_URL = '' } = settings;
  await using contender = await startContender(module, settings, { ...task, orders, seed: SEED });
  const deadline = Date.now() + (10 + orders / MIN_RATE) * 1_000;
  await contender.begin();

  async function readAt(wanted: number): Promise<Reading> {
    const failure = `${who}: slower than ${MIN_RATE} orders/s, gave up`;
    const taken = await services.until('taken', ORDER_QUEUE_URL, wanted, deadline, failure);
    return { ...(await contender.usage()), orders: taken };
  }
  const finished = contender.done();
  // Rejects if the contender fails, and stays pending otherwise.
  const failed = finished.then(() => new Promise<never>(() => undefined));
  failed.catch(() => undefined);
  const begin = from > 0 ? await Promise.race([readAt(from), failed]) : START;
  const end = to < orders ? await Promise.race([readAt(to), failed]) : undefined;
  const whole = { ...(await finished), orders };
  await checkQueue(services, settings, {
    who,
    queueUrl: ORDER_QUEUE_URL,
    expected: Array.from(generateOrders({ count: orders, seed: SEED }), ({ order_id }) => order_id),
    idOf: sentIdOf,
  });
  return figuresOf(who, begin, end ?? whole, whole);
}
