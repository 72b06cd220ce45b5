import { describe, expect, it } from 'vitest';
import { capacityOf, slowestOf } from '../../../cli/cost/capacity.ts';
import type { Settings } from '../../../cli/cost/read-settings.ts';
import { TEN_A_SECOND, WHOLE_SETTINGS, withConsumer, without } from './whole-settings.ts';

/** Consumer: 5 × 100 / 0.1 s. Fulfillment: 5 × 100 / 0.05 s. Analytics: one load of 500 in 10 s, whatever its throttle. */
const RATES = { consumer: 5_000, fulfillment: 10_000, analytics: 50 };

const capacities = (peak: number, backlog: number, settings: Settings = WHOLE_SETTINGS) =>
  Object.fromEntries(capacityOf(settings, TEN_A_SECOND, peak, backlog).map((each) => [each.name, each]));

describe('capacity', () => {
  it('is batches at once × orders of a full batch / its duration', () => {
    const rates = Object.entries(capacities(30, 0)).map(([name, each]) => [name, each.ordersPerSecond]);
    expect(Object.fromEntries(rates)).toEqual(RATES);
  });

  it('is that of the slowest of all', () => {
    expect(slowestOf(Object.values(capacities(30, 0))).name).toBe('analytics');
    expect(slowestOf(Object.values(capacities(30, 0, without('analytics')))).name).toBe('consumer');
  });

  it('drains a backlog with what the mean rate leaves of it', () => {
    // 1,000,000 / (5,000 - 10), and / (50 - 10).
    const { consumer, fulfillment, analytics } = capacities(30, 1_000_000);
    expect(consumer?.backlogDrainSeconds).toBeCloseTo(200.4, 1);
    expect(analytics?.backlogDrainSeconds).toBe(25_000);
    // It could be faster than the consumer in front of it, but gets no more.
    expect(fulfillment?.backlogDrainSeconds).toBeCloseTo(200.4, 1);
  });

  it('has no queue grow in a peak that all can take', () => {
    const all = Object.values(capacities(50, 0));
    expect(all.map(({ afterPeakHour }) => afterPeakHour)).toEqual([0, 0, 0]);
    expect(all.map(({ peakDrainSeconds }) => peakDrainSeconds)).toEqual([0, 0, 0]);
  });

  it('has a queue grow by what is too much, and tells when that is gone', () => {
    // (60 - 50) × 3,600 s = 36,000, at 40 a second.
    expect(capacities(60, 0).analytics).toMatchObject({ afterPeakHour: 36_000, peakDrainSeconds: 900 });
  });

  it('lets no more through to shipping and sales than the consumer takes', () => {
    // 6,000 come, 5,000 pass: (6,000 - 5,000) × 3,600 wait in front of the consumer, (5,000 - 50) × 3,600 behind it.
    const { consumer, fulfillment, analytics } = capacities(6_000, 0);
    expect(consumer?.afterPeakHour).toBe(3_600_000);
    expect(fulfillment?.afterPeakHour).toBe(0);
    expect(analytics?.afterPeakHour).toBe(17_820_000);
  });

  it('never drains what comes faster than it goes', () => {
    const settings = withConsumer('analytics', { batchSize: 100 });
    // One load of 100 in 10 s is just what comes in.
    expect(capacities(30, 1, settings).analytics?.backlogDrainSeconds).toBe(Number.POSITIVE_INFINITY);
  });
});
