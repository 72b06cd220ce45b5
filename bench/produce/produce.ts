import { generateOrders } from '../../lib/order/generator.ts';
import { parseOrderText } from '../../lib/order/order.ts';
import { checkOrderIds } from '../check-order-ids.ts';
import { drainQueue } from '../drain-queue.ts';
import { medianOf } from '../median-of.ts';
import { startContender } from '../processes/start-contender.ts';
import { type Services, startServices } from '../processes/start-services.ts';
import { NOISY, type Sample, type Suite } from '../suite.ts';
import { takeTurns } from '../take-turns.ts';

/** Contenders by name: their module, and orders of a run, so that each takes some seconds. */
const CONTENDERS = {
  ours: { module: './ours.ts', orders: 30_000 },
  'one at a time': { module: './one-at-a-time.ts', orders: 3_000 },
  'sqs-producer': { module: './sqs-producer.ts', orders: 30_000 },
  'limit: bare batches': { module: './bare-batches.ts', orders: 30_000 },
};
/** As many requests at once as the producer makes. */
const CONCURRENCY = 16;
const SEED = 1;

export const produce: Suite = {
  name: 'produce',
  title: 'Generated orders into the order queue.',
  async run({ repeats, scale, log }) {
    await using services = startServices();
    const contenders = Object.entries(CONTENDERS).map(([name, { module, orders }]) => ({
      name,
      measure: () => measure(services, name, new URL(module, import.meta.url), Math.ceil(orders * scale)),
    }));
    const results = await takeTurns(contenders, repeats, log);
    const rate = (name: keyof typeof CONTENDERS) => medianOf(results, name, 'ordersPerSecond');
    return {
      metrics: [
        { name: 'ordersPerSecond', title: 'orders/s', digits: 0, compared: true },
        { name: 'requestsPerOrder', title: 'requests/order', digits: 3 },
        { name: 'cpuMs', title: 'CPU ms per 1,000', digits: 0 },
      ],
      contenders: results,
      goals: [
        {
          id: 'produce/one-at-a-time',
          title: 'times one at a time',
          value: rate('ours') / rate('one at a time'),
          bound: { atLeast: 8 },
          tolerance: NOISY,
        },
        {
          id: 'produce/limit',
          title: 'of the limit',
          value: rate('ours') / rate('limit: bare batches'),
          bound: { atLeast: 0.9 },
          tolerance: NOISY,
        },
      ],
    };
  },
};

async function measure(services: Services, name: string, module: URL, orders: number): Promise<Sample> {
  const settings = await services.restart();
  await using contender = await startContender(module, settings, {
    orders,
    seed: SEED,
    concurrency: CONCURRENCY,
  });
  await contender.begin();
  const { seconds, cpuSeconds, requests } = await contender.done();
  const found = await drainQueue(settings, settings.ORDER_QUEUE_URL ?? '', orderIdOf);
  const expected = Array.from(generateOrders({ count: orders, seed: SEED }), ({ order_id }) => order_id);
  checkOrderIds(`produce: ${name}`, expected, found);
  return {
    ordersPerSecond: orders / seconds,
    requestsPerOrder: requests / orders,
    cpuMs: (cpuSeconds * 1_000_000) / orders,
  };
}

function orderIdOf(body: string): string {
  const parsed = parseOrderText(body);
  return parsed.ok ? parsed.order.order_id : 'not an order';
}
