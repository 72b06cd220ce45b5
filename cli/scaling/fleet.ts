import type { Consumers } from './simulate.ts';
import { type Minute, trackTarget } from './target-tracking.ts';

/** A fleet of workers, on EC2 or ECS, under target tracking. */
export interface FleetOptions {
  /** What of a minute the policy looks at. */
  metric: (minute: Minute) => number;
  target: number;
  min: number;
  max: number;
  /** Seconds from an instance's launch until it works and counts. */
  warmUpSeconds: number;
  /** Seconds from the end of a minute until the alarms see its datapoint. */
  metricDelaySeconds: number;
  /** Most instances that are removed in one minute. */
  scaleInStep: number;
}

/**
 * Seconds between two datapoints of a queue, and between two looks at them.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/monitoring-using-cloudwatch.html
 */
const MINUTE = 60;

/** A fleet that begins with its fewest instances, all of them warm. */
export function createFleet(options: FleetOptions): Consumers {
  const { metric, target, min, max, warmUpSeconds, metricDelaySeconds, scaleInStep } = options;
  /** The second in which each instance is warm, the last one launched last. */
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
