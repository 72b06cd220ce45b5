import { sqsError } from './sqs-error.ts';

/** The receive to which a receipt handle belongs. */
export interface Receipt {
  messageId: string;
  receiveCount: number;
  /** Epoch ms. */
  receivedAt: number;
}

/**
 * Creates the receipt handle of a receive. It contains all that is needed to find the message again, so it stays valid
 * across restarts.
 *
 * @param queueId Identifies the queue; contains no space.
 */
export function createHandle(queueId: string, { messageId, receiveCount, receivedAt }: Receipt): string {
  return Buffer.from(`${queueId} ${messageId} ${receiveCount} ${receivedAt}`, 'latin1').toString('base64');
}

/** @throws AwsError `ReceiptHandleIsInvalid` if the handle does not belong to a receive from this queue */
export function readHandle(queueId: string, handle: string): Receipt {
  const parts = Buffer.from(handle, 'base64').toString('latin1').split(' ');
  const [id, messageId = '', receiveCount, receivedAt] = parts;
  if (id !== queueId || parts.length !== 4) {
    const message = `The input receipt handle "${handle}" is not a valid receipt handle.`;
    throw sqsError('ReceiptHandleIsInvalid', message);
  }
  return { messageId, receiveCount: Number(receiveCount), receivedAt: Number(receivedAt) };
}
