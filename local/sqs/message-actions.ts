import type { Action } from './action.ts';
import { readEntries, runBatch } from './batch.ts';
import { checkMessage, sizeOf } from './check-message.ts';
import { md5, md5OfAttributes } from './checksum.ts';
import { type Input, integerIn, requireText, structureIn, textIn, textsIn } from './input.ts';
import type { MessageAttribute, NewMessage, ReceivedMessage, SentMessage } from './message.ts';
import type { Queue } from './queue.ts';
import type { Sqs } from './sqs.ts';
import { invalidParameter, missingParameter, sqsError } from './sqs-error.ts';
import { SYSTEM_ATTRIBUTE_NAMES, systemAttributesOf } from './system-attributes.ts';

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html */
const MAX_BATCH_BYTES = 1_048_576;
/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html */
const MAX_RECEIVE = 10;
const MAX_WAIT_SECONDS = 20;
const MAX_VISIBILITY = 43_200;

/** Actions that send, receive and delete messages, by name. */
export const messageActions: Record<string, Action> = {
  SendMessage(sqs, input) {
    const queue = queueOf(sqs, input);
    const message = toNewMessage(input);
    checkMessage(message, queue.settings.isFifo);
    return { output: toSendResult(queue.send(message)) };
  },

  SendMessageBatch(sqs, input) {
    const queue = queueOf(sqs, input);
    const entries = readEntries(input, 'SendMessageBatch');
    checkBatchSize(entries);
    const output = runBatch(entries, (entry) => {
      const message = toNewMessage(entry);
      checkMessage(message, queue.settings.isFifo);
      return toSendResult(queue.send(message));
    });
    return { output };
  },

  async ReceiveMessage(sqs, input, { signal }) {
    const queue = queueOf(sqs, input);
    const toMessage = selectAttributes(input);
    const max = integerIn(input, 'MaxNumberOfMessages', 1, MAX_RECEIVE) ?? 1;
    const wait = integerIn(input, 'WaitTimeSeconds', 0, MAX_WAIT_SECONDS) ?? queue.settings.wait;
    const visibilityTimeout = integerIn(input, 'VisibilityTimeout', 0, MAX_VISIBILITY);
    const messages = await queue.receive({ max, waitMs: wait * 1_000, visibilityTimeout, signal });
    return {
      output: messages.length > 0 ? { Messages: messages.map(toMessage) } : {},
      onLost: () => queue.giveBack(messages),
    };
  },

  DeleteMessage(sqs, input) {
    queueOf(sqs, input).delete(requireText(input, 'ReceiptHandle'));
    return {};
  },

  DeleteMessageBatch(sqs, input) {
    const queue = queueOf(sqs, input);
    const output = runBatch(readEntries(input, 'DeleteMessageBatch'), (entry) => {
      queue.delete(requireText(entry, 'ReceiptHandle'));
      return {};
    });
    return { output };
  },

  ChangeMessageVisibility(sqs, input) {
    changeVisibility(queueOf(sqs, input), input);
    return {};
  },

  ChangeMessageVisibilityBatch(sqs, input) {
    const queue = queueOf(sqs, input);
    const output = runBatch(readEntries(input, 'ChangeMessageVisibilityBatch'), (entry) => {
      changeVisibility(queue, entry);
      return {};
    });
    return { output };
  },
};

/** Returns the queue of a request. @throws AwsError `MissingParameter` or `QueueDoesNotExist` */
export function queueOf(sqs: Sqs, input: Input): Queue {
  return sqs.byUrl(requireText(input, 'QueueUrl'));
}

function changeVisibility(queue: Queue, input: Input): void {
  const receiptHandle = requireText(input, 'ReceiptHandle');
  const seconds = integerIn(input, 'VisibilityTimeout');
  if (seconds === undefined) throw missingParameter('VisibilityTimeout');
  queue.changeVisibility(receiptHandle, seconds);
}

function toNewMessage(input: Input): NewMessage {
  const body = textIn(input, 'MessageBody');
  if (body === undefined) throw missingParameter('MessageBody');
  const attributes = structureIn(input, 'MessageAttributes');
  const system = structureIn(input, 'MessageSystemAttributes');
  return {
    body,
    ...(attributes && { attributes: toAttributes(attributes) }),
    ...(system && { traceHeader: readTraceHeader(toAttributes(system)) }),
    groupId: textIn(input, 'MessageGroupId'),
    deduplicationId: textIn(input, 'MessageDeduplicationId'),
    delaySeconds: integerIn(input, 'DelaySeconds'),
  };
}

function toAttributes(input: Input): Record<string, MessageAttribute> {
  // Unlike an assignment, this accepts an attribute with the name `__proto__`.
  return Object.fromEntries(Object.keys(input).map((name) => [name, toAttribute(structureIn(input, name))]));
}

function toAttribute({ DataType, StringValue, BinaryValue }: Input = {}): MessageAttribute {
  return {
    DataType: typeof DataType === 'string' ? DataType : '',
    ...(typeof StringValue === 'string' && { StringValue }),
    ...(typeof BinaryValue === 'string' && { BinaryValue }),
  };
}

function readTraceHeader(attributes: Record<string, MessageAttribute>): string | undefined {
  for (const [name, { DataType, StringValue }] of Object.entries(attributes)) {
    if (name === 'AWSTraceHeader' && DataType === 'String' && StringValue) continue;
    const reason = 'The only system attribute that can be sent is AWSTraceHeader, a non-empty String.';
    throw invalidParameter('MessageSystemAttributes', name, reason);
  }
  return attributes.AWSTraceHeader?.StringValue;
}

function checkBatchSize(entries: readonly Input[]): void {
  let size = 0;
  for (const { MessageBody, MessageAttributes } of entries) size += sizeOf(MessageBody, MessageAttributes);
  if (size <= MAX_BATCH_BYTES) return;
  const message = `Batch requests cannot be longer than ${MAX_BATCH_BYTES} bytes. You have sent ${size} bytes.`;
  throw sqsError('BatchRequestTooLong', message);
}

function toSendResult(sent: SentMessage): object {
  return {
    MessageId: sent.messageId,
    MD5OfMessageBody: sent.md5OfBody,
    ...(sent.md5OfAttributes && { MD5OfMessageAttributes: sent.md5OfAttributes }),
    ...(sent.md5OfSystemAttributes && { MD5OfMessageSystemAttributes: sent.md5OfSystemAttributes }),
    ...(sent.sequenceNumber && { SequenceNumber: sent.sequenceNumber }),
  };
}

/** Returns a function that converts a received message to output with the requested attributes. */
function selectAttributes(input: Input): (message: ReceivedMessage) => object {
  const asked = [...textsIn(input, 'AttributeNames'), ...textsIn(input, 'MessageSystemAttributeNames')];
  const unknown = asked.find((name) => name !== 'All' && !SYSTEM_ATTRIBUTE_NAMES.includes(name));
  if (unknown !== undefined) throw sqsError('InvalidAttributeName', `Unknown Attribute ${unknown}.`);
  const systemNames = asked.includes('All') ? SYSTEM_ATTRIBUTE_NAMES : asked;
  const isWanted = createNameFilter(textsIn(input, 'MessageAttributeNames'));

  return (message) => {
    const { content, receiptHandle } = message;
    const Attributes = systemAttributesOf(message, systemNames);
    const attributes = Object.entries(content.attributes ?? {}).filter(([name]) => isWanted(name));
    const MessageAttributes = Object.fromEntries(attributes);
    return {
      MessageId: content.id,
      ReceiptHandle: receiptHandle,
      MD5OfBody: md5(content.body),
      Body: content.body,
      ...(Object.keys(Attributes).length > 0 && { Attributes }),
      ...(attributes.length > 0 && {
        MD5OfMessageAttributes: md5OfAttributes(MessageAttributes),
        MessageAttributes,
      }),
    };
  };
}

/** Returns a filter for names, or prefixes such as `order.*`. `All` and `.*` match every attribute. */
function createNameFilter(names: readonly string[]): (name: string) => boolean {
  if (names.includes('All') || names.includes('.*')) return () => true;
  const exact = new Set(names);
  const prefixes = names.filter((name) => name.endsWith('.*')).map((name) => name.slice(0, -2));
  return (name) => exact.has(name) || prefixes.some((prefix) => name.startsWith(prefix));
}
