import { createQueue, type ReceivedMessage } from '../../lib/aws/queue.ts';
import type { EntryOutcome } from '../../lib/batch/send-in-batches.ts';
import { allEnded } from '../../program/all-ended.ts';
import type { QueueName } from '../../topology.ts';
import { findQueue, type Pipeline, type PipelineClients } from '../pipeline/pipeline.ts';

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
  const queue = createQueue(sqs, deadLetterUrl);
  const expected = Math.min(limit, (await queue.depth()).visible);
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
      const received = await queue.receive({
        maxMessages: most,
        visibilityTimeout: leases.seconds,
        waitSeconds,
      });
      for (const message of received) leases.add(message, since);
      wanted += most - received.length;
      onProgress?.(messages.size);
      if (received.length > 0) empty = 0;
      else if ((await queue.depth()).visible === 0) empty = MOST_EMPTY;
      else empty++;
    }
  }

  const receivers = Math.min(MOST_RECEIVERS, Math.max(1, Math.ceil(expected / MESSAGES_PER_RECEIVER)));
  const stopOthers = (error: unknown): never => {
    failed = true;
    throw error;
  };
  await allEnded(Array.from({ length: receivers }, () => receive().catch(stopOthers)));
  const { inFlight } = await queue.depth();
  cleanUp.move();
  return Object.assign(leases, { seen: messages.size, hidden: Math.max(0, inFlight - messages.size) });
}

/*
 * SQS shows a message only by handing it out, and hides it from others meanwhile:
 *
 *   in the queue ──receive──► in hand ──release, or the lease runs out──► in the queue
 *                                     ──delete──► gone
 *
 * Leases are renewed until they are closed; those of a process that has died run out by themselves.
 */
export interface Leases extends AsyncDisposable {
  /** Messages in hand, by their id. */
  readonly messages: ReadonlyMap<string, ReceivedMessage>;
  /** Seconds for which a message is to be received, and is hidden again at each renewal. */
  readonly seconds: number;
  /** @param since epoch ms at which the receive was sent */
  add(message: ReceivedMessage, since: number): void;
  /** Whether a message is surely hidden from others for the next seconds. */
  isInHand(id: string): boolean;
  /** Gives messages back; what that fails for comes back when its lease runs out. */
  release(ids: readonly string[]): Promise<void>;
  /** @returns one outcome per message, in the order given */
  delete(ids: readonly string[]): Promise<EntryOutcome<void>[]>;
}

/** At least: the messages of a process that was killed are hidden for so long. */
const LEAST_SECONDS = 20;
/** SQS hides a message for 12 hours at most, renewals included. */
const MOST_SECONDS = 43_200;
/** A lease is renewed three times while it lasts, ten messages to a request: so this makes 30 requests a second. */
const MESSAGES_PER_SECOND = 100;
/** What must be left of a lease for what is to be done with its message. */
const MARGIN_MS = 5_000;

/** @param expected how many messages there will be, approximately */
export function createLeases(sqs: PipelineClients['sqs'], queueUrl: string, expected: number): Leases {
  const queue = createQueue(sqs, queueUrl);
  const seconds = Math.min(MOST_SECONDS, Math.max(LEAST_SECONDS, Math.ceil(expected / MESSAGES_PER_SECOND)));
  const messages = new Map<string, ReceivedMessage>();
  /** Epoch ms until which each message is surely hidden. */
  const hiddenUntil = new Map<string, number>();
  let renewal: Promise<void> | undefined;

  /**
   * Those whose lease has not run out. The others may be in somebody else's hands by now, for whom an old receipt handle would
   * change the visibility, too.
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
      // One whose lease ran out, or that SQS has handed out twice, may be there already: the latest receipt handle counts.
      messages.set(message.id, message);
      hiddenUntil.set(message.id, since + seconds * 1_000);
    },
    isInHand: (id) => (hiddenUntil.get(id) ?? 0) > Date.now() + MARGIN_MS,
    async release(ids) {
      // A renewal that overtakes it would hide them again.
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
