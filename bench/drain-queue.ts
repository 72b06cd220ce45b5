import { ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { createSqsClient } from '../lib/aws/clients.ts';
import { REGION } from '../local/stack/account.ts';
import { CHECKED } from './check-order-ids.ts';
import type { Settings } from './processes/services-process.ts';

/** Receives under way at once. */
const CONCURRENCY = 8;

/** A client of the services. */
export const createClient = ({ AWS_ENDPOINT_URL = '' }: Settings) =>
  createSqsClient({
    region: REGION,
    endpoint: AWS_ENDPOINT_URL,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });

/**
 * Takes the messages of a queue, all or the first `CHECKED`. They stay hidden rather than be deleted: the services are stopped next.
 *
 * @param read what to keep of a message; `sentAt` is when the queue took it, in epoch ms
 */
export async function drainQueue<Kept>(
  settings: Settings,
  queueUrl: string,
  read: (body: string, sentAt: number) => Kept,
): Promise<Kept[]> {
  const sqs = createClient(settings);
  const drained: Kept[] = [];
  async function receive(): Promise<void> {
    for (;;) {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({
          QueueUrl: queueUrl,
          MaxNumberOfMessages: 10,
          WaitTimeSeconds: 0,
          VisibilityTimeout: 3_600,
          MessageSystemAttributeNames: ['SentTimestamp'],
        }),
      );
      if (Messages.length === 0 || drained.length >= CHECKED) return;
      for (const { Body = '', Attributes } of Messages)
        drained.push(read(Body, Number(Attributes?.SentTimestamp)));
    }
  }
  await Promise.all(Array.from({ length: CONCURRENCY }, receive));
  sqs.destroy();
  return drained;
}
