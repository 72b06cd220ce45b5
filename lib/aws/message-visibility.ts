import { ChangeMessageVisibilityBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { type EntryOutcome, sendInBatches } from '../batch/send-in-batches.ts';
import { converted } from '../errors.ts';
import { readBatchAnswer } from './batch-answers.ts';

const OPERATION = 'ChangeMessageVisibilityBatch';

/** Sets when messages in hand that are about to fail come back. */
export interface MessageVisibility {
  /**
   * @param receiptHandles of messages in hand
   * @param seconds 0…43,200 from now until they can be received again
   * @returns one outcome per message; a failed one keeps the visibility timeout it has, so nothing is lost
   */
  comeBackIn(receiptHandles: readonly string[], seconds: number): Promise<EntryOutcome<void>[]>;
}

/** @param queueUrl URL of the queue that the messages were received from */
export function createMessageVisibility(client: SQSClient, queueUrl: string): MessageVisibility {
  return {
    async comeBackIn(receiptHandles, seconds) {
      const send = async (handles: readonly string[]) => {
        const entries = handles.map((handle, position) => ({
          Id: String(position),
          ReceiptHandle: handle,
          VisibilityTimeout: seconds,
        }));
        const command = new ChangeMessageVisibilityBatchCommand({ QueueUrl: queueUrl, Entries: entries });
        const answer = await converted(OPERATION, client.send(command));
        return readBatchAnswer(OPERATION, handles.length, answer, () => undefined);
      };
      const { outcomes } = await sendInBatches(receiptHandles, { maxEntries: 10, send });
      return outcomes;
    },
  };
}
