import type { Demand } from '../../../cli/cost/demand.ts';
import type { Consumer, Settings } from '../../../cli/cost/read-settings.ts';

const queue = { pollSeconds: 20, retentionSeconds: 345_600 };
const traced = { memoryMb: 512, traced: true, logDays: 30 };

export const CONSUMER: Consumer = {
  ...queue,
  ...traced,
  batchSize: 100,
  windowSeconds: 1,
  maximumConcurrency: 5,
};

/** Settings that have something of everything that costs anything. */
export const WHOLE_SETTINGS: Settings = {
  intake: traced,
  intakeLimit: 500,
  accessLogDays: 30,
  consumer: CONSUMER,
  ingest: { ...CONSUMER, batchSize: 1, windowSeconds: 0, maximumConcurrency: 2 },
  shipping: { fulfillment: CONSUMER, minCapacity: 0, maxCapacity: 4, pauseSeconds: 300 },
  sales: {
    analytics: { ...CONSUMER, batchSize: 500, windowSeconds: 10, maximumConcurrency: 2 },
    baseCapacity: 4,
    maxCapacity: 8,
  },
  keys: 1,
  secrets: 2,
  alarmMetrics: 12,
  compositeAlarms: 1,
  dashboards: 1,
  orderEventsEncrypted: true,
};

/** Ten orders a second: 25,920,000 in a month of 30 days. */
export const TEN_A_SECOND: Demand = {
  ordersPerDay: 864_000,
  via: 'http',
  emails: true,
  known: { intake: 20, consumer: 100, fulfillment: 50, analytics: 10_000 },
};
