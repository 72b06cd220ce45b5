import { setTimeout as sleep } from 'node:timers/promises';
import {
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { chunk } from '../../lib/batch/chunk.ts';
import { type BatchAnswer, readBatchAnswer, wholeBatch } from '../../runtime/batch-answer.ts';
import { toSqsRecord } from '../../runtime/sqs-record.ts';
import type { InvokeResult } from './execution-environment.ts';

/** Options of an event source mapping, with Lambda's names. */
export interface MappingOptions {
  queueUrl: string;
  queueArn: string;
  /** Maximum number of records per invocation, up to 10,000. */
  batchSize: number;
  /** Seconds to wait for a batch to fill. */
  batchingWindow: number;
  /** Initial number of concurrent invocations. 0 pauses the mapping. */
  maximumConcurrency: number;
  /** Whether the function returns the records that failed (`ReportBatchItemFailures`). */
  reportsItemFailures: boolean;
  invoke: (payload: string) => Promise<InvokeResult>;
  /** Called for errors that an operator should see: batches that failed as a whole, and unreachable queues. */
  onError: (message: string) => void;
}

/** Maximum number of messages in a ReceiveMessage or DeleteMessageBatch request. */
const REQUEST_SIZE = 10;
/** Seconds of a long poll, SQS's maximum. */
const LONG_POLL = 20;
/** An invocation's payload holds at most 6 MB: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const MAX_PAYLOAD = 6 * 1_048_576;
/** Bytes of the payload that records may use. */
const MAX_RECORDS = MAX_PAYLOAD - Buffer.byteLength('{"Records":[]}');
/** Milliseconds until an unreachable queue is polled again. */
const RETRY_MS = 500;
/**
 * Milliseconds for which a stopping poller still waits for a receive. Messages of an aborted receive stay invisible until their
 * visibility timeout.
 */
const HANG_UP_MS = 250;

/** Polls the queue and runs one invocation at a time. */
interface Poller {
  /** Stops the poller when aborted: it receives nothing more and processes the messages that it has. */
  stopping: AbortController;
  /** Aborts the pending receive. */
  hangingUp: AbortController;
  /** Whether it has messages in flight. */
  busy: boolean;
  done: Promise<void>;
}

/**
 * An event source mapping. It polls a queue, invokes the function with batches of messages and deletes the processed
 * ones. A failed message becomes visible again after its visibility timeout, or moves to the dead-letter queue by the
 * queue's redrive policy.
 *
 * States of each of its `maximumConcurrency` pollers: polling → filling the batch → invoking → deleting → polling. A
 * poller invokes the function itself, so a received message never waits for a free invocation.
 */
export class EventSourceMapping {
  readonly #sqs: SQSClient;
  readonly #options: MappingOptions;
  readonly #pollers = new Set<Poller>();
  #concurrency = 0;

  constructor(sqs: SQSClient, options: MappingOptions) {
    this.#sqs = sqs;
    this.#options = options;
    this.resize(options.maximumConcurrency);
  }

  /**
   * Sets the number of concurrent invocations; 0 pauses the mapping. Batches in flight are completed, and count towards the new
   * number until they are.
   */
  resize(concurrency: number): void {
    this.#concurrency = concurrency;
    while (this.#pollers.size < concurrency) this.#start();
    const staying = [...this.#pollers].filter(({ stopping }) => !stopping.signal.aborted);
    const idleFirst = staying.toSorted((one, other) => Number(one.busy) - Number(other.busy));
    for (const poller of idleFirst.slice(0, Math.max(0, staying.length - concurrency))) this.#end(poller);
  }

  /** Stops polling. Resolves when the batches in flight are processed. */
  async stop(): Promise<void> {
    this.resize(0);
    await Promise.all(Array.from(this.#pollers, ({ done }) => done));
  }

  #start(): void {
    const poller: Poller = {
      stopping: new AbortController(),
      hangingUp: new AbortController(),
      busy: false,
      done: Promise.resolve(),
    };
    this.#pollers.add(poller);
    poller.done = this.#poll(poller).finally(() => {
      this.#pollers.delete(poller);
      // Starts a poller that `resize` had to postpone.
      this.resize(this.#concurrency);
    });
  }

  #end({ stopping, hangingUp, done }: Poller): void {
    stopping.abort();
    const hangUp = setTimeout(() => hangingUp.abort(), HANG_UP_MS);
    void done.finally(() => clearTimeout(hangUp));
  }

  async #poll(poller: Poller): Promise<void> {
    const { signal } = poller.stopping;
    while (!signal.aborted) {
      try {
        const records = await this.#fillBatch(poller);
        const limits = { maxEntries: this.#options.batchSize, maxBytes: MAX_RECORDS, sizeOf };
        const batches = chunk(records, limits);
        for (const batch of batches) await this.#process(batch);
      } catch (error) {
        if (signal.aborted) return;
        this.#options.onError(`queue ${this.#options.queueArn}: ${String(error)}`);
        await sleep(RETRY_MS, undefined, { signal }).catch(() => undefined);
      } finally {
        poller.busy = false;
      }
    }
  }

  /** Receives until the batch is full or its window ends. */
  async #fillBatch(poller: Poller): Promise<ReceivedRecord[]> {
    const { batchSize, batchingWindow } = this.#options;
    const records = await this.#receive(poller, batchSize, LONG_POLL);
    poller.busy = records.length > 0;
    const closes = Date.now() + batchingWindow * 1_000;
    while (records.length > 0 && records.length < batchSize && !poller.stopping.signal.aborted) {
      // A long poll takes whole seconds, so the window ends up to 0.5 s early or late.
      const secondsLeft = Math.min(LONG_POLL, Math.max(0, Math.round((closes - Date.now()) / 1_000)));
      const receiving = this.#receive(poller, batchSize - records.length, secondsLeft);
      // The receive fails if the poller stops or the queue is unreachable. Messages received before are processed nevertheless.
      const more = await receiving.catch(() => undefined);
      if (!more || (more.length === 0 && secondsLeft === 0)) break;
      records.push(...more);
    }
    return records;
  }

  async #receive({ hangingUp }: Poller, most: number, waitSeconds: number): Promise<ReceivedRecord[]> {
    const command = new ReceiveMessageCommand({
      QueueUrl: this.#options.queueUrl,
      MaxNumberOfMessages: Math.min(REQUEST_SIZE, most),
      WaitTimeSeconds: waitSeconds,
      MessageSystemAttributeNames: ['All'],
      MessageAttributeNames: ['All'],
    });
    const { Messages = [] } = await this.#sqs.send(command, { abortSignal: hangingUp.signal });
    return Messages.map((message) => toReceivedRecord(message, this.#options.queueArn));
  }

  /** Invokes the function with a batch and deletes the messages that did not fail. */
  async #process(records: readonly ReceivedRecord[]): Promise<void> {
    const { invoke, onError, queueArn, reportsItemFailures } = this.#options;
    const result = await invoke(`{"Records":[${records.map(({ json }) => json).join()}]}`);
    const messageIds = records.map(({ messageId }) => messageId);
    const { failed, reason } = readInvokeResult(result, messageIds, reportsItemFailures);
    if (reason) onError(`queue ${queueArn}: batch of ${records.length} failed: ${reason}`);
    await this.#delete(records.filter(({ messageId }) => !failed.has(messageId)));
  }

  async #delete(records: readonly ReceivedRecord[]): Promise<void> {
    const requests = chunk(records, { maxEntries: REQUEST_SIZE }).map((batch) => {
      const Entries = batch.map(({ receiptHandle }, position) => ({
        Id: String(position),
        ReceiptHandle: receiptHandle,
      }));
      return this.#sqs.send(new DeleteMessageBatchCommand({ QueueUrl: this.#options.queueUrl, Entries }));
    });
    await Promise.all(requests);
  }
}

interface ReceivedRecord {
  messageId: string;
  receiptHandle: string;
  /** The record as JSON, which is both measured and sent. */
  json: string;
}

function toReceivedRecord(message: Message, queueArn: string): ReceivedRecord {
  const record = toSqsRecord(message, queueArn);
  const { messageId, receiptHandle } = record;
  return { messageId, receiptHandle, json: JSON.stringify(record) };
}

/** Size in the payload, including the comma. */
const sizeOf = ({ json }: ReceivedRecord): number => Buffer.byteLength(json) + 1;

/**
 * Returns the messages that an invocation failed. A function error fails the whole batch. Without
 * `ReportBatchItemFailures`, any other answer is a success of the whole batch.
 *
 * @param messageIds Ids of the batch's messages.
 */
export function readInvokeResult(
  { payload, functionError }: InvokeResult,
  messageIds: readonly string[],
  reportsItemFailures: boolean,
): BatchAnswer {
  if (functionError) return wholeBatch(messageIds, `function error: ${payload.slice(0, 500)}`);
  if (!reportsItemFailures) return { failed: new Set() };
  return readBatchAnswer(JSON.parse(payload), messageIds);
}
