import type { Minute } from './minute.ts';

/**
 * The metric that AWS advises for queues: messages for each instance, so that twice the instances halve it.
 *
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-using-sqs-queue.html
 */
export const backlogPerInstance = ({ visible, inService }: Minute): number => visible / inService;
