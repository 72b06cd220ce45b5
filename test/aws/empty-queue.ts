import {
  CreateQueueCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  type QueueAttributeName,
  type SQSClient,
} from '@aws-sdk/client-sqs';

const SETTINGS: QueueAttributeName[] = [
  'VisibilityTimeout',
  'ReceiveMessageWaitTimeSeconds',
  'MessageRetentionPeriod',
  'RedrivePolicy',
];

/**
 * Empties a queue of the embedded cloud, including messages in flight, by replacing it. Like SQS, the embedded cloud purges a
 * queue only once a minute. The ARN stays the same, so redrive policies that refer to it stay valid.
 */
export async function emptyQueue(sqs: SQSClient, QueueUrl: string): Promise<void> {
  const read = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] });
  const { Attributes: before = {} } = await sqs.send(read);
  const kept = SETTINGS.flatMap((name) => (before[name] === undefined ? [] : [[name, before[name]]]));
  await sqs.send(new DeleteQueueCommand({ QueueUrl }));
  const QueueName = QueueUrl.split('/').at(-1);
  await sqs.send(new CreateQueueCommand({ QueueName, Attributes: Object.fromEntries(kept) }));
}
