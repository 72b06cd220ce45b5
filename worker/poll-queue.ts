import { setTimeout as sleep } from 'node:timers/promises';
import type { SQSRecord } from 'aws-lambda';
import { Consumer } from 'sqs-consumer';
import { createLongPollClient } from '../lib/aws/clients.ts';
import { backoff } from '../lib/batch/send-in-batches.ts';
import { toSqsRecord } from '../runtime/sqs-record.ts';

export interface PollOptions {
  queueUrl: string;
  queueArn: string;
  /** Maximum number of messages per batch, up to 10. */
  batchSize: number;
  /** Visibility timeout of received messages, in seconds. */
  visibilityTimeout: number;
  /** Number of pollers. */
  concurrency: number;
  /** Processes a batch while its poller waits. Must not throw. */
  onBatch: (records: SQSRecord[]) => Promise<void>;
  onAnswer: () => void;
  /** Called after each failed poll; the next one follows after a pause. */
  onFailure: (error: Error) => void;
}

/** Seconds of a long poll: SQS's maximum. */
const LONG_POLL = 20;
/**
 * Milliseconds that a stop waits for the answers of open polls. Messages of an answer that is cut off stay hidden for a whole
 * visibility timeout.
 */
const GRACE_MS = 250;

/**
 * Polls a queue with `concurrency` pollers. Each one receives a batch, waits until it is processed, and polls again.
 *
 * sqs-consumer neither deletes messages nor extends their visibility timeout here: its heartbeat continues while it deletes, and
 * would overwrite the retry delay that the handler set for failed messages.
 *
 * @returns A function that stops polling; it resolves when no batch is in flight any more.
 */
export function pollQueue(options: PollOptions): () => Promise<void> {
  const { queueUrl, queueArn, batchSize, visibilityTimeout, concurrency } = options;
  const sqs = createLongPollClient();
  let stopping = false;

  function createPoller(): Consumer {
    let failures = 0;
    const poller = Consumer.create({
      sqs,
      queueUrl,
      batchSize,
      visibilityTimeout,
      waitTimeSeconds: LONG_POLL,
      messageAttributeNames: ['All'],
      messageSystemAttributeNames: ['All'],
      shouldDeleteMessages: false,
      suppressFifoWarning: true,
      // The caller of `stop` sets the deadline.
      pollingCompleteWaitTimeMs: Number.POSITIVE_INFINITY,
      async preReceiveMessageCallback() {
        if (failures > 0) await backoff(failures);
        if (stopping) throw new Error('the poller is being stopped');
      },
      async postReceiveMessageCallback() {
        failures = 0;
        options.onAnswer();
      },
      async handleMessageBatch(messages) {
        await options.onBatch(messages.map((message) => toSqsRecord(message, queueArn)));
        return undefined;
      },
    });
    poller.on('error', (error) => {
      if (stopping) return;
      failures += 1;
      options.onFailure(error);
    });
    poller.start();
    return poller;
  }

  const pollers = Array.from({ length: concurrency }, createPoller);

  return async function stop() {
    stopping = true;
    const stopped = pollers.map(untilStopped);
    for (const poller of pollers) poller.stop();
    await sleep(GRACE_MS);
    sqs.destroy();
    await Promise.all(stopped);
  };
}

/** Avoids `once` of node:events, which rejects on the errors of polls that the stop cuts off. */
const untilStopped = (poller: Consumer): Promise<void> =>
  new Promise((resolve) => void poller.once('stopped', () => resolve()));
