import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { DeleteMessageCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Contend } from '../processes/contender.ts';
import { toPublish } from './to-publish.ts';

/** A background application that receives orders from the queue one by one and publishes a notification for each. */
export const contend: Contend = async () => {
  const sqs = new SQSClient({});
  const sns = new SNSClient({});
  const QueueUrl = process.env.ORDER_QUEUE_URL;
  return async (stopping) => {
    while (!stopping.aborted) {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 1, WaitTimeSeconds: 1 }),
      );
      for (const { Body = '', ReceiptHandle } of Messages) {
        await sns.send(new PublishCommand(toPublish(Body)));
        await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
      }
    }
  };
};
