import { DeleteMessageBatchCommand, ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { chunk } from '../lib/batch/chunk.ts';
import type { QueueReader } from '../local/lambda/queue-reader.ts';
import { toSqsRecord } from '../runtime/sqs-record.ts';

/** Maximum number of messages in a ReceiveMessage or DeleteMessageBatch request. */
const REQUEST_SIZE = 10;

/** Creates a reader for an event source mapping in another process than the queue, over HTTP. All Lambda peers share it. */
export function createSdkQueueReader(sqs: SQSClient, queueUrl: string, queueArn: string): QueueReader {
  return {
    async receive(max, waitMs, signal) {
      const command = new ReceiveMessageCommand({
        QueueUrl: queueUrl,
        MaxNumberOfMessages: Math.min(REQUEST_SIZE, max),
        // A long poll takes whole seconds.
        WaitTimeSeconds: Math.min(20, Math.max(0, Math.ceil(waitMs / 1_000))),
        MessageSystemAttributeNames: ['All'],
        MessageAttributeNames: ['All'],
      });
      const receiving = sqs.send(command, { abortSignal: signal }).catch((error) => {
        if (signal.aborted) return { Messages: [] };
        throw error;
      });
      const { Messages = [] } = await receiving;
      return Messages.map((message) => {
        const record = toSqsRecord(message, queueArn);
        const { messageId, receiptHandle } = record;
        return { messageId, receiptHandle, json: JSON.stringify(record) };
      });
    },
    async delete(receiptHandles) {
      const requests = chunk(receiptHandles, { maxEntries: REQUEST_SIZE }).map((batch) => {
        const Entries = batch.map((ReceiptHandle, position) => ({ Id: String(position), ReceiptHandle }));
        return sqs.send(new DeleteMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
      });
      await Promise.all(requests);
    },
  };
}
