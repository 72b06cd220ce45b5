import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { converted } from './service-error.ts';

/**
 * How many messages a queue holds: those to be had, those in hand, those delayed. On AWS that is approximate, and right a
 * minute after the last message came or went.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-monitoring-using-cloudwatch.html
 *
 * @throws ServiceError
 */
export async function countMessages(client: SQSClient, queueUrl: string): Promise<number> {
  const command = new GetQueueAttributesCommand({
    QueueUrl: queueUrl,
    AttributeNames: [
      'ApproximateNumberOfMessages',
      'ApproximateNumberOfMessagesNotVisible',
      'ApproximateNumberOfMessagesDelayed',
    ],
  });
  const { Attributes = {} } = await converted('GetQueueAttributes', client.send(command));
  return Object.values(Attributes).reduce((sum, count) => sum + Number(count), 0);
}
