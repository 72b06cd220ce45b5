import { startServices } from '../processes/start-services.ts';
import { measureProducer } from '../produce/measure-producer.ts';
import { COUNTED, medianOf, ratioGoal, type Suite, takeTurns } from '../suite.ts';
import { measureIngest, measureParsing } from './measure-ingest.ts';

const ORDERS = 1_000_000;
/** A run takes minutes, long enough to average out noise. */
const MAX_REPEATS = 1;
/** A tenth of the orders is enough to measure the queue's limit. */
const QUEUE_ORDERS = 100_000;
const BARE_BATCHES = new URL('../produce/bare-batches.ts', import.meta.url);
/** Number of concurrent requests of ingest: two parts of a file, with four portions each, with eight requests each. */
const REQUESTS_AT_ONCE = 64;

export const ingest: Suite = {
  name: 'ingest',
  title: 'A file of a million orders, from the upload bucket into the order queue.',
  async run({ repeats, scale, log }) {
    await using services = startServices();
    const orders = Math.ceil(ORDERS * scale);
    const contenders = [
      { name: 'NDJSON', measure: () => measureIngest(services, 'ndjson', orders) },
      { name: 'CSV', measure: () => measureIngest(services, 'csv', orders) },
      { name: 'NDJSON, gzipped', measure: () => measureIngest(services, 'gzip', orders) },
      { name: 'limit: JSON.parse of lines', measure: () => measureParsing(services, orders) },
      {
        name: 'limit: sends to the queue',
        measure: () =>
          measureProducer(services, 'bare batches', BARE_BATCHES, {
            orders: Math.ceil(QUEUE_ORDERS * scale),
            concurrency: REQUESTS_AT_ONCE,
          }),
      },
    ];
    const results = await takeTurns(contenders, Math.min(repeats, MAX_REPEATS), log);
    const files = ['NDJSON', 'CSV', 'NDJSON, gzipped'];
    const queueRate = medianOf(results, 'limit: sends to the queue', 'ordersPerSecond');
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
        ...files.map((name) => {
          const rate = medianOf(results, name, 'ordersPerSecond');
          return ratioGoal(`ingest/${name}`, 'of the sends to the queue', rate / queueRate, 0.8);
        }),
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
