/**
 * A model of target tracking, which decides once a minute from the datapoints of its metric.
 *
 * AWS documents two alarms on one-minute datapoints, one above the target and one below. A group scales out in proportion to
 * the metric, and scales in more gradually. Instances that warm up are not part of the capacity that is multiplied, but of the
 * capacity that exists. While instances warm up, a group does not scale in.
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-scaling-target-tracking.html
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-default-instance-warmup.html
 * https://docs.aws.amazon.com/autoscaling/application/userguide/target-tracking-scaling-policy-overview.html
 */

/** The CloudWatch datapoints of one minute. */
export interface Minute {
  /** `ApproximateNumberOfMessagesVisible` of the order queue. */
  visible: number;
  /** Instances of the group that were working. */
  inService: number;
}

/**
 * Returns the metric "queue length". AWS lists it among the metrics that do not work for target tracking, because it does not
 * change in proportion to the number of instances.
 *
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-scaling-target-tracking.html
 */
export const queueLength = ({ visible }: Minute): number => visible;

/**
 * Returns the metric "backlog per instance", which AWS recommends for queues. Twice the instances halve it.
 *
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-using-sqs-queue.html
 */
export const backlogPerInstance = ({ visible, inService }: Minute): number => visible / inService;

/** Datapoints of the two alarms that AWS creates. They are not documented, but all such policies have them. */
const HIGH_DATAPOINTS = 3;
const LOW_DATAPOINTS = 15;
/** Threshold of the low alarm, as a fraction of the target: "usually more than 10% lower". */
const LOW = 0.9;

/** A group of instances, or the tasks of a service, as a scaling policy sees it. */
export interface Group {
  /** Instances that have warmed up. */
  warm: number;
  /** Launched instances that are still warming up. */
  warming: number;
  min: number;
  max: number;
  /** Maximum number of instances removed in one minute. AWS says "more gradually", without a number. */
  scaleInStep: number;
}

/**
 * Returns the desired number of instances.
 *
 * @param datapoints Datapoints of the metric, one per minute, newest last.
 * @param target Target value of the metric.
 */
export function trackTarget(datapoints: readonly number[], target: number, group: Group): number {
  const { warm, warming, min, max, scaleInStep } = group;
  const present = warm + warming;
  const newest = datapoints.at(-1) ?? target;
  const proportional = Math.ceil((warm * newest) / target);
  if (isBreached(datapoints, HIGH_DATAPOINTS, (value) => value > target)) {
    return Math.min(max, Math.max(present, proportional));
  }
  if (warming === 0 && isBreached(datapoints, LOW_DATAPOINTS, (value) => value < LOW * target)) {
    return Math.max(min, proportional, present - scaleInStep);
  }
  return present;
}

function isBreached(
  datapoints: readonly number[],
  count: number,
  breaches: (value: number) => boolean,
): boolean {
  return datapoints.length >= count && datapoints.slice(-count).every(breaches);
}
