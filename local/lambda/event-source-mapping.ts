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

/** What polls which queue for which function, in Lambda's terms. */
export interface MappingOptions {
  queueUrl: string;
  queueArn: string;
  /** Records per invocation: at most 10,000. */
  batchSize: number;
  /** Seconds to wait for a batch to fill. */
  batchingWindow: number;
  /** Invocations at once to begin with: none while it is 0. */
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
/** What the records may take of it. */
const MAX_RECORDS = MAX_PAYLOAD - Buffer.byteLength('{"Records":[]}');
/** Ms until a queue that could not be reached is tried again. */
const RETRY_MS = 500;
/** Ms that a receive under way gets for its answer when its poller stops: messages on their way would be hidden for long. */
const HANG_UP_MS = 250;

/** What polls the queue, one invocation at a time. */
interface Poller {
  /** Aborted when it is to end: it takes nothing more, and deals with what it has in hand. */
  stopping: AbortController;
  /** Aborts the receive under way. */
  hangingUp: AbortController;
  /** Whether it has messages in hand. */
  busy: boolean;
  done: Promise<void>;
}

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
  readonly #pollers = new Set<Poller>();
  #concurrency = 0;

  constructor(sqs: SQSClient, options: MappingOptions) {
    this.#sqs = sqs;
    this.#options = options;
    this.resize(options.maximumConcurrency);
  }

  /**
   * Sets how many invocations there may be at once, from now on; none with 0. Batches in hand end as they would have, and
   * until they have, those that are to follow wait.
   */
  resize(concurrency: number): void {
    this.#concurrency = concurrency;
    while (this.#pollers.size < concurrency) this.#start();
    const staying = [...this.#pollers].filter(({ stopping }) => !stopping.signal.aborted);
    const idleFirst = staying.toSorted((one, other) => Number(one.busy) - Number(other.busy));
    for (const poller of idleFirst.slice(0, Math.max(0, staying.length - concurrency))) this.#end(poller);
  }

  /** Stops polling; resolves when the batches in hand are dealt with. */
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
      // Whoever is to follow has waited for this.
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
        for (const batch of batches) await this.#deal(batch);
      } catch (error) {
        if (signal.aborted) return;
        this.#options.onTrouble(`queue ${this.#options.queueArn}: ${String(error)}`);
        await sleep(RETRY_MS, undefined, { signal }).catch(() => undefined);
      } finally {
        poller.busy = false;
      }
    }
  }

  /** Receives until the batch is full or its window is over. */
  async #fillBatch(poller: Poller): Promise<RecordInHand[]> {
    const { batchSize, batchingWindow } = this.#options;
    const records = await this.#receive(poller, batchSize, LONG_POLL);
    poller.busy = records.length > 0;
    const closes = Date.now() + batchingWindow * 1_000;
    while (records.length > 0 && records.length < batchSize && !poller.stopping.signal.aborted) {
      // Whole seconds are all that a long poll knows: the window closes within half a second of its time.
      const secondsLeft = Math.min(LONG_POLL, Math.max(0, Math.round((closes - Date.now()) / 1_000)));
      const receiving = this.#receive(poller, batchSize - records.length, secondsLeft);
      // Stopping, or the queue is out of reach: what is in hand is dealt with all the same.
      const more = await receiving.catch(() => undefined);
      if (!more || (more.length === 0 && secondsLeft === 0)) break;
      records.push(...more);
    }
    return records;
  }

  async #receive({ hangingUp }: Poller, most: number, waitSeconds: number): Promise<RecordInHand[]> {
    const command = new ReceiveMessageCommand({
      QueueUrl: this.#options.queueUrl,
      MaxNumberOfMessages: Math.min(REQUEST_SIZE, most),
      WaitTimeSeconds: waitSeconds,
      MessageSystemAttributeNames: ['All'],
      MessageAttributeNames: ['All'],
    });
    const { Messages = [] } = await this.#sqs.send(command, { abortSignal: hangingUp.signal });
    return Messages.map((message) => take(message, this.#options.queueArn));
  }

  /** One invocation, and what follows from its answer. */
  async #deal(records: readonly RecordInHand[]): Promise<void> {
    const { invoke, onTrouble, queueArn, reportsItemFailures } = this.#options;
    const result = await invoke(`{"Records":[${records.map(({ json }) => json).join()}]}`);
    const messageIds = records.map(({ messageId }) => messageId);
    const { failed, reason } = readInvokeResult(result, messageIds, reportsItemFailures);
    if (reason) onTrouble(`queue ${queueArn}: batch of ${records.length} failed: ${reason}`);
    await this.#delete(records.filter(({ messageId }) => !failed.has(messageId)));
  }

  async #delete(records: readonly RecordInHand[]): Promise<void> {
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

/** A record with what its way through the mapping needs: the payload is measured and made of the same text. */
interface RecordInHand {
  messageId: string;
  receiptHandle: string;
  json: string;
}

function take(message: Message, queueArn: string): RecordInHand {
  const record = toSqsRecord(message, queueArn);
  const { messageId, receiptHandle } = record;
  return { messageId, receiptHandle, json: JSON.stringify(record) };
}

/** With its comma. */
const sizeOf = ({ json }: RecordInHand): number => Buffer.byteLength(json) + 1;

/**
 * What a mapping makes of an invocation: an error fails the whole batch; where the function does not report failures
 * item by item (`ReportBatchItemFailures`), anything else is success.
 *
 * @param messageIds of the batch
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
