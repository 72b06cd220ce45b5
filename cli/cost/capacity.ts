import { type Demand, meanRate } from './demand.ts';
import { invokeMs } from './measured.ts';
import { fullBatch } from './queue-flow.ts';
import type { Consumer, Settings } from './read-settings.ts';

/** How much one consumer can take, and what it makes of a rush and of a backlog. Rates are orders a second. */
export interface ConsumerCapacity {
  name: 'consumer' | 'fulfillment' | 'analytics';
  /** Batches under way at once. */
  atOnce: number;
  batch: number;
  /** Of a full batch. */
  invokeMs: number;
  ordersPerSecond: number;
  /** Orders that an hour of the peak leaves in its queue. */
  afterPeakHour: number;
  /** Seconds until those are gone, once the mean rate is back; Infinity for never. */
  peakDrainSeconds: number;
  /** Seconds until a backlog is gone while orders come in at the mean rate; Infinity for never. */
  backlogDrainSeconds: number;
  /** Seconds that its queue keeps a message. */
  retentionSeconds: number;
}

/** A load locks out the others: docs/sales.md. */
const LOADS_AT_ONCE = 1;

/**
 * What the set throttles let through: batches at once × orders of a full batch / duration of a full batch.
 *
 * Whatever comes to shipping and sales has passed the consumer: they get no more than it lets through, and are done with a
 * backlog no sooner.
 *
 * @param peak orders a second in the peak hour
 * @param backlog orders that wait in the order queue
 */
export function capacityOf(
  { consumer, shipping, sales }: Settings,
  demand: Demand,
  peak: number,
  backlog: number,
): ConsumerCapacity[] {
  const mean = meanRate(demand);

  function describe(
    name: ConsumerCapacity['name'],
    settings: Consumer,
    atOnce: number,
    most: number,
  ): ConsumerCapacity {
    const batch = fullBatch(settings);
    const durationMs = invokeMs(name, settings.memoryMb, batch, demand.known);
    const ordersPerSecond = (atOnce * batch * 1_000) / durationMs;
    const drained = Math.min(ordersPerSecond, most);
    const drainSeconds = (orders: number) =>
      orders === 0 ? 0 : drained > mean ? orders / (drained - mean) : Number.POSITIVE_INFINITY;
    const afterPeakHour = Math.max(0, Math.min(peak, most) - ordersPerSecond) * 3_600;
    return {
      name,
      atOnce,
      batch,
      invokeMs: durationMs,
      ordersPerSecond,
      afterPeakHour,
      peakDrainSeconds: drainSeconds(afterPeakHour),
      backlogDrainSeconds: drainSeconds(backlog),
      retentionSeconds: settings.retentionSeconds,
    };
  }

  const first = describe('consumer', consumer, consumer.maximumConcurrency, Number.POSITIVE_INFINITY);
  const most = first.ordersPerSecond;
  return [
    first,
    ...(shipping
      ? [describe('fulfillment', shipping.fulfillment, shipping.fulfillment.maximumConcurrency, most)]
      : []),
    ...(sales ? [describe('analytics', sales.analytics, LOADS_AT_ONCE, most)] : []),
  ];
}

/** The consumer that lets the fewest orders through. */
export function slowestOf(capacities: readonly ConsumerCapacity[]): ConsumerCapacity {
  return capacities.reduce((slowest, each) =>
    each.ordersPerSecond < slowest.ordersPerSecond ? each : slowest,
  );
}
