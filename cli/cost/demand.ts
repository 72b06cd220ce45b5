import type { KnownTimes } from './measured.ts';

/** The load on the pipeline. */
export interface Demand {
  ordersPerDay: number;
  /** The way in which orders arrive: one per `POST /orders`, or ten per request of another system to the order queue. */
  via: 'http' | 'queue';
  /** Whether SNS e-mails every confirmation to the customer. */
  emails: boolean;
  /** Known durations of functions. */
  known: KnownTimes;
}

/** The length of a month. */
export const MONTH = { days: 30, hours: 720, seconds: 2_592_000 } as const;

const SECONDS_PER_DAY = 86_400;

/** Returns the mean orders a second. */
export const meanRate = ({ ordersPerDay }: Demand): number => ordersPerDay / SECONDS_PER_DAY;
