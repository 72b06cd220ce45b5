import { PublishBatchCommand, SNSClient } from '@aws-sdk/client-sns';
import {
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { chunk } from '../../lib/batch/chunk.ts';
import type { Contend } from '../processes/contender.ts';

/** The work of a contender that is a limit. */
export interface BatchPolling {
  /** Loops side by side. */
  concurrency: number;
  /** Messages that a loop gathers before it publishes them, ten to a request. */
  batchSize: number;
  before?: (bodies: readonly string[]) => Promise<void>;
  after?: (bodies: readonly string[]) => Promise<void>;
}

/** Without it no customer would get an e-mail, which would spare the services a part of their work. */
const EMAIL_ID = /"email_id":"([^"]+)"/;

/** Receives batches, publishes them as they are and deletes them: no checks, no text for people, failures end it. */
export function pollBatches({
  concurrency,
  batchSize,
  before = async () => undefined,
  after = async () => undefined,
}: BatchPolling): (stopping: AbortSignal) => Promise<void> {
  const sqs = new SQSClient({});
  const sns = new SNSClient({});
  const QueueUrl = process.env.ORDER_QUEUE_URL;
  const TopicArn = process.env.ORDER_EVENTS_TOPIC_ARN;

  async function gather(): Promise<Message[]> {
    const gathered: Message[] = [];
    while (gathered.length < batchSize) {
      const command = new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 });
      const { Messages = [] } = await sqs.send(command);
      if (Messages.length === 0) break;
      gathered.push(...Messages);
    }
    return gathered;
  }

  async function publish(batch: readonly Message[]): Promise<void> {
    const PublishBatchRequestEntries = batch.map(({ Body = '' }, position) => ({
      Id: String(position),
      Message: `{"event":"OrderConfirmed","order":${Body},"confirmed_at":0}`,
      MessageAttributes: {
        event: { DataType: 'String', StringValue: 'OrderConfirmed' },
        email_id: { DataType: 'String', StringValue: EMAIL_ID.exec(Body)?.[1] },
      },
    }));
    await sns.send(new PublishBatchCommand({ TopicArn, PublishBatchRequestEntries }));
  }

  async function remove(batch: readonly Message[]): Promise<void> {
    const Entries = batch.map(({ ReceiptHandle }, position) => ({ Id: String(position), ReceiptHandle }));
    await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
  }

  async function poll(stopping: AbortSignal): Promise<void> {
    while (!stopping.aborted) {
      const messages = await gather();
      const bodies = messages.map(({ Body = '' }) => Body);
      const batches = chunk(messages, { maxEntries: 10 });
      await before(bodies);
      await Promise.all(batches.map(publish));
      await after(bodies);
      await Promise.all(batches.map(remove));
    }
  }

  return async (stopping) => {
    await Promise.all(Array.from({ length: concurrency }, () => poll(stopping)));
  };
}

/** The limit: batches of ten received, published as they are and deleted. */
export const contend: Contend = async ({ concurrency }) => pollBatches({ concurrency, batchSize: 10 });
