import { createQueue, type ReceivedMessage } from '../../lib/aws/queue.ts';
import type { EntryOutcome } from '../../lib/batch/send-in-batches.ts';
import { allEnded } from '../../program/all-ended.ts';
import type { QueueName } from '../../topology.ts';
import { findQueue, type Pipeline, type PipelineClients } from '../pipeline/pipeline.ts';

/** Messages of a dead-letter queue that are hidden from other receivers. Disposal releases those that are left. */
export interface HeldMessages extends Leases {
  /** Number of messages received. */
  readonly seen: number;
  /** Approximate number of messages that are in flight elsewhere and could not be received. */
  readonly hidden: number;
}

export interface HoldOptions {
  /** Maximum number of messages. Default: all. */
  limit?: number | undefined;
  /** Ends the search early, when it returns true for the messages found so far. */
  enough?: ((messages: ReadonlyMap<string, ReceivedMessage>) => boolean) | undefined;
  /** Ends the search; the messages found so far are returned. */
  signal?: AbortSignal | undefined;
  onProgress?: ((seen: number) => void) | undefined;
}

/**
 * Seconds of a long poll. With at least 1, SQS queries all of its servers, so that an empty answer can be trusted. The embedded
 * cloud is a single server and needs no wait.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-short-and-long-polling.html
 */
const WAIT_SECONDS = 1;
/** Maximum number of concurrent receivers, and how many messages justify one more. */
const MAX_RECEIVERS = 8;
const MESSAGES_PER_RECEIVER = 50;
/** Consecutive empty answers that end the search although SQS counts messages: the count may be a minute old. */
const MAX_EMPTY = 5;

/**
 * Receives the messages of a dead-letter queue and hides them from other receivers.
 *
 * @throws InvalidInputError if the stage does not have the queue
 * @throws ServiceError; then all received messages have been released
 */
export async function holdMessages(
  pipeline: Pipeline,
  queueName: QueueName,
  { limit = Number.POSITIVE_INFINITY, enough = () => false, signal, onProgress }: HoldOptions = {},
): Promise<HeldMessages> {
  const { deadLetterUrl } = findQueue(pipeline, queueName);
  const { sqs } = pipeline.clients;
  const waitSeconds = pipeline.inspectionUrl === undefined ? WAIT_SECONDS : 0;
  const queue = createQueue(sqs, deadLetterUrl);
  const expected = Math.min(limit, (await queue.depth()).visible);
  await using cleanUp = new AsyncDisposableStack();
  const leases = cleanUp.use(createLeases(sqs, deadLetterUrl, expected));
  const { messages } = leases;
  let wanted = limit;
  let empty = 0;
  let failed = false;

  const isDone = () => failed || signal?.aborted || wanted <= 0 || empty >= MAX_EMPTY || enough(messages);

  async function receive(): Promise<void> {
    while (!isDone()) {
      const maxMessages = Math.min(10, wanted);
      // Reserved before the request, so that concurrent receivers together stay within the limit.
      wanted -= maxMessages;
      const since = Date.now();
      const received = await queue.receive({
        maxMessages,
        visibilityTimeout: leases.seconds,
        waitSeconds,
      });
      for (const message of received) leases.add(message, since);
      wanted += maxMessages - received.length;
      onProgress?.(messages.size);
      if (received.length > 0) empty = 0;
      else if ((await queue.depth()).visible === 0) empty = MAX_EMPTY;
      else empty++;
    }
  }

  const receivers = Math.min(MAX_RECEIVERS, Math.max(1, Math.ceil(expected / MESSAGES_PER_RECEIVER)));
  const stopOthers = (error: unknown): never => {
    failed = true;
    throw error;
  };
  await allEnded(Array.from({ length: receivers }, () => receive().catch(stopOthers)));
  const { inFlight } = await queue.depth();
  cleanUp.move();
  return Object.assign(leases, { seen: messages.size, hidden: Math.max(0, inFlight - messages.size) });
}

/**
 * Leases of received messages. To read a message, one has to receive it, which hides it from other receivers:
 *
 *   visible ──receive──► leased ──release, or the lease expires──► visible
 *                               ──delete──► gone
 *
 * Leases are renewed until disposal. If the process crashes, they expire.
 */
export interface Leases extends AsyncDisposable {
  /** Leased messages by their id. */
  readonly messages: ReadonlyMap<string, ReceivedMessage>;
  /** Length of a lease: the visibility timeout in seconds for receives and renewals. */
  readonly seconds: number;
  /** @param since When the receive request was sent, in epoch milliseconds. */
  add(message: ReceivedMessage, since: number): void;
  /** Returns whether the lease of a message lasts for at least 5 more seconds. */
  isLeased(id: string): boolean;
  /** Makes messages visible again. If that fails, they become visible when their leases expire. */
  release(ids: readonly string[]): Promise<void>;
  /** @returns One outcome per message, in the order given. */
  delete(ids: readonly string[]): Promise<EntryOutcome<void>[]>;
}

/** Shortest lease: after a crash, messages stay hidden for up to this long. */
const MIN_SECONDS = 20;
/** SQS hides a message for at most 12 hours, renewals included. */
const MAX_SECONDS = 43_200;
/**
 * A lease lasts one second per 100 messages, and is renewed three times while it lasts. With ten messages a request, renewals
 * make 30 requests a second.
 */
const MESSAGES_PER_SECOND = 100;
/** Remaining time of a lease that is enough to send and delete its message. */
const MARGIN_MS = 5_000;

/** @param expected Approximate number of messages. */
export function createLeases(sqs: PipelineClients['sqs'], queueUrl: string, expected: number): Leases {
  const queue = createQueue(sqs, queueUrl);
  const seconds = Math.min(MAX_SECONDS, Math.max(MIN_SECONDS, Math.ceil(expected / MESSAGES_PER_SECOND)));
  const messages = new Map<string, ReceivedMessage>();
  /** When the lease of each message expires, in epoch milliseconds. */
  const hiddenUntil = new Map<string, number>();
  let renewal: Promise<void> | undefined;

  /**
   * Selects messages whose lease has not expired. Another receiver may have the others by now, and the old receipt handle would
   * change their visibility for that receiver, too.
   */
  const leased = (ids: Iterable<string>) => [...ids].filter((id) => (hiddenUntil.get(id) ?? 0) > Date.now());
  const handlesOf = (ids: readonly string[]) => ids.map((id) => messages.get(id)?.receiptHandle ?? '');

  function forget(ids: readonly string[]): void {
    for (const id of ids) {
      messages.delete(id);
      hiddenUntil.delete(id);
    }
  }

  async function renew(): Promise<void> {
    const ids = leased(messages.keys());
    const until = Date.now() + seconds * 1_000;
    const outcomes = await queue.changeVisibility(handlesOf(ids), seconds);
    for (const [index, id] of ids.entries()) {
      if (outcomes[index]?.ok && messages.has(id)) hiddenUntil.set(id, until);
    }
  }
  const timer = setInterval(
    () => {
      renewal ??= renew().finally(() => {
        renewal = undefined;
      });
    },
    (seconds * 1_000) / 3,
  );

  const leases: Leases = {
    messages,
    seconds,
    add(message, since) {
      // A message may be received twice, after its lease expired or by SQS's at-least-once delivery. The latest handle counts.
      messages.set(message.id, message);
      hiddenUntil.set(message.id, since + seconds * 1_000);
    },
    isLeased: (id) => (hiddenUntil.get(id) ?? 0) > Date.now() + MARGIN_MS,
    async release(ids) {
      // A renewal that arrives later would hide the messages again.
      await renewal;
      await queue.changeVisibility(handlesOf(leased(ids)), 0);
      forget(ids);
    },
    async delete(ids) {
      const outcomes = await queue.delete(handlesOf(ids));
      forget(ids.filter((_id, index) => outcomes[index]?.ok));
      return outcomes;
    },
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await leases.release([...messages.keys()]);
    },
  };
  return leases;
}
