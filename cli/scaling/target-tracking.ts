/**
 * How target tracking decides, once a minute, from the datapoints of its metric.
 *
 * AWS's pages say: alarms on one-minute datapoints, one above the target and one below it; out in proportion to the
 * metric, in more gradually; what warms up is no part of the capacity that is multiplied, but of what there is already; no
 * scaling in while instances warm up.
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-scaling-target-tracking.html
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-default-instance-warmup.html
 * https://docs.aws.amazon.com/autoscaling/application/userguide/target-tracking-scaling-policy-overview.html
 */

/** CloudWatch's datapoints of one minute. */
export interface Minute {
  /** `ApproximateNumberOfMessagesVisible` of the order queue. */
  visible: number;
  /** Instances of the group that were at work. */
  inService: number;
}

/**
 * Returns the plain metric: messages in the queue, whatever the number of instances. AWS names it among those that do not
 * work for target tracking, since it does not change in proportion to the number of instances.
 *
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-scaling-target-tracking.html
 */
export const queueLength = ({ visible }: Minute): number => visible;

/**
 * Returns the metric that AWS advises for queues: messages for each instance, so that twice the instances halve it.
 *
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-using-sqs-queue.html
 */
export const backlogPerInstance = ({ visible, inService }: Minute): number => visible / inService;

/** Datapoints of the two alarms that AWS makes; seen on every such policy, documented on no page. */
const HIGH_DATAPOINTS = 3;
const LOW_DATAPOINTS = 15;
/** The low alarm's threshold, as a part of the target: "usually more than 10% lower". */
const LOW = 0.9;

/** A group of instances, or the tasks of a service, as a scaling policy sees it. */
export interface Group {
  /** Instances in service whose warm-up is over. */
  warm: number;
  /** Instances that have been launched and are not warm yet. */
  warming: number;
  min: number;
  max: number;
  /** Most instances that are removed in one minute. AWS says "more gradually" and no number. */
  scaleInStep: number;
}

/**
 * Returns how many instances there should be.
 *
 * @param datapoints of the metric, one a minute, the newest last
 * @param target of the metric
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
