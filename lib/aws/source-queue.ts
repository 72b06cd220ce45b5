import { DeleteMessageBatchCommand, GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { type EntryOutcome, sendInBatches } from '../batch/send-in-batches.ts';
import { converted } from '../errors.ts';
import { readBatchAnswer } from './batch-answers.ts';

const OPERATION = 'DeleteMessageBatch';

/** A queue as those see it that work on its messages. */
export interface SourceQueue {
  /**
   * @returns its ARN, and for how many seconds a message that was received is hidden
   * @throws ServiceError
   */
  describe(): Promise<{ arn: string; visibilityTimeout: number }>;
  /**
   * Deletes messages that are dealt with.
   *
   * @param receiptHandles of messages in hand
   * @returns one outcome per message; a failed one comes back
   */
  delete(receiptHandles: readonly string[]): Promise<EntryOutcome<void>[]>;
}

/** @param queueUrl URL of the queue */
export function createSourceQueue(client: SQSClient, queueUrl: string): SourceQueue {
  return {
    async describe() {
      const command = new GetQueueAttributesCommand({
        QueueUrl: queueUrl,
        AttributeNames: ['QueueArn', 'VisibilityTimeout'],
      });
      const { Attributes = {} } = await converted('GetQueueAttributes', client.send(command));
      return { arn: Attributes.QueueArn ?? '', visibilityTimeout: Number(Attributes.VisibilityTimeout) };
    },

    async delete(receiptHandles) {
      const send = async (handles: readonly string[]) => {
        const entries = handles.map((handle, position) => ({ Id: String(position), ReceiptHandle: handle }));
        const command = new DeleteMessageBatchCommand({ QueueUrl: queueUrl, Entries: entries });
        const answer = await converted(OPERATION, client.send(command));
        return readBatchAnswer(OPERATION, handles.length, answer, () => undefined);
      };
      const { outcomes } = await sendInBatches(receiptHandles, { maxEntries: 10, send });
      return outcomes;
    },
  };
}
