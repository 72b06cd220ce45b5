import type { Consumers } from './simulate.ts';
import { type Minute, trackTarget } from './target-tracking.ts';

/** A fleet of workers on EC2 or ECS that target tracking scales. */
export interface FleetOptions {
  /** The metric of the policy. */
  metric: (minute: Minute) => number;
  target: number;
  min: number;
  max: number;
  /** Seconds from the launch of an instance until it works and is counted. */
  warmUpSeconds: number;
  /** Seconds from the end of a minute until the alarms receive its datapoint. */
  metricDelaySeconds: number;
  /** Maximum number of instances removed in one minute. */
  scaleInStep: number;
}

/**
 * Seconds between two datapoints of a queue, and between two evaluations of the alarms.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/monitoring-using-cloudwatch.html
 */
const MINUTE = 60;

/** Creates a model of a fleet. It starts with the minimum number of instances, all warm. */
export function createFleet(options: FleetOptions): Consumers {
  const { metric, target, min, max, warmUpSeconds, metricDelaySeconds, scaleInStep } = options;
  /** The second in which each instance becomes warm, in the order of launch. */
  const instances = Array.from({ length: min }, () => 0);
  /** The metric of each minute so far. */
  const metrics: number[] = [];
  const delayedMinutes = Math.ceil(metricDelaySeconds / MINUTE);

  return {
    scale(second, before) {
      const countWarm = () => instances.filter((warmAt) => warmAt <= second).length;
      if (before && second % MINUTE === 0) {
        metrics.push(metric({ visible: before.backlog, inService: before.working }));
        const seen = metrics.slice(0, Math.max(0, metrics.length - delayedMinutes));
        const warm = countWarm();
        const group = { warm, warming: instances.length - warm, min, max, scaleInStep };
        const desired = trackTarget(seen, target, group);
        while (instances.length < desired) instances.push(second + warmUpSeconds);
        instances.length = desired;
      }
      return { working: countWarm(), present: instances.length };
    },
  };
}
