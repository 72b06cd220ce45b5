import { BatchGetItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
} from '@aws-sdk/client-sqs';
import { onTestFinished } from 'vitest';
import { type LedgerRecord, toItem } from '../../lib/aws/ledger-record.ts';
import { type AttributeValues, toAttributeValues } from '../../lib/aws/table.ts';
import { openDeployedPipeline } from '../../operations/pipeline/open-pipeline.ts';
import type { Pipeline } from '../../operations/pipeline/pipeline.ts';
import { QUEUE_NAMES, type QueueName } from '../../topology.ts';
import { intercept } from '../aws/intercept.ts';
import { queueOutputs } from './queue-outputs.ts';
import { createTableStub, type TableRow } from './table-stub.ts';

const urlOf = (queue: QueueName) => `https://sqs.eu-central-1.amazonaws.com/123456789012/${queue}`;
const OUTPUTS = {
  ...queueOutputs(urlOf),
  OrderEventsTopicArn: 'arn:aws:sns:eu-central-1:123456789012:order-events',
  UploadBucketName: 'uploads',
  ResultsBucketName: 'results',
  LedgerTableName: 'ledger',
};

/** Time at which all dead letters were sent. */
export const DEAD_LETTERS_SENT_AT = Date.UTC(2026, 10, 27, 11);

/** The contents of a stage. */
export interface StageScript {
  /** Ledger records that a scan returns. */
  records?: readonly LedgerRecord[];
  /** Ledger records that only a read by id returns. */
  otherRecords?: readonly LedgerRecord[];
  /** Ids of orders whose ledger record is returned by a scan but is invalid. */
  damaged?: readonly string[];
  /** Numbers of visible messages in the queues. */
  waiting?: Partial<Record<QueueName, number>>;
  /** Bodies in the dead-letter queues. Message ids are `order-dlq-0`…. */
  deadLetters?: Partial<Record<QueueName, readonly string[]>>;
  /** Default: shipping is disabled. */
  shipments?: readonly TableRow[];
  /** Default: sales are disabled. */
  sales?: readonly TableRow[];
}

/**
 * Opens a stage on AWS with all queues and the given contents. SDK clients are stubbed, so no request is sent. Consumers store
 * nothing but shipments and sales: they have no tables.
 */
export function openScriptedPipeline(script: StageScript) {
  const { records = [], otherRecords = [], damaged = [], waiting = {}, deadLetters = {} } = script;
  const place = { region: 'eu-central-1', credentials: { accessKeyId: 'no', secretAccessKey: 'one' } };
  const { shipments, sales } = script;
  const opened = openDeployedPipeline('dev', OUTPUTS, place);
  const pipeline: Pipeline = {
    ...opened,
    queues: opened.queues.map(({ storeTable: _, ...queue }) => queue),
    shippingDatabase: shipments && createTableStub('shipments', shipments),
    salesDatabase: sales && createTableStub('sales', sales),
  };
  onTestFinished(() => pipeline.close());
  const { dynamoDb, sqs } = pipeline.clients;
  const $metadata = {};

  const toValues = (record: LedgerRecord) => toAttributeValues(toItem(record));
  const scanned: AttributeValues[] = [
    ...records.map(toValues),
    ...damaged.map((id) => ({ order_id: { S: id }, status: { S: 'LOST' } })),
  ];
  const items = new Map([...otherRecords.map(toValues), ...scanned].map((item) => [item.order_id?.S, item]));
  const scans = intercept(dynamoDb, ScanCommand, async () => ({ $metadata, Items: scanned }));
  const reads = intercept(dynamoDb, BatchGetItemCommand, async ({ RequestItems = {} }) => {
    const wanted = new Set(RequestItems.ledger?.Keys?.map(({ order_id }) => order_id?.S));
    return {
      $metadata,
      Responses: { ledger: [...items.values()].filter((item) => wanted.has(item.order_id?.S)) },
    };
  });

  const messages = QUEUE_NAMES.flatMap((name) =>
    (deadLetters[name] ?? []).map((Body, n) => {
      const url = `${urlOf(name)}-dlq`;
      return { url, MessageId: `${name}-dlq-${n}`, Body, isInFlight: false, isDeleted: false };
    }),
  );
  intercept(sqs, GetQueueAttributesCommand, async ({ QueueUrl }) => {
    const there = messages.filter(({ url, isDeleted }) => url === QueueUrl && !isDeleted);
    const inFlight = there.filter(({ isInFlight }) => isInFlight).length;
    const name = QUEUE_NAMES.find((each) => urlOf(each) === QueueUrl);
    const visible = there.length - inFlight + ((name && waiting[name]) ?? 0);
    return {
      $metadata,
      Attributes: {
        ApproximateNumberOfMessages: String(visible),
        ApproximateNumberOfMessagesNotVisible: String(inFlight),
      },
    };
  });
  const receives = intercept(sqs, ReceiveMessageCommand, async ({ QueueUrl, MaxNumberOfMessages }) => {
    const free = messages.filter((each) => each.url === QueueUrl && !each.isInFlight && !each.isDeleted);
    const Messages = free.slice(0, MaxNumberOfMessages).map((message) => {
      message.isInFlight = true;
      const { MessageId, Body } = message;
      return {
        MessageId,
        Body,
        ReceiptHandle: MessageId,
        Attributes: { SentTimestamp: String(DEAD_LETTERS_SENT_AT) },
      };
    });
    return { $metadata, Messages };
  });
  const messageOf = (handle: string | undefined) => messages.find(({ MessageId }) => MessageId === handle);
  intercept(sqs, ChangeMessageVisibilityBatchCommand, async ({ Entries = [] }) => {
    for (const { ReceiptHandle, VisibilityTimeout } of Entries) {
      const message = messageOf(ReceiptHandle);
      if (message && VisibilityTimeout === 0) message.isInFlight = false;
    }
    return { $metadata, Successful: Entries.map(({ Id }) => ({ Id })), Failed: [] };
  });
  intercept(sqs, DeleteMessageBatchCommand, async ({ Entries = [] }) => {
    for (const { ReceiptHandle } of Entries) {
      const message = messageOf(ReceiptHandle);
      if (message) message.isDeleted = true;
    }
    return { $metadata, Successful: Entries.map(({ Id }) => ({ Id })), Failed: [] };
  });
  const sends = intercept(sqs, SendMessageBatchCommand, async ({ Entries = [] }) => ({
    $metadata,
    Successful: Entries.map(({ Id }) => ({ Id, MessageId: `sent-${Id}`, MD5OfMessageBody: '' })),
    Failed: [],
  }));

  return {
    pipeline,
    scans,
    reads,
    receives,
    sends,
    /** Returns the parsed bodies of messages that were sent to a queue. */
    sentTo: (queue: QueueName) =>
      sends
        .filter(({ QueueUrl }) => QueueUrl === urlOf(queue))
        .flatMap(({ Entries = [] }) => Entries.map(({ MessageBody = '' }) => JSON.parse(MessageBody))),
    /** Returns the ids of visible dead letters. */
    deadLettersLeft: () =>
      messages
        .filter(({ isInFlight, isDeleted }) => !isInFlight && !isDeleted)
        .map(({ MessageId }) => MessageId),
  };
}
