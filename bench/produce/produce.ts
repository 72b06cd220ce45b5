import type { ClientKind } from '../processes/clients.ts';
import { startServices } from '../processes/start-services.ts';
import { medianOf, ratioGoal, type Suite, takeTurns } from '../suite.ts';
import { planRun, type RunLength } from '../window.ts';
import { measureProducer } from './measure-producer.ts';

/** Number of concurrent requests: that of the function `producer`. */
const CONCURRENCY = 16;

interface Producer extends RunLength {
  module: string;
  /** Number of concurrent requests. */
  concurrency: number;
  /** Orders per request. */
  batchSize: number;
  clients?: ClientKind;
}

const LIMIT = {
  module: './bare-batches.ts',
  concurrency: CONCURRENCY,
  batchSize: 10,
  warmUp: 6_000,
  measured: 24_000,
};
const AT_A_TIME = { module: './one-at-a-time.ts', batchSize: 1 };
const SQS_PRODUCER = { module: './sqs-producer.ts', batchSize: 10 };

/** Contenders by name. Each warm-up takes about a second, and the rest some seconds. */
const CONTENDERS = {
  ours: { ...LIMIT, module: './ours.ts' },
  'one at a time': { ...AT_A_TIME, concurrency: 1, warmUp: 600, measured: 2_400 },
  'one at a time, 16 concurrent': {
    ...AT_A_TIME,
    concurrency: CONCURRENCY,
    warmUp: 1_500,
    measured: 6_000,
  },
  'sqs-producer': { ...SQS_PRODUCER, concurrency: 1, warmUp: 3_000, measured: 12_000 },
  'sqs-producer, 16 concurrent': {
    ...SQS_PRODUCER,
    concurrency: CONCURRENCY,
    warmUp: 6_000,
    measured: 24_000,
  },
  'limit: bare batches': LIMIT,
  'limit: bare batches, our clients': { ...LIMIT, clients: 'ours' },
} as const satisfies Record<string, Producer>;

export const produce: Suite = {
  name: 'produce',
  title: 'Sending generated orders to the order queue.',
  async run({ repeats, scale, log }) {
    await using services = startServices();
    const contenders = Object.entries<Producer>(CONTENDERS).map(
      ([name, { module, concurrency, batchSize, clients, ...length }]) => ({
        name,
        measure: () =>
          measureProducer(services, name, new URL(module, import.meta.url), {
            plan: planRun(length, concurrency * batchSize, scale),
            concurrency,
            ...(clients && { clients }),
          }),
      }),
    );
    const results = await takeTurns(contenders, repeats, log);
    const times = (other: keyof typeof CONTENDERS) =>
      medianOf(results, 'ours', 'ordersPerSecond') / medianOf(results, other, 'ordersPerSecond');
    return {
      metrics: [
        { name: 'ordersPerSecond', title: 'orders/s', digits: 0, compared: true },
        { name: 'requestsPerOrder', title: 'requests/order', digits: 3 },
        { name: 'cpuMs', title: 'CPU ms per 1,000', digits: 0 },
      ],
      contenders: results,
      goals: [
        ratioGoal('produce/one-at-a-time', 'times one at a time', times('one at a time'), 8),
        ratioGoal('produce/limit', 'of the limit', times('limit: bare batches'), 0.9),
        ratioGoal(
          'produce/limit-our-clients',
          'of the limit with our clients',
          times('limit: bare batches, our clients'),
          0.9,
        ),
      ],
    };
  },
};
