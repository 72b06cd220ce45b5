import { CreateBucketCommand } from '@aws-sdk/client-s3';
import { GetQueueAttributesCommand, SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import { onTestFinished } from 'vitest';
import { chunk } from '../../../lib/batch/chunk.ts';
import { openEmbeddedPipeline } from '../../../operations/pipeline/open-pipeline.ts';
import type { QueueName } from '../../../topology.ts';
import { connectClients } from '../../local/start-test-services.ts';
import { PERMANENT_QUEUES, queueOutputs } from '../../pipeline/queue-outputs.ts';

let names = 0;

/**
 * Starts a pipeline with the queues that every stage has, and without consumers. It has no inspection URL, as on AWS, so that
 * receives use long polling.
 *
 * @param endpoint Endpoint of the services.
 */
export async function startDeadLetters(endpoint: string) {
  const clients = connectClients(endpoint);
  const prefix = `pipeline-${names++}`;
  const urls = new Map<QueueName, string>();
  await Promise.all(
    PERMANENT_QUEUES.map(async ({ name }) => {
      urls.set(name, await clients.createQueue(`${prefix}-${name}`));
      await clients.createQueue(`${prefix}-${name}-dlq`);
    }),
  );
  const urlOf = (name: QueueName) => urls.get(name) ?? '';
  const [order, upload] = [urlOf('order'), urlOf('upload')];
  const results = `${prefix}-results`;
  await clients.s3.send(new CreateBucketCommand({ Bucket: results }));
  const pipeline = openEmbeddedPipeline({
    ...queueOutputs(urlOf, PERMANENT_QUEUES),
    OrderEventsTopicArn: 'arn:aws:sns:us-east-1:000000000000:events',
    UploadBucketName: 'uploads',
    ResultsBucketName: results,
    LedgerTableName: 'ledger',
    AwsEndpointUrl: endpoint,
    DynamoDbEndpointUrl: endpoint,
  });
  onTestFinished(() => pipeline.close());

  async function send(QueueUrl: string, bodies: readonly string[]): Promise<void> {
    for (const batch of chunk(bodies, { maxEntries: 10 })) {
      const Entries = batch.map((MessageBody, index) => ({ Id: `${index}`, MessageBody }));
      await clients.sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    }
  }

  async function count(QueueUrl: string): Promise<{ visible: number; hidden: number }> {
    const { Attributes = {} } = await clients.sqs.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }),
    );
    return {
      visible: Number(Attributes.ApproximateNumberOfMessages),
      hidden: Number(Attributes.ApproximateNumberOfMessagesNotVisible),
    };
  }

  const byName = { order, orderDlq: `${order}-dlq`, upload, uploadDlq: `${upload}-dlq` };
  return { pipeline, clients, send, count, urls: byName, results };
}
