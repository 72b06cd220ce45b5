import { table } from '../../cli/table.ts';
import { percentile } from '../../harness/statistics.ts';
import type { BacklogCase } from './run-backlog.ts';

const MIB = 2 ** 20;
/** Seconds per interval of a rate. */
const INTERVAL_SECONDS = 10;

/** Formats the results of backlogs as a table. */
export function formatBacklog(cases: readonly BacklogCase[], orders: number): string {
  const columns = cases.map(
    ({ samples, fillSeconds, confirmSeconds, storeSeconds, broken, keptPerOrder }) => {
      const rates = drainRates(samples, orders, INTERVAL_SECONDS);
      /** Median resident memory while this range of the orders was confirmed. */
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
        [rates.min, rates.median, rates.max].map(number).join(', '),
        [rates.first, rates.last].map(number).join(', '),
        number((samples[0]?.rss ?? 0) / MIB),
        memory(0.25, 0.5),
        memory(0.75, 1),
        number(Math.max(...samples.map(({ rss }) => rss)) / MIB),
        number(keptPerOrder),
        number(Math.max(...samples.map(({ postgres }) => postgres)) / MIB),
        number(Math.max(...samples.map(({ handles }) => handles))),
        broken.length > 0 ? `no: ${broken.join(', ')}` : 'yes',
      ];
    },
  );
  const names = [
    'sent, orders/s',
    'all confirmed after, s',
    'all stored after, s',
    'confirmed, orders/s',
    `per ${INTERVAL_SECONDS} s: min, median, max`,
    'first quarter, last quarter',
    'RSS with all orders queued, MiB',
    'RSS in the second quarter, MiB',
    'RSS in the last quarter, MiB',
    'RSS max, MiB',
    'heap retained per order, bytes',
    'Postgres max, MiB',
    'handles max',
    'no order lost or repeated',
  ];
  const rows = names.map((name, index) => [name, ...columns.map((column) => column[index] ?? '')]);
  const header = [`${number(orders)} orders`, ...cases.map(({ data }) => (data ? '--data' : 'in memory'))];
  return table(header, rows, `l${'r'.repeat(cases.length)}`);
}

const number = (value: number): string => Math.round(value).toLocaleString('en');

/** Rates at which a backlog was drained, in orders per second. */
export interface DrainRates {
  min: number;
  median: number;
  max: number;
  /** The rates of the first and the last quarter of the orders. */
  first: number;
  last: number;
}

/** Orders confirmed, by seconds since the consumers started. */
interface Progress {
  second: number;
  confirmed: number;
}

/**
 * Computes the rates of a backlog while it drains. Excludes the time before the first and after the last confirmation.
 *
 * @param intervalSeconds Minimum length of an interval. Shorter ones would measure single batches.
 */
export function drainRates(
  progress: readonly Progress[],
  orders: number,
  intervalSeconds: number,
): DrainRates {
  const draining = progress.filter(({ confirmed }) => confirmed > 0 && confirmed < orders);
  const rates: number[] = [];
  let from = draining[0];
  for (const to of draining) {
    if (!from || to.second - from.second < intervalSeconds) continue;
    rates.push(rateBetween(from, to));
    from = to;
  }
  const quarter = (share: number) =>
    draining.filter(({ confirmed }) => Math.floor((confirmed / orders) * 4) === share);
  return {
    min: percentile(rates, Number.MIN_VALUE) ?? 0,
    median: percentile(rates, 0.5) ?? 0,
    max: percentile(rates, 1) ?? 0,
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
