import type { Minute } from './minute.ts';

/**
 * The plain metric: messages in the queue, whoever works on them. AWS names it among those that do not work for target
 * tracking, since it does not change in proportion to the number of instances.
 *
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-scaling-target-tracking.html
 */
export const queueLength = ({ visible }: Minute): number => visible;
