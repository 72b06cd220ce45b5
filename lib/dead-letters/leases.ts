import { createMessageVisibility } from '../aws/message-visibility.ts';
import type { ReceivedMessage } from '../aws/queue-messages.ts';
import { createSourceQueue } from '../aws/source-queue.ts';
import type { EntryOutcome } from '../batch/send-in-batches.ts';
import type { PipelineClients } from '../pipeline/pipeline.ts';

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
  const visibility = createMessageVisibility(sqs, queueUrl);
  const queue = createSourceQueue(sqs, queueUrl);
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
    const outcomes = await visibility.comeBackIn(handlesOf(ids), seconds);
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
      await visibility.comeBackIn(handlesOf(leased(ids)), 0);
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
