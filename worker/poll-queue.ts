import { setTimeout as sleep } from 'node:timers/promises';
import type { SQSRecord } from 'aws-lambda';
import { Consumer } from 'sqs-consumer';
import { createLongPollClient } from '../lib/aws/clients.ts';
import { backoff } from '../lib/batch/send-in-batches.ts';
import { toSqsRecord } from '../runtime/sqs-record.ts';

export interface PollOptions {
  queueUrl: string;
  queueArn: string;
  /** Messages a batch, ten at most. */
  batchSize: number;
  /** Seconds for which messages are hidden once they are received. */
  visibilityTimeout: number;
  /** Polls in flight. */
  concurrency: number;
  /** Processes a batch; its poller waits. Must not throw. */
  onBatch: (records: SQSRecord[]) => Promise<void>;
  onAnswer: () => void;
  /** Called after each poll that failed; the next one follows after a pause. */
  onFailure: (error: Error) => void;
}

/** Seconds of a long poll, the longest there is. */
const LONG_POLL = 20;
/** Ms that polls under way get for their answer at a stop: messages on their way would be hidden for long. */
const HANG_UP_MS = 250;

/**
 * Polls a queue, `concurrency` times side by side; each poller receives a batch, waits until it is processed, and polls again.
 *
 * sqs-consumer neither deletes messages nor extends their visibility timeout here: its heartbeat goes on while it deletes, and
 * would undo when the handler has failed messages redelivered.
 *
 * @returns a function that stops the polling; it resolves when no batch is in flight any more
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
      // How long to wait for the rest is decided by whoever stops it.
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
    await sleep(HANG_UP_MS);
    sqs.destroy();
    await Promise.all(stopped);
  };
}

/** Not with `once` of node:events: that rejects when polls fail meanwhile, as those do that are hung up on. */
const untilStopped = (poller: Consumer): Promise<void> =>
  new Promise((resolve) => void poller.once('stopped', () => resolve()));
