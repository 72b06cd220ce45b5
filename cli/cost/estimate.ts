import { type ConsumerCapacity, capacityOf } from './capacity.ts';
import { costLines } from './cost-lines.ts';
import { type Demand, meanRate } from './demand.ts';
import type { CostLine } from './prices.ts';
import { type BatchScenario, hopsOf, type QueueFlow } from './queue-flow.ts';
import type { Settings } from './read-settings.ts';
import { type OrderRequests, requestsPerOrder } from './requests-per-order.ts';

/** The monthly bill for one way of batching. */
export interface Bill {
  /** By function name. */
  flows: Record<string, QueueFlow>;
  requests: OrderRequests[];
  lines: CostLine[];
  /** USD a month. */
  monthly: number;
}

/** Cost and capacity. Rates are orders a second. */
export interface Estimate {
  demand: Demand;
  meanRate: number;
  peakRate: number;
  backlog: number;
  /** Requests a second that `POST /orders` accepts; undefined if there is no limit or orders arrive another way. */
  intakeLimit: number | undefined;
  bills: Record<BatchScenario, Bill>;
  capacities: ConsumerCapacity[];
}

/**
 * Estimates the cost of a demand, and the capacity of the settings. docs/cost-example.md shows the arithmetic of one estimate.
 *
 * @param peakRate Orders a second in the peak hour.
 * @param backlog Orders waiting in the order queue.
 */
export function estimate(
  settings: Settings,
  { demand, peakRate, backlog }: { demand: Demand; peakRate: number; backlog: number },
): Estimate {
  const bill = (scenario: BatchScenario): Bill => {
    const hops = hopsOf(settings, demand, scenario);
    const requests = requestsPerOrder(hops, demand, scenario);
    const lines = costLines(settings, demand, hops, requests);
    const flows = Object.fromEntries(hops.map(({ name, flow }) => [name, flow]));
    return { flows, requests, lines, monthly: lines.reduce((sum, { monthly }) => sum + monthly, 0) };
  };
  return {
    demand,
    meanRate: meanRate(demand),
    peakRate,
    backlog,
    intakeLimit: demand.via === 'http' ? settings.intakeLimit : undefined,
    bills: { mean: bill('mean'), full: bill('full'), single: bill('single') },
    capacities: capacityOf(settings, demand, peakRate, backlog),
  };
}
