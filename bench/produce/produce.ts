import { startServices } from '../processes/start-services.ts';
import { medianOf, ratioGoal, type Suite, takeTurns } from '../suite.ts';
import { measureProducer } from './measure-producer.ts';

/** Contenders by name: their module, and the number of orders that takes them some seconds. */
const CONTENDERS = {
  ours: { module: './ours.ts', orders: 30_000 },
  'one at a time': { module: './one-at-a-time.ts', orders: 3_000 },
  'sqs-producer': { module: './sqs-producer.ts', orders: 30_000 },
  'limit: bare batches': { module: './bare-batches.ts', orders: 30_000 },
};
/** Number of concurrent requests: that of the function `producer`. */
const CONCURRENCY = 16;

export const produce: Suite = {
  name: 'produce',
  title: 'Sending generated orders to the order queue.',
  async run({ repeats, scale, log }) {
    await using services = startServices();
    const contenders = Object.entries(CONTENDERS).map(([name, { module, orders }]) => ({
      name,
      measure: () =>
        measureProducer(services, name, new URL(module, import.meta.url), {
          orders: Math.ceil(orders * scale),
          concurrency: CONCURRENCY,
        }),
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
        ratioGoal('produce/one-at-a-time', 'times one at a time', rate('ours') / rate('one at a time'), 8),
        ratioGoal('produce/limit', 'of the limit', rate('ours') / rate('limit: bare batches'), 0.9),
      ],
    };
  },
};
