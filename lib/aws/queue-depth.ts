import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { converted } from './service-error.ts';

/** Messages in a queue, about: SQS's own counts lag by up to a minute. */
export interface QueueDepth {
  visible: number;
  inFlight: number;
  delayed: number;
}

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
