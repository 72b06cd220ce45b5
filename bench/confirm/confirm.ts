import { startServices } from '../processes/start-services.ts';
import { COUNTED, type Goal, medianOf, ratioGoal, type Suite, takeTurns } from '../suite.ts';
import { backlogOf, CONTENDERS, moduleOf, NAMES, type Name } from './contenders.ts';
import { measureLatency } from './measure-latency.ts';

/** Peers that confirm an order once even if it is sent or delivered twice. They remember it for an hour, ours for 30 days. */
const IDEMPOTENT_PEERS: readonly Name[] = ['Powertools, idempotent'];
/** Duration of the run at half load, in seconds. A shorter one would be mostly the start of the process. */
const HALF_LOAD_SECONDS = 8;

export const confirm: Suite = {
  name: 'confirm',
  title: 'Orders from the order queue to the topic: first a backlog, then half of the rate that was reached.',
  async run({ repeats, scale, log }) {
    await using services = startServices();
    const results = await takeTurns(
      NAMES.map((name) => backlogOf(services, name, scale)),
      repeats,
      log,
    );
    const rate = (name: Name) => medianOf(results, name, 'ordersPerSecond');
    const latencies = await takeTurns(
      NAMES.filter((name) => !name.startsWith('limit')).map((name) => ({
        name,
        measure: () =>
          measureLatency(services, name, moduleOf(name), {
            rate: Math.ceil(rate(name) / 2),
            seconds: HALF_LOAD_SECONDS,
            concurrency: CONTENDERS[name].concurrency,
            log,
          }),
      })),
      1,
      log,
    );
    return {
      metrics: [
        { name: 'ordersPerSecond', title: 'orders/s', digits: 0, compared: true },
        { name: 'requestsPerOrder', title: 'requests/order', digits: 2 },
        { name: 'cpuMs', title: 'CPU ms per 1,000', digits: 0 },
        { name: 'p50', title: 'p50 ms', digits: 0 },
        { name: 'p99', title: 'p99 ms', digits: 0 },
      ],
      contenders: results.map(({ name, samples }) => ({
        name,
        samples: [...samples, ...(latencies.find((each) => each.name === name)?.samples ?? [])],
      })),
      goals: goalsOf(rate, {
        id: 'confirm/requests',
        title: 'requests per confirmed order, from send to delete',
        value: medianOf(results, 'ours', 'requestsPerOrder') + medianOf(results, 'ours', 'sendsPerOrder'),
        bound: { atMost: 0.5 },
        tolerance: COUNTED,
      }),
    };
  },
};

function goalsOf(rate: (name: Name) => number, requests: Goal): Goal[] {
  const ours = rate('ours');
  const fastest = Math.max(...IDEMPOTENT_PEERS.map(rate));
  const ofLimit = (id: string, title: string, name: Name) => ratioGoal(id, title, ours / rate(name), 0.6);
  return [
    ratioGoal('confirm/one-at-a-time', 'times one at a time', ours / rate('one at a time'), 10),
    ratioGoal('confirm/same-guarantees', 'times the fastest idempotent peer', ours / fastest, 3),
    ofLimit('confirm/limit', 'of the limit', 'limit: bare batches'),
    ofLimit('confirm/limit-our-clients', 'of the limit with our clients', 'limit: bare batches, our clients'),
    ofLimit('confirm/limit-with-ledger', 'of the limit with a ledger', 'limit, with a ledger'),
    ofLimit(
      'confirm/limit-with-ledger-our-clients',
      'of the limit with a ledger and our clients',
      'limit, with a ledger, our clients',
    ),
    requests,
  ];
}
