import { type Demand, meanRate } from './demand.ts';
import { type FunctionName, invokeMs } from './measured.ts';
import { flowOf, type QueueFlow } from './queue-flow.ts';
import type { Consumer, Settings } from './read-settings.ts';

/** How orders go through the pipeline. */
export type Manner =
  /** In the batches that the mean rate makes. */
  | 'mean'
  /** In full batches, as while there is a backlog. */
  | 'full'
  /** One at a time from the client to the shipment; sales go on in batches, since a warehouse cannot load one by one. */
  | 'single';

/** The flow behind each queue; those of parts that are off are left out. */
export interface Flows {
  consumer: QueueFlow;
  fulfillment?: QueueFlow;
  analytics?: QueueFlow;
}

export function flowsOf({ consumer, shipping, sales }: Settings, demand: Demand, manner: Manner): Flows {
  const flow = (name: FunctionName, settings: Consumer, alone: boolean) =>
    flowOf(
      alone ? { ...settings, batchSize: 1, windowSeconds: 0 } : settings,
      meanRate(demand),
      (orders) => invokeMs(name, settings.memoryMb, orders, demand.known) / 1_000,
      manner === 'full' ? 'full' : 'mean',
    );
  const alone = manner === 'single';
  return {
    consumer: flow('consumer', consumer, alone),
    ...(shipping && { fulfillment: flow('fulfillment', shipping.fulfillment, alone) }),
    ...(sales && { analytics: flow('analytics', sales.analytics, false) }),
  };
}
