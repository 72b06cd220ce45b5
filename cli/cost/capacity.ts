import { type Demand, meanRate } from './demand.ts';
import { invokeMs, isAssumed } from './measured.ts';
import { fullBatch } from './queue-flow.ts';
import { confirms, loads, orderConsumers, type QueueConsumer, type Settings } from './read-settings.ts';

/** How much one consumer can take, and what it makes of a rush and of a backlog. Rates are orders a second. */
export interface ConsumerCapacity {
  name: string;
  /** Batches under way at once. */
  atOnce: number;
  batch: number;
  /** Of a full batch. */
  invokeMs: number;
  /** Its duration was never measured, and `--invoke-ms` does not give it; default: it is measured or given. */
  assumed?: boolean;
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
 * Consumers of confirmed orders receive no more than the one that confirms lets through, and drain a backlog no sooner.
 *
 * @param peak orders a second in the peak hour
 * @param backlog orders that wait in the order queue
 */
export function capacityOf(
  settings: Settings,
  demand: Demand,
  peak: number,
  backlog: number,
): ConsumerCapacity[] {
  const mean = meanRate(demand);

  function describe(consumer: QueueConsumer, most: number): ConsumerCapacity {
    const { queue, memoryMb, maximumConcurrency, retentionSeconds } = consumer;
    const name = queue.consumer;
    const atOnce = loads(queue) ? LOADS_AT_ONCE : maximumConcurrency;
    const batch = fullBatch(consumer);
    const durationMs = invokeMs(name, memoryMb, batch, demand.known);
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
      ...(isAssumed(name, demand.known) && { assumed: true }),
      ordersPerSecond,
      afterPeakHour,
      peakDrainSeconds: drainSeconds(afterPeakHour),
      backlogDrainSeconds: drainSeconds(backlog),
      retentionSeconds,
    };
  }

  let most = Number.POSITIVE_INFINITY;
  return orderConsumers(settings).map((consumer) => {
    const capacity = describe(consumer, most);
    if (confirms(consumer.queue)) most = capacity.ordersPerSecond;
    return capacity;
  });
}

/** The consumer that lets the fewest orders through. */
export function slowestOf(capacities: readonly ConsumerCapacity[]): ConsumerCapacity {
  return capacities.reduce((slowest, each) =>
    each.ordersPerSecond < slowest.ordersPerSecond ? each : slowest,
  );
}
