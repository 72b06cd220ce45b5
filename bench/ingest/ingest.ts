import type { ClientKind } from '../processes/clients.ts';
import { startServices } from '../processes/start-services.ts';
import { measureProducer } from '../produce/measure-producer.ts';
import { COUNTED, medianOf, ratioGoal, type Suite, takeTurns } from '../suite.ts';
import { planRun } from '../window.ts';
import { measureIngest, measureParsing } from './measure-ingest.ts';

const ORDERS = 1_000_000;
/** A run takes minutes, long enough to average out noise. */
const MAX_REPEATS = 1;
/** Minimum number of orders, some five seconds. */
const MIN_ORDERS = 40_000;
/** A tenth of the orders is enough to measure the queue's limit. */
const QUEUE_RUN = { warmUp: 20_000, measured: 80_000 };
const BARE_BATCHES = new URL('../produce/bare-batches.ts', import.meta.url);
/** Number of concurrent requests of ingest: two parts of a file, with four portions each, with eight requests each. */
const REQUESTS_AT_ONCE = 64;
/** Maximum number of orders in a request to the queue. */
const BATCH_SIZE = 10;
const LIMITS = {
  'limit: sends to the queue': 'stock',
  'limit: sends to the queue, our clients': 'ours',
} as const satisfies Record<string, ClientKind>;

export const ingest: Suite = {
  name: 'ingest',
  title: 'A file of a million orders, from the upload bucket into the order queue.',
  async run({ repeats, scale, log }) {
    await using services = startServices();
    const inFlight = REQUESTS_AT_ONCE * BATCH_SIZE;
    // A file is measured from its start, so a short one would mostly show how long the start takes.
    const orders = Math.max(Math.ceil(ORDERS * scale), MIN_ORDERS);
    const contenders = [
      { name: 'NDJSON', measure: () => measureIngest(services, 'ndjson', orders) },
      { name: 'CSV', measure: () => measureIngest(services, 'csv', orders) },
      { name: 'NDJSON, gzipped', measure: () => measureIngest(services, 'gzip', orders) },
      { name: 'limit: JSON.parse of lines', measure: () => measureParsing(services, orders) },
      ...Object.entries(LIMITS).map(([name, clients]) => ({
        name,
        measure: () =>
          measureProducer(services, name, BARE_BATCHES, {
            plan: planRun(QUEUE_RUN, inFlight, scale),
            concurrency: REQUESTS_AT_ONCE,
            clients,
          }),
      })),
    ];
    const results = await takeTurns(contenders, Math.min(repeats, MAX_REPEATS), log);
    const files = ['NDJSON', 'CSV', 'NDJSON, gzipped'];
    const rate = (name: string) => medianOf(results, name, 'ordersPerSecond');
    return {
      metrics: [
        { name: 'ordersPerSecond', title: 'orders/s', digits: 0, compared: true },
        { name: 'megabytesPerSecond', title: 'MB/s', digits: 1 },
        { name: 'requestsPerOrder', title: 'requests/order', digits: 3 },
        { name: 'cpuMs', title: 'CPU ms per 1,000', digits: 0 },
        { name: 'peakMebibytes', title: 'peak MiB', digits: 0 },
      ],
      contenders: results,
      goals: [
        ...files.map((name) =>
          ratioGoal(
            `ingest/${name}`,
            'of the sends to the queue',
            rate(name) / rate('limit: sends to the queue'),
            0.8,
          ),
        ),
        ratioGoal(
          'ingest/our-clients',
          'of the sends to the queue with our clients, the slowest format',
          Math.min(...files.map(rate)) / rate('limit: sends to the queue, our clients'),
          0.8,
        ),
        {
          id: 'ingest/memory',
          title: 'MB of peak resident memory',
          value: (Math.max(...files.map((name) => medianOf(results, name, 'peakMebibytes'))) * 2 ** 20) / 1e6,
          bound: { atMost: 256 },
          tolerance: COUNTED * 5,
        },
      ],
    };
  },
};
