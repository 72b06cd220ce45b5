import { percentile } from '../../bench/percentile.ts';

/** How fast a backlog was drained, in orders a second. */
export interface DrainRates {
  least: number;
  median: number;
  most: number;
  /** Of the first, and of the last quarter of the orders. */
  first: number;
  last: number;
}

/** What rates are read off: seconds since the consumers were let go, and orders confirmed by then. */
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
