import { PublishBatchCommand, SNSClient } from '@aws-sdk/client-sns';
import { DeleteMessageBatchCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Contend } from '../processes/contender.ts';

/** Without it no customer would get an e-mail, which would spare the services a part of their work. */
const EMAIL_ID = /"email_id":"([^"]+)"/;

/** The limit: batches of ten received, published as they are and deleted, without ledger, checks or texts. */
export const contend: Contend = async ({ concurrency }) => {
  const sqs = new SQSClient({});
  const sns = new SNSClient({});
  const QueueUrl = process.env.ORDER_QUEUE_URL;
  const TopicArn = process.env.ORDER_EVENTS_TOPIC_ARN;

  async function poll(stopping: AbortSignal): Promise<void> {
    while (!stopping.aborted) {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 }),
      );
      if (Messages.length === 0) continue;
      const publishes = Messages.map(({ Body = '' }, position) => ({
        Id: String(position),
        Message: `{"event":"OrderConfirmed","order":${Body},"confirmed_at":0}`,
        MessageAttributes: {
          event: { DataType: 'String', StringValue: 'OrderConfirmed' },
          email_id: { DataType: 'String', StringValue: EMAIL_ID.exec(Body)?.[1] },
        },
      }));
      await sns.send(new PublishBatchCommand({ TopicArn, PublishBatchRequestEntries: publishes }));
      const deletes = Messages.map(({ ReceiptHandle }, position) => ({
        Id: String(position),
        ReceiptHandle,
      }));
      await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries: deletes }));
    }
  }

  return async (stopping) => {
    await Promise.all(Array.from({ length: concurrency }, () => poll(stopping)));
  };
};
