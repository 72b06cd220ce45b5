import { measureBacklog } from '../confirm/measure-backlog.ts';
import { startServices } from '../processes/start-services.ts';
import { type ContenderResult, medianOf, ratioGoal, type Suite, takeTurns } from '../suite.ts';

/** Cases: concurrent batches, orders waiting at the start, and the maximum number of runs. */
const CASES = [
  { concurrency: 1, orders: 10_000, maxRepeats: 5 },
  { concurrency: 2, orders: 10_000, maxRepeats: 5 },
  { concurrency: 4, orders: 10_000, maxRepeats: 5 },
  { concurrency: 8, orders: 10_000, maxRepeats: 5 },
  { concurrency: 8, orders: 1_000, maxRepeats: 5 },
  { concurrency: 8, orders: 100_000, maxRepeats: 2 },
  { concurrency: 8, orders: 1_000_000, maxRepeats: 1 },
];
const CONSUMER = new URL('../confirm/ours.ts', import.meta.url);

export const growth: Suite = {
  name: 'growth',
  title: 'The consumer on backlogs of up to a million orders, with up to 8 concurrent batches.',
  async run({ repeats, scale, log }) {
    await using services = startServices();
    const nameOf = ({ concurrency, orders }: { concurrency: number; orders: number }) =>
      `${Math.ceil(orders * scale).toLocaleString('en')} orders, ${concurrency} concurrent`;
    const contenders: ContenderResult[] = [];
    for (const maxRepeats of [5, 2, 1]) {
      const cases = CASES.filter((each) => each.maxRepeats === maxRepeats).map((each) => ({
        name: nameOf(each),
        measure: () =>
          measureBacklog(services, nameOf(each), CONSUMER, {
            orders: Math.ceil(each.orders * scale),
            concurrency: each.concurrency,
          }),
      }));
      contenders.push(...(await takeTurns(cases, Math.min(repeats, maxRepeats), log)));
    }
    const rate = (orders: number) =>
      medianOf(contenders, nameOf({ orders, concurrency: 8 }), 'ordersPerSecond');
    return {
      metrics: [
        { name: 'ordersPerSecond', title: 'orders/s', digits: 0 },
        { name: 'requestsPerOrder', title: 'requests/order', digits: 2 },
        { name: 'cpuMs', title: 'CPU ms per 1,000', digits: 0 },
      ],
      contenders,
      goals: [
        ratioGoal(
          'growth/million',
          'orders/s of a backlog of 1,000,000, times that of 10,000',
          rate(1_000_000) / rate(10_000),
          1,
        ),
      ],
    };
  },
};
