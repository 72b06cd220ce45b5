import pMap from 'p-map';
import { percentile } from '../../harness/statistics.ts';
import { createQueue, sendOrders } from '../../lib/aws/queue.ts';
import { chunk } from '../../lib/batch/chunk.ts';
import { paced } from '../../lib/batch/paced.ts';
import { generateOrders } from '../../lib/produce/generator.ts';
import { checkQueue, confirmedIdOf } from '../check-queue.ts';
import { startContender } from '../processes/start-contender.ts';
import { clientsOf, type Services } from '../processes/start-services.ts';
import type { Sample } from '../suite.ts';

export interface LatencyRun {
  /** Orders per second. */
  rate: number;
  seconds: number;
  concurrency: number;
  /** Called with a line if there are no latencies. */
  log: (line: string) => void;
}

const SEED = 2;
/** Batches per second. At a low rate, orders are therefore sent one by one rather than in bursts. */
const BATCHES_PER_SECOND = 100;
/** Seconds after the last order within which a contender must finish. */
const TIMEOUT_SECONDS = 30;
/** Maximum duration of the sends, as a multiple of the planned one. Latencies at a lower rate than planned do not count. */
const MAX_DELAY = 1.1;

/**
 * Sends orders at a steady rate while the contender runs. Measures the time from sending an order until the topic delivers its
 * confirmation.
 *
 * @returns The percentiles; none if the orders could not be sent at that rate.
 * @throws Error if an order is not confirmed exactly once
 */
export async function measureLatency(
  services: Services,
  name: string,
  module: URL,
  { rate, seconds, concurrency, log }: LatencyRun,
): Promise<Sample> {
  const settings = await services.restart();
  const { ORDER_QUEUE_URL = '', SHIPPING_QUEUE_URL = '' } = settings;
  const orders = [...generateOrders({ count: Math.ceil(rate * seconds), seed: SEED })];
  await using contender = await startContender(module, settings, {
    orders: orders.length,
    seed: SEED,
    concurrency,
  });
  await contender.begin();

  const { sqs } = clientsOf(settings);
  const queue = createQueue(sqs, ORDER_QUEUE_URL);
  const sentAt = new Map<string, number>();
  const batches = chunk(orders, { maxEntries: Math.min(10, Math.ceil(rate / BATCHES_PER_SECOND)) });
  const start = performance.now();
  await pMap(
    paced(batches, { ratePerSecond: rate, deadline: Date.now() + (seconds + TIMEOUT_SECONDS) * 1_000 }),
    async (batch) => {
      for (const { order_id } of batch) sentAt.set(order_id, Date.now());
      await sendOrders(queue, batch);
    },
    { concurrency: 16 },
  );
  sqs.destroy();
  const sendingSeconds = (performance.now() - start) / 1_000;
  const failure = `confirm: ${name}: did not keep up with ${rate} orders/s`;
  await services.until(
    'deleted',
    ORDER_QUEUE_URL,
    orders.length,
    Date.now() + TIMEOUT_SECONDS * 1_000,
    failure,
  );
  await contender.stop();
  const confirmed = await checkQueue(services, settings, {
    who: `confirm: ${name}`,
    queueUrl: SHIPPING_QUEUE_URL,
    expected: [...sentAt.keys()],
    idOf: confirmedIdOf,
  });
  if (sendingSeconds > seconds * MAX_DELAY) {
    const sent = `${orders.length} orders were sent in ${sendingSeconds.toFixed(1)} s instead of ${seconds} s`;
    log(`${name}: ${sent}, so its latencies are not those of half load`);
    return {};
  }
  const latencies = confirmed.map(({ id, takenAt }) => takenAt - (sentAt.get(id) ?? 0));
  return { p50: percentile(latencies, 0.5) ?? 0, p99: percentile(latencies, 0.99) ?? 0 };
}
