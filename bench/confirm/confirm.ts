import { startServices } from '../processes/start-services.ts';
import { COUNTED, medianOf, ratioGoal, type Sample, type Suite, takeTurns } from '../suite.ts';
import { measureBacklog } from './measure-backlog.ts';
import { measureLatency } from './measure-latency.ts';

/** Contenders by name: their module, and the number of orders that takes them some seconds. */
const CONTENDERS = {
  ours: { module: './ours.ts', orders: 30_000 },
  'ours, as a worker': { module: './our-worker.ts', orders: 20_000 },
  'one at a time': { module: './one-at-a-time.ts', orders: 2_000 },
  'sqs-consumer': { module: './sqs-consumer.ts', orders: 10_000 },
  'Powertools, idempotent': { module: './powertools.ts', orders: 4_000 },
  'middy, all settled': { module: './middy.ts', orders: 10_000 },
  'limit: bare batches': { module: './bare-batches.ts', orders: 30_000 },
  'limit, with a ledger': { module: './bare-batches-with-ledger.ts', orders: 30_000 },
};
type Name = keyof typeof CONTENDERS;
/** Peers that confirm an order once even if it is sent or delivered twice. They remember it for an hour, ours for 30 days. */
const IDEMPOTENT_PEERS: readonly Name[] = ['Powertools, idempotent'];
/** Number of concurrent batches or pollers: the consumer's concurrency in serverless.yml. */
const CONCURRENCY = 10;
/** Duration of the run at half load, in seconds. */
const HALF_LOAD_SECONDS = 8;

export const confirm: Suite = {
  name: 'confirm',
  title: 'Orders from the order queue to the topic: first a backlog, then half of the rate that was reached.',
  async run({ repeats, scale, log }) {
    await using services = startServices();
    const names = Object.keys(CONTENDERS) as Name[];
    const moduleOf = (name: Name) => new URL(CONTENDERS[name].module, import.meta.url);
    const results = await takeTurns(
      names.map((name) => ({
        name,
        measure: () =>
          measureBacklog(services, name, moduleOf(name), {
            orders: Math.ceil(CONTENDERS[name].orders * scale),
            concurrency: CONCURRENCY,
          }),
      })),
      repeats,
      log,
    );
    const rate = (name: Name) => medianOf(results, name, 'ordersPerSecond');
    const latencies = await takeTurns(
      names
        .filter((name) => !name.startsWith('limit'))
        .map((name) => ({
          name,
          measure: () =>
            measureLatency(services, name, moduleOf(name), {
              rate: Math.ceil(rate(name) / 2),
              seconds: HALF_LOAD_SECONDS * scale,
              concurrency: CONCURRENCY,
            }),
        })),
      1,
      log,
    );
    const both = results.map(({ name, samples }): { name: string; samples: Sample[] } => ({
      name,
      samples: [...samples, ...(latencies.find((each) => each.name === name)?.samples ?? [])],
    }));
    const fastest = Math.max(...IDEMPOTENT_PEERS.map(rate));
    return {
      metrics: [
        { name: 'ordersPerSecond', title: 'orders/s', digits: 0, compared: true },
        { name: 'requestsPerOrder', title: 'requests/order', digits: 2 },
        { name: 'cpuMs', title: 'CPU ms per 1,000', digits: 0 },
        { name: 'p50', title: 'p50 ms', digits: 0 },
        { name: 'p99', title: 'p99 ms', digits: 0 },
      ],
      contenders: both,
      goals: [
        ratioGoal('confirm/one-at-a-time', 'times one at a time', rate('ours') / rate('one at a time'), 10),
        ratioGoal('confirm/same-guarantees', 'times the fastest idempotent peer', rate('ours') / fastest, 3),
        ratioGoal('confirm/limit', 'of the limit', rate('ours') / rate('limit: bare batches'), 0.6),
        ratioGoal(
          'confirm/limit-with-ledger',
          'of the limit with a ledger',
          rate('ours') / rate('limit, with a ledger'),
          0.6,
        ),
        {
          id: 'confirm/requests',
          title: 'requests per confirmed order, from send to delete',
          value: medianOf(results, 'ours', 'requestsPerOrder') + medianOf(results, 'ours', 'sendsPerOrder'),
          bound: { atMost: 0.5 },
          tolerance: COUNTED,
        },
      ],
    };
  },
};
