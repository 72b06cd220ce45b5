import { createBlackFriday } from './black-friday.ts';
import { createMapping } from './event-source-mapping.ts';
import { createFleet } from './fleet.ts';
import { measureOutcome, type Outcome } from './outcome.ts';
import { type Consumers, type Step, simulate } from './simulate.ts';
import { backlogPerInstance, queueLength } from './target-tracking.ts';

/** The parameters of a simulation. All of them are assumptions; docs/scaling-model.md lists their sources. */
export interface Scenario {
  /** Orders of the day. */
  orders: number;
  /** Orders a second at the height of the rush after midnight. */
  peak: number;
  /** Orders a second that one instance, or one concurrent invocation, processes. */
  ratePerWorker: number;
  /** Minimum and maximum number of instances of the fleet. */
  min: number;
  max: number;
  warmUpSeconds: number;
  metricDelaySeconds: number;
  /** Maximum number of instances removed in one minute. */
  scaleInStep: number;
  /** Target of the metric "backlog per instance", in orders per instance. */
  targetBacklog: number;
  /** Target of the metric "queue length", in orders. */
  targetQueueLength: number;
  /** Maximum concurrency of the event source mapping. */
  maximumConcurrency: number;
}

/** The names of the policies in tables and plots. */
export const POLICIES = ['event source mapping', 'backlog per instance', 'queue length'] as const;
export type PolicyName = (typeof POLICIES)[number];

export interface Run {
  policy: PolicyName;
  steps: Step[];
  outcome: Outcome;
}

/** A fleet policy with another target. */
export interface Variant {
  policy: PolicyName;
  target: number;
  outcome: Outcome;
}

/** Ratios of the variants' targets to the scenario's. */
const FACTORS = [0.2, 0.5, 1, 2, 4];

/** Simulates the same day under each of the three policies. */
export function comparePolicies(scenario: Scenario): Run[] {
  const arrivals = createBlackFriday(scenario.orders, scenario.peak);
  return POLICIES.map((policy) => runPolicy(policy, arrivals, scenario));
}

/** Simulates the same day under the two fleet policies, with lower and higher targets than the scenario's. */
export function varyTargets(scenario: Scenario): Variant[] {
  const arrivals = createBlackFriday(scenario.orders, scenario.peak);
  const vary = (policy: PolicyName, target: number) =>
    FACTORS.map((factor) => {
      const varied = Math.max(1, Math.round(target * factor));
      const settings = { ...scenario, targetBacklog: varied, targetQueueLength: varied };
      return { policy, target: varied, outcome: runPolicy(policy, arrivals, settings).outcome };
    });
  return [
    ...vary('backlog per instance', scenario.targetBacklog),
    ...vary('queue length', scenario.targetQueueLength),
  ];
}

function runPolicy(policy: PolicyName, arrivals: readonly number[], scenario: Scenario): Run {
  const steps = simulate(arrivals, scenario.ratePerWorker, createConsumers(policy, scenario));
  return { policy, steps, outcome: measureOutcome(steps) };
}

function createConsumers(policy: PolicyName, scenario: Scenario): Consumers {
  if (policy === 'event source mapping') return createMapping(scenario.maximumConcurrency);
  return policy === 'backlog per instance'
    ? createFleet({ ...scenario, metric: backlogPerInstance, target: scenario.targetBacklog })
    : createFleet({ ...scenario, metric: queueLength, target: scenario.targetQueueLength });
}
