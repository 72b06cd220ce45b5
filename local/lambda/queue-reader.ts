import { toSqsRecord } from '../../runtime/sqs-record.ts';
import { AwsError } from '../aws-services/aws-error.ts';
import { MAPPING_ACTIONS } from '../iam/actions.ts';
import type { Caller } from '../iam/caller.ts';
import { checkQueue } from '../sqs/authorize.ts';
import { md5 } from '../sqs/checksum.ts';
import type { MessageAttribute, ReceivedMessage } from '../sqs/message.ts';
import type { Queue } from '../sqs/queue.ts';
import { systemAttributesOf } from '../sqs/system-attributes.ts';

/** A received message. */
export interface QueueRecord {
  messageId: string;
  receiptHandle: string;
  /** The record of a Lambda event as JSON, which is both measured and sent. */
  json: string;
}

/** Reads one queue for an event source mapping: directly, without the SQS API and its limit of 10 messages. */
export interface QueueReader {
  /**
   * Receives up to `max` messages. If there is none, waits up to `waitMs` for the first.
   *
   * @param signal Ends the wait without receiving a message.
   */
  receive(max: number, waitMs: number, signal: AbortSignal): Promise<QueueRecord[]>;
  delete(receiptHandles: readonly string[]): Promise<void>;
}

/** Messages per receive, so that a batch of 10,000 large messages does not exceed the memory. */
const SLICE = 500;
/** Bytes of JSON after which no further slice is received: more than an invocation's payload holds. */
const ENOUGH_BYTES = 8_388_608;

/**
 * Creates a reader of a queue in this thread.
 *
 * @param caller The role of the function. The reader throws AwsError if it lacks a right. Default: nothing is checked.
 */
export function createQueueReader(queue: Queue, caller?: Caller): QueueReader {
  const check = (action: string) => caller && checkQueue(caller, action, queue.arn, queue);
  return {
    async receive(max, waitMs, signal) {
      for (const action of MAPPING_ACTIONS) check(action);
      const records: QueueRecord[] = [];
      let bytes = 0;
      while (records.length < max && bytes < ENOUGH_BYTES) {
        const wanted = Math.min(SLICE, max - records.length);
        const received = await queue.receive({
          max: wanted,
          waitMs: records.length > 0 ? 0 : waitMs,
          signal,
        });
        for (const message of received) {
          const record = toQueueRecord(message, queue.arn);
          bytes += record.json.length;
          records.push(record);
        }
        if (received.length < wanted) break;
      }
      return records;
    },
    async delete(receiptHandles) {
      check('sqs:DeleteMessage');
      for (const receiptHandle of receiptHandles) {
        try {
          queue.delete(receiptHandle);
        } catch (error) {
          // A message whose handle has expired, on a FIFO queue, will be delivered again.
          if (!(error instanceof AwsError)) throw error;
        }
      }
    },
  };
}

function toQueueRecord(received: ReceivedMessage, queueArn: string): QueueRecord {
  const { content, receiptHandle } = received;
  const message = {
    MessageId: content.id,
    ReceiptHandle: receiptHandle,
    Body: content.body,
    MD5OfBody: md5(content.body),
    Attributes: systemAttributesOf(received),
    MessageAttributes: content.attributes && decodeBinaryValues(content.attributes),
  };
  return { messageId: content.id, receiptHandle, json: JSON.stringify(toSqsRecord(message, queueArn)) };
}

const decodeBinaryValues = (attributes: Readonly<Record<string, MessageAttribute>>) =>
  Object.fromEntries(
    Object.entries(attributes).map(([name, { BinaryValue, ...attribute }]) => [
      name,
      { ...attribute, ...(BinaryValue !== undefined && { BinaryValue: Buffer.from(BinaryValue, 'base64') }) },
    ]),
  );
