import type { Claim, Ledger } from '../aws/ledger.ts';
import type { Topic } from '../aws/topic.ts';
import { type Order, type OrderIssue, parseOrderText } from '../order/order.ts';
import { invalidMessage, type MessageOutcome } from '../records/settle-records.ts';
import { toPublishedMessage } from './confirmed-message.ts';

/** One message of the order queue. */
export interface OrderMessage {
  /** SQS message id. The message owns the claim. */
  messageId: string;
  /** One order as JSON. */
  body: string;
  attributes: {
    /** When the message was sent, or last redriven, in epoch milliseconds. */
    SentTimestamp: string;
    /** Number of times that the message has been received, including this one. */
    ApproximateReceiveCount: string;
  };
}

/** Seconds until the first redelivery of a message whose order is busy. The other delivery needs less than one. */
const BUSY_RETRY_SECONDS = 5;

/**
 * Outcome of one message and its order. After a transient error a message keeps its visibility timeout, so that an outage of
 * minutes does not move the whole queue to the dead-letter queue.
 */
export type ConfirmOutcome = MessageOutcome & OrderOutcome;

type OrderOutcome =
  /** Published, `ageMs` after the message was sent. `unmarked`: the ledger could not be updated. */
  | { status: 'confirmed'; order: Order; ageMs: number; unmarked?: Error }
  /** Confirmed for another message, before or in this batch: nothing was published. */
  | { status: 'duplicate'; order: Order }
  /** Confirmed for this very message, which SQS has delivered again: nothing was published. */
  | { status: 'redelivered'; order: Order }
  /**
   * Claimed by another message, or by another delivery of this one, that is in flight or has crashed. From the second
   * receive on the message keeps its visibility timeout, because the other delivery has crashed and its lease expires before
   * that.
   */
  | { status: 'busy'; order: Order; error: Error }
  /** The message is not a valid order; a retry cannot succeed. */
  | { status: 'rejected'; errors: OrderIssue[]; error: Error }
  /** A transient error of the ledger or the topic: retried later. */
  | { status: 'failed'; step: 'claim' | 'publish'; order: Order; error: Error };

/** The services that `confirmOrders` uses. */
export interface ConfirmServices {
  ledger: Ledger;
  /** Topic for `OrderConfirmed` events. */
  orderEvents: Topic;
}

/**
 * Confirms a batch of messages: claims each order in the ledger, publishes `OrderConfirmed` and marks the order as sent.
 *
 * The claim comes before the publish, so that no two deliveries publish the same order. The mark comes after it, so that a
 * crash in between repeats the publish instead of losing it.
 *
 * @param leaseMs Milliseconds for which a claim blocks other deliveries of the order. Must be longer than this call can take.
 * @returns One outcome per message, in the order given. A failed message is an outcome, not a throw.
 */
export async function confirmOrders(
  messages: readonly OrderMessage[],
  { ledger, orderEvents }: ConfirmServices,
  leaseMs: number,
): Promise<ConfirmOutcome[]> {
  const outcomes = new Array<ConfirmOutcome>(messages.length);
  const batch = groupByOrder(messages, outcomes);

  const claims = await ledger.claim(
    batch.map(({ claim }) => claim),
    leaseMs,
  );
  const claimed: ClaimedOrder[] = [];
  for (const [index, inFlight] of batch.entries()) {
    const claim = claims[index];
    if (claim?.status === 'claimed') claimed.push({ ...inFlight, claimedAt: claim.claimedAt });
    else if (claim?.status === 'sent') settleSent(outcomes, inFlight, claim.owner);
    else if (claim?.status === 'busy') settleBusy(outcomes, inFlight);
    else settleFailed(outcomes, inFlight, 'claim', claim?.error);
  }

  const confirmedAt = Date.now();
  const publishes = await orderEvents.publish(
    claimed.map(({ order }) => toPublishedMessage(order, confirmedAt)),
  );
  const published: (ClaimedOrder & { snsMessageId: string })[] = [];
  for (const [index, inFlight] of claimed.entries()) {
    const publish = publishes[index];
    if (publish?.ok) published.push({ ...inFlight, ...publish.value });
    else settleFailed(outcomes, inFlight, 'publish', publish?.error);
  }

  // A published order that could not be marked stays confirmed. Failing its message would certainly publish it again; an
  // unmarked claim does so only if the customer sends the order again.
  const marks = await ledger.markSent(
    published.map(({ claim, claimedAt, snsMessageId }) => ({ ...claim, claimedAt, snsMessageId })),
  );
  for (const [index, inFlight] of published.entries()) {
    const mark = marks[index];
    settleSent(outcomes, inFlight, inFlight.claim.owner);
    const { order, deliveries } = inFlight;
    const [{ position, sentAt }] = deliveries;
    outcomes[position] = {
      status: 'confirmed',
      order,
      // The clocks of SQS and this host may differ.
      ageMs: Math.max(0, confirmedAt - sentAt),
      ...(mark && !mark.ok && { unmarked: mark.error }),
    };
  }
  return outcomes;
}

/** An order with its messages in this batch. */
interface OrderInFlight {
  order: Order;
  /** The first message claims the order for all of them. */
  claim: Claim;
  deliveries: [Delivery, ...Delivery[]];
}

/** An order that this batch has claimed and publishes. */
interface ClaimedOrder extends OrderInFlight {
  /** Epoch milliseconds. */
  claimedAt: number;
}

interface Delivery {
  messageId: string;
  position: number;
  /** Epoch milliseconds. */
  sentAt: number;
  receiveCount: number;
}

function groupByOrder(messages: readonly OrderMessage[], outcomes: ConfirmOutcome[]): OrderInFlight[] {
  const byOrderId = new Map<string, OrderInFlight>();
  for (const [position, { messageId, body, attributes }] of messages.entries()) {
    const parsed = parseOrderText(body);
    if (!parsed.ok) {
      outcomes[position] = { status: 'rejected', errors: parsed.errors, ...invalidMessage(parsed.errors) };
      continue;
    }
    const { order } = parsed;
    const { SentTimestamp, ApproximateReceiveCount } = attributes;
    const receiveCount = Number(ApproximateReceiveCount);
    const delivery = { messageId, position, sentAt: Number(SentTimestamp), receiveCount };
    const inFlight = byOrderId.get(order.order_id);
    if (inFlight) inFlight.deliveries.push(delivery);
    else byOrderId.set(order.order_id, { order, claim: toClaim(order, delivery), deliveries: [delivery] });
  }
  return [...byOrderId.values()];
}

const toClaim = (order: Order, { messageId, sentAt }: Delivery): Claim => ({
  orderId: order.order_id,
  owner: messageId,
  order: JSON.stringify(order),
  queuedAt: sentAt,
});

/** Settles the messages of an order that was published for `owner`: any other message is a duplicate. */
function settleSent(outcomes: ConfirmOutcome[], { order, deliveries }: OrderInFlight, owner: string): void {
  for (const { messageId, position } of deliveries) {
    outcomes[position] = { status: messageId === owner ? 'redelivered' : 'duplicate', order };
  }
}

function settleBusy(outcomes: ConfirmOutcome[], { order, deliveries }: OrderInFlight): void {
  const error = new Error(`order ${order.order_id}: already claimed by another delivery`);
  for (const { position, receiveCount } of deliveries) {
    const pace = receiveCount === 1 && { retryInSeconds: BUSY_RETRY_SECONDS };
    outcomes[position] = { status: 'busy', order, error, ...pace };
  }
}

function settleFailed(
  outcomes: ConfirmOutcome[],
  { order, deliveries }: OrderInFlight,
  step: 'claim' | 'publish',
  error = new Error(`${step}: no result for this order`),
): void {
  for (const { position } of deliveries) outcomes[position] = { status: 'failed', step, order, error };
}
