import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { converted } from '../errors.ts';

/**
 * Messages in a queue, about: SQS's own counts are right a minute after the last message came or went.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-monitoring-using-cloudwatch.html
 */
export interface QueueDepth {
  visible: number;
  inFlight: number;
  delayed: number;
}

/** All messages of a queue: those to be had, those in hand, those delayed. */
export const messagesIn = ({ visible, inFlight, delayed }: QueueDepth): number =>
  visible + inFlight + delayed;

/** @throws ServiceError */
export async function readQueueDepth(client: SQSClient, queueUrl: string): Promise<QueueDepth> {
  const command = new GetQueueAttributesCommand({
    QueueUrl: queueUrl,
    AttributeNames: [
      'ApproximateNumberOfMessages',
      'ApproximateNumberOfMessagesNotVisible',
      'ApproximateNumberOfMessagesDelayed',
    ],
  });
  const { Attributes = {} } = await converted('GetQueueAttributes', client.send(command));
  return {
    visible: Number(Attributes.ApproximateNumberOfMessages ?? 0),
    inFlight: Number(Attributes.ApproximateNumberOfMessagesNotVisible ?? 0),
    delayed: Number(Attributes.ApproximateNumberOfMessagesDelayed ?? 0),
  };
}
