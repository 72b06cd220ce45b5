import { setTimeout as sleep } from 'node:timers/promises';
import { chunk } from '../../lib/batch/chunk.ts';
import { type BatchAnswer, readBatchAnswer, wholeBatch } from '../../runtime/batch-answer.ts';
import type { InvokeResult } from './execution-environment.ts';
import type { QueueReader, QueueRecord } from './queue-reader.ts';

/** Options of an event source mapping, with Lambda's names. */
export interface MappingOptions {
  queueArn: string;
  reader: QueueReader;
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

/** Milliseconds for which a poller waits for a message, as in SQS's longest poll. */
const LONG_POLL_MS = 20_000;
/** An invocation's payload holds at most 6 MB: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const MAX_PAYLOAD = 6 * 1_048_576;
/** Bytes of the payload that records may use. */
const MAX_RECORDS = MAX_PAYLOAD - Buffer.byteLength('{"Records":[]}');
/** Milliseconds until an unreachable queue is polled again. */
const RETRY_MS = 500;

/** Polls the queue and runs one invocation at a time. */
interface Poller {
  /** Stops the poller when aborted: it receives nothing more and processes the messages that it has. */
  stopping: AbortController;
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
  readonly #options: MappingOptions;
  readonly #pollers = new Set<Poller>();
  #concurrency = 0;

  constructor(options: MappingOptions) {
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
    const leaving = idleFirst.slice(0, Math.max(0, staying.length - concurrency));
    for (const { stopping } of leaving) stopping.abort();
  }

  /** Stops polling. Resolves when the batches in flight are processed. */
  async stop(): Promise<void> {
    this.resize(0);
    await Promise.all(Array.from(this.#pollers, ({ done }) => done));
  }

  #start(): void {
    const poller: Poller = { stopping: new AbortController(), busy: false, done: Promise.resolve() };
    this.#pollers.add(poller);
    poller.done = this.#poll(poller).finally(() => {
      this.#pollers.delete(poller);
      // Starts a poller that `resize` had to postpone.
      this.resize(this.#concurrency);
    });
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
  async #fillBatch(poller: Poller): Promise<QueueRecord[]> {
    const { batchSize, batchingWindow, reader } = this.#options;
    const { signal } = poller.stopping;
    const records = await reader.receive(batchSize, LONG_POLL_MS, signal);
    poller.busy = records.length > 0;
    const closes = Date.now() + batchingWindow * 1_000;
    while (records.length > 0 && records.length < batchSize && !signal.aborted) {
      const waitMs = Math.min(LONG_POLL_MS, closes - Date.now());
      if (waitMs <= 0) break;
      // If the queue has become unreachable, the messages received before are processed nevertheless.
      const more = await reader.receive(batchSize - records.length, waitMs, signal).catch(() => undefined);
      if (!more) break;
      records.push(...more);
    }
    return records;
  }

  /** Invokes the function with a batch and deletes the messages that did not fail. */
  async #process(records: readonly QueueRecord[]): Promise<void> {
    const { invoke, onError, queueArn, reportsItemFailures } = this.#options;
    const result = await invoke(`{"Records":[${records.map(({ json }) => json).join()}]}`);
    const messageIds = records.map(({ messageId }) => messageId);
    const { failed, reason } = readInvokeResult(result, messageIds, reportsItemFailures);
    if (reason) onError(`queue ${queueArn}: batch of ${records.length} failed: ${reason}`);
    const done = records.filter(({ messageId }) => !failed.has(messageId));
    if (done.length > 0) await this.#options.reader.delete(done.map(({ receiptHandle }) => receiptHandle));
  }
}

/** Size in the payload, including the comma. */
const sizeOf = ({ json }: QueueRecord): number => Buffer.byteLength(json) + 1;

/**
 * Returns the messages that failed in an invocation. A function error fails the whole batch. Without
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
