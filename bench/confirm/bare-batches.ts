import { PublishBatchCommand } from '@aws-sdk/client-sns';
import { DeleteMessageBatchCommand, type Message, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { chunk } from '../../lib/batch/chunk.ts';
import { type ClientKind, openSns, openSqs } from '../processes/clients.ts';
import type { Contend } from '../processes/contender.ts';

/** Options of a contender that measures an upper limit. */
export interface BatchPolling {
  /** Number of concurrent loops. */
  concurrency: number;
  clients: ClientKind | undefined;
  /** Number of messages that a loop collects before it publishes them, ten per request. */
  batchSize: number;
  before?: (bodies: readonly string[]) => Promise<void>;
  after?: (bodies: readonly string[]) => Promise<void>;
}

/** Finds the `email_id` of an order. SNS needs it as an attribute to send e-mails, which are part of the measured work. */
const EMAIL_ID = /"email_id":"([^"]+)"/;

/** Receives batches, publishes them unchanged and deletes them, without validation, e-mail text or error handling. */
export function pollBatches({
  concurrency,
  clients,
  batchSize,
  before = async () => undefined,
  after = async () => undefined,
}: BatchPolling): (stopping: AbortSignal) => Promise<void> {
  const sqs = openSqs(clients);
  const sns = openSns(clients);
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

/** The upper limit: batches of ten that are received, published unchanged and deleted. */
export const contend: Contend = async ({ concurrency, clients }) =>
  pollBatches({ concurrency, clients, batchSize: 10 });
