import { measureBacklog } from '../confirm/measure-backlog.ts';
import { startServices } from '../processes/start-services.ts';
import { type ContenderResult, medianOf, ratioGoal, type Suite, takeTurns } from '../suite.ts';
import { planBacklog } from '../window.ts';

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
/** `--percent` scales backlogs above this number. The rate of shorter ones depends on their number of orders. */
const UNSCALED = 10_000;
/** Batch size of the consumer's event source mapping. */
const BATCH_SIZE = 100;
const CONSUMER = new URL('../confirm/ours.ts', import.meta.url);

export const growth: Suite = {
  name: 'growth',
  title: 'The consumer on backlogs of up to a million orders, with up to 8 concurrent batches.',
  async run({ repeats, scale, log }) {
    await using services = startServices();
    const countOf = (orders: number) =>
      orders <= UNSCALED ? orders : Math.max(2 * UNSCALED, Math.ceil(orders * scale));
    const planOf = ({ orders, concurrency }: { orders: number; concurrency: number }) =>
      planBacklog(countOf(orders), concurrency * BATCH_SIZE);
    const nameOf = (each: { orders: number; concurrency: number }) => {
      const { orders, from } = planOf(each);
      const start = from === 0 ? ', from the start' : '';
      return `${orders.toLocaleString('en')} orders, ${each.concurrency} concurrent${start}`;
    };
    const contenders: ContenderResult[] = [];
    for (const maxRepeats of [5, 2, 1]) {
      const cases = CASES.filter((each) => each.maxRepeats === maxRepeats)
        .map((each) => ({ ...each, name: nameOf(each), plan: planOf(each) }))
        // With a low --percent, two cases may have the same number of orders.
        .filter(({ name }) => contenders.every((other) => other.name !== name));
      const turns = cases.map(({ name, plan, concurrency }) => ({
        name,
        measure: () => measureBacklog(services, name, CONSUMER, { plan, concurrency }),
      }));
      contenders.push(...(await takeTurns(turns, Math.min(repeats, maxRepeats), log)));
    }
    const rate = (orders: number) =>
      medianOf(contenders, nameOf({ orders, concurrency: 8 }), 'ordersPerSecond');
    const longest = countOf(1_000_000).toLocaleString('en');
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
          `orders/s of a backlog of ${longest}, times that of 10,000`,
          rate(1_000_000) / rate(10_000),
          1,
        ),
      ],
    };
  },
};
