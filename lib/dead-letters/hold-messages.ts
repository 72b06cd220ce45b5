import { readQueueDepth } from '../aws/queue-depth.ts';
import { createQueueMessages, type ReceivedMessage } from '../aws/queue-messages.ts';
import { allEnded } from '../batch/all-ended.ts';
import { findQueue } from '../pipeline/find-queue.ts';
import type { Pipeline, QueueName } from '../pipeline/pipeline.ts';
import { createLeases, type Leases } from './leases.ts';

/** Messages of a dead-letter queue, in hand: hidden from everybody else. Disposing of it gives back those that are left. */
export interface HeldMessages extends Leases {
  /** Messages that were looked at. */
  readonly seen: number;
  /** Messages that others have in hand, which could not be looked at; approximately. */
  readonly hidden: number;
}

export interface HoldOptions {
  /** How many to take at most; all where it is left out. */
  limit?: number | undefined;
  /** Whether these are all that is wanted; then the search ends. */
  enough?: ((messages: ReadonlyMap<string, ReceivedMessage>) => boolean) | undefined;
  /** Aborted, the search ends with what it has found. */
  signal?: AbortSignal | undefined;
  onProgress?: ((seen: number) => void) | undefined;
}

/**
 * Seconds of a receive. From 1 on SQS asks all of its servers, so that an empty answer can be believed; the embedded cloud is
 * one server.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-short-and-long-polling.html
 */
const WAIT_SECONDS = 1;
/** Receives at once, and how many messages are worth one more. */
const MOST_RECEIVERS = 8;
const MESSAGES_PER_RECEIVER = 50;
/** Empty answers in a row that are believed although SQS counts messages: its count may be a minute behind. */
const MOST_EMPTY = 5;

/**
 * Takes the messages of a dead-letter queue in hand.
 *
 * @throws InvalidInputError where that part of the pipeline is off
 * @throws ServiceError; what was in hand by then is given back
 */
export async function holdMessages(
  pipeline: Pipeline,
  queueName: QueueName,
  { limit = Number.POSITIVE_INFINITY, enough = () => false, signal, onProgress }: HoldOptions = {},
): Promise<HeldMessages> {
  const { deadLetterUrl } = findQueue(pipeline, queueName);
  const { sqs } = pipeline.clients;
  const waitSeconds = pipeline.inspectionUrl === undefined ? WAIT_SECONDS : 0;
  const queue = createQueueMessages(sqs, deadLetterUrl);
  const expected = Math.min(limit, (await readQueueDepth(sqs, deadLetterUrl)).visible);
  await using cleanUp = new AsyncDisposableStack();
  const leases = cleanUp.use(createLeases(sqs, deadLetterUrl, expected));
  const { messages } = leases;
  let wanted = limit;
  let empty = 0;
  let failed = false;

  const isOver = () => failed || signal?.aborted || wanted <= 0 || empty >= MOST_EMPTY || enough(messages);

  async function receive(): Promise<void> {
    while (!isOver()) {
      const most = Math.min(10, wanted);
      // Set aside, for receives side by side are not to exceed the limit together.
      wanted -= most;
      const since = Date.now();
      const received = await queue.receive(most, leases.seconds, waitSeconds);
      for (const message of received) leases.add(message, since);
      wanted += most - received.length;
      onProgress?.(messages.size);
      if (received.length > 0) empty = 0;
      else if ((await readQueueDepth(sqs, deadLetterUrl)).visible === 0) empty = MOST_EMPTY;
      else empty++;
    }
  }

  const receivers = Math.min(MOST_RECEIVERS, Math.max(1, Math.ceil(expected / MESSAGES_PER_RECEIVER)));
  const stopOthers = (error: unknown): never => {
    failed = true;
    throw error;
  };
  await allEnded(Array.from({ length: receivers }, () => receive().catch(stopOthers)));
  const { inFlight } = await readQueueDepth(sqs, deadLetterUrl);
  cleanUp.move();
  return Object.assign(leases, { seen: messages.size, hidden: Math.max(0, inFlight - messages.size) });
}
