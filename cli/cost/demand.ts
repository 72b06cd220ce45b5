import type { KnownTimes } from './measured.ts';

/** What is asked of the pipeline. */
export interface Demand {
  ordersPerDay: number;
  /** How orders come in: one each over `POST /orders`, or by tens from another system that sends to the order queue. */
  via: 'http' | 'queue';
  /** Whether every confirmation is mailed to its customer by SNS. */
  emails: boolean;
  known: KnownTimes;
}

/** What a month is reckoned as. */
export const MONTH = { days: 30, hours: 720, seconds: 2_592_000 } as const;

const SECONDS_PER_DAY = 86_400;

/** Orders a second, on the mean of a day. */
export const meanRate = ({ ordersPerDay }: Demand): number => ordersPerDay / SECONDS_PER_DAY;
