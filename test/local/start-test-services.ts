import { S3Client } from '@aws-sdk/client-s3';
import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { onTestFinished } from 'vitest';
import { type AwsServicesOptions, startAwsServices } from '../../local/aws-services/start-aws-services.ts';

/** Starts the services and connects SDK clients to them. The services stop when the test ends. */
export async function startTestServices(options: Partial<AwsServicesOptions> = {}) {
  const services = await startAwsServices({ port: 0, mailboxQueueName: 'mailbox', ...options });
  onTestFinished(() => services.stop());
  return { services, ...connectClients(services.endpoint) };
}

/** Creates plain SDK clients and helpers for common requests. */
export function connectClients(endpoint: string, region = 'us-east-1') {
  const config = {
    endpoint,
    region,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  };
  const sqs = new SQSClient(config);
  const sns = new SNSClient(config);
  const s3 = new S3Client({ ...config, forcePathStyle: true });

  async function createQueue(QueueName: string, Attributes: Record<string, string> = {}): Promise<string> {
    const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName, Attributes }));
    return QueueUrl;
  }

  /** Creates a topic and a queue that is subscribed to it with raw delivery. */
  async function createTopicWithQueue(name: string, attributes: Record<string, string> = {}) {
    const { TopicArn = '' } = await sns.send(new CreateTopicCommand({ Name: name }));
    const queueUrl = await createQueue(`${name}-queue`);
    const Endpoint = `arn:aws:sqs:us-east-1:000000000000:${name}-queue`;
    const Attributes = { RawMessageDelivery: 'true', ...attributes };
    await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint, Attributes }));
    return { topicArn: TopicArn, queueUrl };
  }

  /** Receives once, up to ten messages. */
  async function receive(QueueUrl: string, waitSeconds = 0, VisibilityTimeout?: number): Promise<Message[]> {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl,
        WaitTimeSeconds: waitSeconds,
        MaxNumberOfMessages: 10,
        MessageAttributeNames: ['All'],
        MessageSystemAttributeNames: ['All'],
        ...(VisibilityTimeout !== undefined && { VisibilityTimeout }),
      }),
    );
    return Messages;
  }

  /** Receives every visible message and parses its body. */
  async function readAll<Body>(queueUrl: string): Promise<Body[]> {
    const bodies: Body[] = [];
    for (let batch = await receive(queueUrl); batch.length > 0; batch = await receive(queueUrl)) {
      bodies.push(...batch.map(({ Body = '' }) => JSON.parse(Body)));
    }
    return bodies;
  }

  async function countVisible(QueueUrl: string): Promise<number> {
    const AttributeNames = ['ApproximateNumberOfMessages' as const];
    const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames }));
    return Number(Attributes?.ApproximateNumberOfMessages);
  }

  return { sqs, sns, s3, createQueue, createTopicWithQueue, receive, readAll, countVisible };
}
