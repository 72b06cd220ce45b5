import { describe, expect, it } from 'vitest';
import { capacityOf, slowestOf } from '../../../cli/cost/capacity.ts';
import type { Settings } from '../../../cli/cost/read-settings.ts';
import { TEN_A_SECOND, WHOLE_SETTINGS, withConsumer, without } from './whole-settings.ts';

/** Consumer: 5 × 100 / 0.1 s. Fulfillment: 5 × 100 / 0.05 s. Analytics: one load of 500 in 10 s, regardless of its throttle. */
const RATES = { consumer: 5_000, fulfillment: 10_000, analytics: 50 };

const capacities = (peak: number, backlog: number, settings: Settings = WHOLE_SETTINGS) =>
  Object.fromEntries(capacityOf(settings, TEN_A_SECOND, peak, backlog).map((each) => [each.name, each]));

describe('capacityOf', () => {
  it('computes concurrent batches × orders of a full batch / duration of a full batch', () => {
    const rates = Object.entries(capacities(30, 0)).map(([name, each]) => [name, each.ordersPerSecond]);
    expect(Object.fromEntries(rates)).toEqual(RATES);
  });

  it('lets slowestOf find the consumer with the lowest capacity', () => {
    expect(slowestOf(Object.values(capacities(30, 0))).name).toBe('analytics');
    expect(slowestOf(Object.values(capacities(30, 0, without('analytics')))).name).toBe('consumer');
  });

  it('drains a backlog with the capacity that exceeds the mean rate', () => {
    // 1,000,000 / (5,000 - 10), and / (50 - 10).
    const { consumer, fulfillment, analytics } = capacities(30, 1_000_000);
    expect(consumer?.backlogDrainSeconds).toBeCloseTo(200.4, 1);
    expect(analytics?.backlogDrainSeconds).toBe(25_000);
    // It could be faster, but receives no more than the consumer confirms.
    expect(fulfillment?.backlogDrainSeconds).toBeCloseTo(200.4, 1);
  });

  it('leaves no orders in a queue if the peak is within every capacity', () => {
    const all = Object.values(capacities(50, 0));
    expect(all.map(({ afterPeakHour }) => afterPeakHour)).toEqual([0, 0, 0]);
    expect(all.map(({ peakDrainSeconds }) => peakDrainSeconds)).toEqual([0, 0, 0]);
  });

  it('leaves the orders above the capacity in a queue, and computes when they are drained', () => {
    // (60 - 50) × 3,600 s = 36,000, at 40 a second.
    expect(capacities(60, 0).analytics).toMatchObject({ afterPeakHour: 36_000, peakDrainSeconds: 900 });
  });

  it('limits the orders of shipping and sales to the capacity of the consumer', () => {
    // Of 6,000, 5,000 pass: (6,000 - 5,000) × 3,600 wait in the order queue, (5,000 - 50) × 3,600 in the analytics queue.
    const { consumer, fulfillment, analytics } = capacities(6_000, 0);
    expect(consumer?.afterPeakHour).toBe(3_600_000);
    expect(fulfillment?.afterPeakHour).toBe(0);
    expect(analytics?.afterPeakHour).toBe(17_820_000);
  });

  it('never drains a queue whose orders arrive as fast as they are processed', () => {
    const settings = withConsumer('analytics', { batchSize: 100 });
    // One load of 100 in 10 s equals the mean rate.
    expect(capacities(30, 1, settings).analytics?.backlogDrainSeconds).toBe(Number.POSITIVE_INFINITY);
  });
});
