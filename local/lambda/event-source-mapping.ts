import { setTimeout as sleep } from 'node:timers/promises';
import {
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { SQSRecord } from 'aws-lambda';
import { chunk } from '../../lib/batch/chunk.ts';
import { REGION } from '../stack/account.ts';
import { readBatchAnswer } from './batch-answer.ts';
import type { InvokeResult } from './execution-environment.ts';

/** What polls which queue for which function, in Lambda's terms. */
export interface MappingOptions {
  queueUrl: string;
  queueArn: string;
  /** Records per invocation: at most 10,000. */
  batchSize: number;
  /** Seconds to wait for a batch to fill. */
  batchingWindow: number;
  /** Invocations at once. */
  maximumConcurrency: number;
  /** Whether the function answers which records failed (`ReportBatchItemFailures`). */
  reportsItemFailures: boolean;
  invoke: (payload: string) => Promise<InvokeResult>;
  /** Gets what an operator should know: batches that failed as a whole, queues out of reach. */
  onTrouble: (message: string) => void;
}

/** A ReceiveMessage or DeleteMessageBatch request holds at most ten messages. */
const REQUEST_SIZE = 10;
/** Seconds of a long poll, the longest there is. */
const LONG_POLL = 20;
/** An invocation's payload holds at most 6 MB: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const MAX_PAYLOAD = 6 * 1_048_576;
/** Ms until a queue that could not be reached is tried again. */
const RETRY_MS = 500;

/**
 * An event source mapping: polls a queue, invokes the function with what it finds, deletes what the function has
 * dealt with. What failed stays in the queue until its visibility timeout, and goes to the dead-letter queue by the
 * queue's own redrive policy.
 *
 * It runs `maximumConcurrency` pollers side by side, each of them: polling → filling the batch → invoking → deleting,
 * and again. So there are never more invocations under way than that, and no message waits in hand for a free one.
 */
export class EventSourceMapping {
  readonly #sqs: SQSClient;
  readonly #options: MappingOptions;
  readonly #stopping = new AbortController();
  readonly #pollers: Promise<void>[];

  constructor(sqs: SQSClient, options: MappingOptions) {
    this.#sqs = sqs;
    this.#options = options;
    this.#pollers = Array.from({ length: options.maximumConcurrency }, () => this.#poll());
  }

  /** Stops polling; resolves when the batches in hand are dealt with. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#pollers);
  }

  async #poll(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        const messages = await this.#fillBatch();
        const batches = chunk(messages, {
          maxEntries: this.#options.batchSize,
          maxBytes: MAX_PAYLOAD,
          sizeOf,
        });
        for (const batch of batches) await this.#deal(batch);
      } catch (error) {
        if (signal.aborted) return;
        this.#options.onTrouble(`queue ${this.#options.queueArn}: ${String(error)}`);
        await sleep(RETRY_MS, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  /** Receives until the batch is full or its window is over. */
  async #fillBatch(): Promise<Message[]> {
    const { batchSize, batchingWindow } = this.#options;
    const messages = await this.#receive(batchSize, LONG_POLL);
    const closes = Date.now() + batchingWindow * 1_000;
    while (messages.length > 0 && messages.length < batchSize && !this.#stopping.signal.aborted) {
      // Whole seconds are all that a long poll knows: the window closes within half a second of its time.
      const secondsLeft = Math.max(0, Math.round((closes - Date.now()) / 1_000));
      const more = await this.#receive(batchSize - messages.length, secondsLeft);
      messages.push(...more);
      if (more.length === 0 && secondsLeft === 0) break;
    }
    return messages;
  }

  async #receive(most: number, waitSeconds: number): Promise<Message[]> {
    const command = new ReceiveMessageCommand({
      QueueUrl: this.#options.queueUrl,
      MaxNumberOfMessages: Math.min(REQUEST_SIZE, most),
      WaitTimeSeconds: waitSeconds,
      MessageSystemAttributeNames: ['All'],
      MessageAttributeNames: ['All'],
    });
    const { Messages = [] } = await this.#sqs.send(command, { abortSignal: this.#stopping.signal });
    return Messages;
  }

  /** One invocation, and what follows from its answer. */
  async #deal(messages: readonly Message[]): Promise<void> {
    const { invoke, onTrouble, queueArn, reportsItemFailures } = this.#options;
    const Records = messages.map((message) => toRecord(message, queueArn));
    const result = await invoke(JSON.stringify({ Records }));
    const messageIds = Records.map(({ messageId }) => messageId);
    const { failed, reason } = readBatchAnswer(result, messageIds, reportsItemFailures);
    if (reason) onTrouble(`queue ${queueArn}: batch of ${messages.length} failed: ${reason}`);
    await this.#delete(messages.filter(({ MessageId = '' }) => !failed.has(MessageId)));
  }

  async #delete(messages: readonly Message[]): Promise<void> {
    const requests = chunk(messages, { maxEntries: REQUEST_SIZE }).map((batch) => {
      const Entries = batch.map(({ ReceiptHandle }, position) => ({ Id: String(position), ReceiptHandle }));
      return this.#sqs.send(new DeleteMessageBatchCommand({ QueueUrl: this.#options.queueUrl, Entries }));
    });
    await Promise.all(requests);
  }
}

const sizeOf = ({ Body = '' }: Message): number => Buffer.byteLength(Body);

/** A message as functions see it: https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html */
function toRecord(message: Message, queueArn: string): SQSRecord {
  const messageAttributes: SQSRecord['messageAttributes'] = {};
  for (const [name, { DataType = 'String', StringValue, BinaryValue }] of Object.entries(
    message.MessageAttributes ?? {},
  )) {
    messageAttributes[name] = {
      dataType: DataType,
      ...(StringValue !== undefined && { stringValue: StringValue }),
      ...(BinaryValue !== undefined && { binaryValue: Buffer.from(BinaryValue).toString('base64') }),
    };
  }
  return {
    messageId: message.MessageId ?? '',
    receiptHandle: message.ReceiptHandle ?? '',
    body: message.Body ?? '',
    attributes: { ...message.Attributes } as unknown as SQSRecord['attributes'],
    messageAttributes,
    md5OfBody: message.MD5OfBody ?? '',
    eventSource: 'aws:sqs',
    eventSourceARN: queueArn,
    awsRegion: REGION,
  };
}
