import { type Demand, meanRate } from './demand.ts';
import { invokeMs, isAssumed } from './measured.ts';
import { fullBatch } from './queue-flow.ts';
import { confirms, loads, orderConsumers, type QueueConsumer, type Settings } from './read-settings.ts';

/** The capacity of a consumer. Rates are orders a second. */
export interface ConsumerCapacity {
  name: string;
  /** Maximum number of concurrent batches. */
  atOnce: number;
  /** Orders of a full batch. */
  batch: number;
  /** Duration of a full batch. */
  invokeMs: number;
  /** Whether the duration is assumed, because it was neither measured nor given with `--invoke-ms`. Default: false. */
  assumed?: boolean;
  ordersPerSecond: number;
  /** Orders left in its queue after an hour at the peak rate. */
  afterPeakHour: number;
  /** Seconds until the orders left by the peak hour are drained at the mean rate; Infinity for never. */
  peakDrainSeconds: number;
  /** Seconds until a backlog is drained while orders arrive at the mean rate; Infinity for never. */
  backlogDrainSeconds: number;
  /** Retention period of its queue. */
  retentionSeconds: number;
}

/** Loads wait for each other: docs/sales.md. */
const CONCURRENT_LOADS = 1;

/**
 * Computes the capacity of each consumer: concurrent batches × orders of a full batch / duration of a full batch.
 *
 * Consumers of confirmed orders receive orders no faster than the consumer that confirms them.
 *
 * @param peak Orders a second in the peak hour.
 * @param backlog Orders waiting in the order queue.
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
    const atOnce = loads(queue) ? CONCURRENT_LOADS : maximumConcurrency;
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

/** Returns the consumer with the lowest capacity. */
export function slowestOf(capacities: readonly ConsumerCapacity[]): ConsumerCapacity {
  return capacities.reduce((slowest, each) =>
    each.ordersPerSecond < slowest.ordersPerSecond ? each : slowest,
  );
}
