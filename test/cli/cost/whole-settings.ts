import type { Demand } from '../../../cli/cost/demand.ts';
import type { Consumer, QueueConsumer, Settings } from '../../../cli/cost/read-settings.ts';
import { type QueueRow, queueNamed } from '../../../topology.ts';

const queue = { pollSeconds: 20, retentionSeconds: 345_600 };
const traced = { memoryMb: 512, traced: true, logDays: 30 };

export const CONSUMER: Consumer = {
  ...queue,
  ...traced,
  batchSize: 100,
  windowSeconds: 1,
  maximumConcurrency: 5,
};

/** Settings that use every price. */
export const WHOLE_SETTINGS: Settings = {
  intake: traced,
  intakeLimit: 500,
  accessLogDays: 30,
  consumers: {
    consumer: { ...CONSUMER, queue: queueNamed('order') },
    fulfillment: { ...CONSUMER, queue: queueNamed('shipping') },
    analytics: {
      ...CONSUMER,
      queue: queueNamed('analytics'),
      batchSize: 500,
      windowSeconds: 10,
      maximumConcurrency: 2,
    },
    ingest: {
      ...CONSUMER,
      queue: queueNamed('upload'),
      batchSize: 1,
      windowSeconds: 0,
      maximumConcurrency: 2,
    },
  },
  shippingDatabase: { minCapacity: 0, maxCapacity: 4, pauseSeconds: 300 },
  salesDatabase: { baseCapacity: 4, maxCapacity: 8 },
  keys: 1,
  secrets: 2,
  alarmMetrics: 12,
  compositeAlarms: 1,
  dashboards: 1,
  orderEventsEncrypted: true,
};

/** Returns the settings with other values for one of the consumers. */
export function withConsumer(name: string, changes: Partial<QueueConsumer>): Settings {
  const consumer = WHOLE_SETTINGS.consumers[name];
  if (!consumer) throw new Error(`${name}: WHOLE_SETTINGS has no such consumer`);
  return {
    ...WHOLE_SETTINGS,
    consumers: { ...WHOLE_SETTINGS.consumers, [name]: { ...consumer, ...changes } },
  };
}

/** Returns the settings without some of the consumers. */
export function without(...names: readonly string[]): Settings {
  const kept = Object.entries(WHOLE_SETTINGS.consumers).filter(([name]) => !names.includes(name));
  return { ...WHOLE_SETTINGS, consumers: Object.fromEntries(kept) };
}

/** A queue of confirmed orders that is not in topology.ts. Its consumer stores one item per order in its own table. */
export const SURVEY: QueueRow = {
  name: 'survey',
  part: 'survey',
  title: 'Survey queue',
  color: 8,
  holds: 'confirmed order',
  topic: 'OrderEventsTopic',
  purpose: 'Confirmed orders to ask customers about, one event each',
  deadLetters: 'Confirmed orders whose customers were not asked in 3 receives',
  consumer: 'survey',
  timeout: 60,
  batchSize: 100,
  batchingWindow: 1,
  concurrency: 5,
  workerConcurrency: 5,
  ageAlarm: 2_400,
  stores: {
    each: 'survey',
    all: 'surveys',
    in: { tableOutput: 'SurveyTableName' },
    metrics: {
      stored: ['SurveysSent'],
      repeated: 'SurveysRepeated',
      rejected: 'SurveysRejected',
      failed: 'SurveysFailed',
    },
  },
};

/** Ten orders a second: 25,920,000 in a month of 30 days. */
export const TEN_A_SECOND: Demand = {
  ordersPerDay: 864_000,
  via: 'http',
  emails: true,
  known: { intake: 20, consumer: 100, fulfillment: 50, analytics: 10_000 },
};
