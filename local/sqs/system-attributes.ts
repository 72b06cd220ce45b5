import { ACCOUNT_ID } from '../stack/account.ts';
import type { ReceivedMessage } from './message.ts';

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html */
const SYSTEM_ATTRIBUTES: Record<string, (message: ReceivedMessage) => string | undefined> = {
  SenderId: () => ACCOUNT_ID,
  SentTimestamp: ({ content }) => String(content.sentAt),
  ApproximateReceiveCount: ({ receiveCount }) => String(receiveCount),
  ApproximateFirstReceiveTimestamp: ({ firstReceivedAt }) => String(firstReceivedAt),
  SequenceNumber: ({ content }) => content.sequenceNumber,
  MessageDeduplicationId: ({ content }) => content.deduplicationId,
  MessageGroupId: ({ content }) => content.groupId,
  AWSTraceHeader: ({ content }) => content.traceHeader,
  DeadLetterQueueSourceArn: ({ content }) => content.sourceArn,
};

/** Names of all system attributes. */
export const SYSTEM_ATTRIBUTE_NAMES: readonly string[] = Object.keys(SYSTEM_ATTRIBUTES);

/** Returns the system attributes that a received message has. @param names Default: all */
export function systemAttributesOf(
  message: ReceivedMessage,
  names = SYSTEM_ATTRIBUTE_NAMES,
): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const name of names) {
    const value = SYSTEM_ATTRIBUTES[name]?.(message);
    if (value !== undefined) attributes[name] = value;
  }
  return attributes;
}
