import { table } from '../../cli/table.ts';
import { percentile } from '../../harness/statistics.ts';
import type { BacklogCase } from './run-backlog.ts';

const MIB = 2 ** 20;
/** Seconds over which a rate is taken. */
const INTERVAL_SECONDS = 10;

/** How each backlog was drained. */
export function formatBacklog(cases: readonly BacklogCase[], orders: number): string {
  const columns = cases.map(
    ({ samples, fillSeconds, confirmSeconds, storeSeconds, broken, keptPerOrder }) => {
      const rates = drainRates(samples, orders, INTERVAL_SECONDS);
      /** Resident memory while from a quarter to a half of the orders, and while the last quarter of them, were confirmed. */
      const memory = (from: number, to: number) => {
        const during = samples.filter(
          ({ confirmed }) => confirmed >= from * orders && confirmed <= to * orders,
        );
        return number(
          (percentile(
            during.map(({ rss }) => rss),
            0.5,
          ) ?? 0) / MIB,
        );
      };
      return [
        number(orders / fillSeconds),
        number(confirmSeconds),
        number(storeSeconds),
        number(orders / confirmSeconds),
        [rates.least, rates.median, rates.most].map(number).join(', '),
        [rates.first, rates.last].map(number).join(', '),
        number((samples[0]?.rss ?? 0) / MIB),
        memory(0.25, 0.5),
        memory(0.75, 1),
        number(Math.max(...samples.map(({ rss }) => rss)) / MIB),
        number(keptPerOrder),
        number(Math.max(...samples.map(({ postgres }) => postgres)) / MIB),
        number(Math.max(...samples.map(({ handles }) => handles))),
        broken.length > 0 ? `NOT: ${broken.join(', ')}` : 'yes',
      ];
    },
  );
  const names = [
    'filled, orders/s',
    'confirmed after, s',
    'stored after, s',
    'confirmed, orders/s',
    `in ${INTERVAL_SECONDS} s: least, median, most`,
    'first, last quarter',
    'RSS with all in the queue, MiB',
    'in the second quarter, MiB',
    'in the last quarter, MiB',
    'most, MiB',
    'heap kept for an order, bytes',
    'Postgres at most, MiB',
    'handles at most',
    'nothing lost, nothing doubled',
  ];
  const rows = names.map((name, index) => [name, ...columns.map((column) => column[index] ?? '')]);
  const header = [`${number(orders)} orders`, ...cases.map(({ data }) => (data ? '--data' : 'in memory'))];
  return table(header, rows, `l${'r'.repeat(cases.length)}`);
}

const number = (value: number): string => Math.round(value).toLocaleString('en');

/** How fast a backlog was drained, in orders a second. */
export interface DrainRates {
  least: number;
  median: number;
  most: number;
  /** The rates of the first and the last quarter of the orders. */
  first: number;
  last: number;
}

/** Seconds since the consumers were started, and orders confirmed by then. */
interface Progress {
  second: number;
  confirmed: number;
}

/**
 * The rates of intervals in which a backlog was drained: those with less than all and more than none of it done, so without start
 * and end.
 *
 * @param intervalSeconds what an interval has at least: a rate of less time is one of single batches
 */
export function drainRates(
  progress: readonly Progress[],
  orders: number,
  intervalSeconds: number,
): DrainRates {
  const underWay = progress.filter(({ confirmed }) => confirmed > 0 && confirmed < orders);
  const rates: number[] = [];
  let from = underWay[0];
  for (const to of underWay) {
    if (!from || to.second - from.second < intervalSeconds) continue;
    rates.push(rateBetween(from, to));
    from = to;
  }
  const quarter = (share: number) =>
    underWay.filter(({ confirmed }) => Math.floor((confirmed / orders) * 4) === share);
  return {
    least: percentile(rates, Number.MIN_VALUE) ?? 0,
    median: percentile(rates, 0.5) ?? 0,
    most: percentile(rates, 1) ?? 0,
    first: rateOf(quarter(0)),
    last: rateOf(quarter(3)),
  };
}

const rateOf = (progress: readonly Progress[]): number => {
  const [from] = progress;
  const to = progress.at(-1);
  return from && to && from !== to ? rateBetween(from, to) : 0;
};

const rateBetween = (from: Progress, to: Progress): number =>
  (to.confirmed - from.confirmed) / (to.second - from.second);
