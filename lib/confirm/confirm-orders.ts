import type { Claim, Ledger } from '../aws/ledger.ts';
import type { Topic } from '../aws/topic.ts';
import { type Order, type OrderIssue, parseOrderText } from '../order/order.ts';
import { type MessageOutcome, refused } from '../records/settle-records.ts';
import { toPublishedMessage } from './confirmed-message.ts';

/** One message of the order queue. */
export interface OrderMessage {
  /** SQS message id: the owner of the claim. */
  messageId: string;
  /** One order as JSON. */
  body: string;
  attributes: {
    /** When the message was sent, in epoch milliseconds; a redriven one, when it was redriven. */
    SentTimestamp: string;
    /** How often the message has been received, this time included. */
    ApproximateReceiveCount: string;
  };
}

/** Seconds until a message whose order is busy is redelivered for the first time: the other one needs less than one. */
const BUSY_RETRY_SECONDS = 5;

/**
 * What became of one message, and of the order in it. A message that failed for a passing reason keeps the visibility timeout, so
 * that an outage of minutes does not empty the queue into the dead-letter queue.
 */
export type ConfirmOutcome = MessageOutcome & OrderOutcome;

type OrderOutcome =
  /** Published, `ageMs` after the message was sent; `unmarked` where the ledger could not be updated. */
  | { status: 'confirmed'; order: Order; ageMs: number; unmarked?: Error }
  /** Confirmed for another message, before or in this batch: nothing was published. */
  | { status: 'duplicate'; order: Order }
  /** Confirmed for this very message, which SQS has delivered again: nothing was published. */
  | { status: 'redelivered'; order: Order }
  /**
   * Claimed for another message, or for another delivery of this one, which is still being processed or has crashed. From the
   * second receive on it keeps the visibility timeout: the other one has crashed, and its lease ends before that.
   */
  | { status: 'busy'; order: Order; error: Error }
  /** Not an order, and never will be. */
  | { status: 'rejected'; errors: OrderIssue[]; error: Error }
  /** A passing reason, in the ledger or at the topic: worth another try later. */
  | { status: 'failed'; step: 'claim' | 'publish'; order: Order; error: Error };

/** What confirming needs. */
export interface ConfirmParts {
  ledger: Ledger;
  /** Topic that `OrderConfirmed` is published to. */
  orderEvents: Topic;
}

/**
 * Confirms a batch of messages: claims each order in the ledger, publishes `OrderConfirmed`, marks it sent.
 *
 * The order of the three steps is the promise: a claim comes before the publish, so that no two deliveries publish the
 * same order; the mark comes after it, so that a death in between repeats a publish rather than losing it.
 *
 * @param leaseMs how long a claim holds off other deliveries of the same order: at least until this call is surely over
 * @returns one outcome per message, in the order given; never throws for a part
 */
export async function confirmOrders(
  messages: readonly OrderMessage[],
  { ledger, orderEvents }: ConfirmParts,
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

  // An order that was published but could not be marked stays confirmed: failing its message would bring it back and
  // publish it again for certain, while the unmarked claim repeats only if the customer sends the order once more.
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
      // SQS's clock and this one may disagree.
      ageMs: Math.max(0, confirmedAt - sentAt),
      ...(mark && !mark.ok && { unmarked: mark.error }),
    };
  }
  return outcomes;
}

/** An order with the messages of this batch that carry it. */
interface OrderInFlight {
  order: Order;
  /** By the first of the messages: it claims for all of them. */
  claim: Claim;
  deliveries: [Delivery, ...Delivery[]];
}

/** An order that is this batch's to publish. */
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
      outcomes[position] = { status: 'rejected', errors: parsed.errors, ...refused(parsed.errors) };
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

/** The order was published for the message `owner`: any other message is a duplicate. */
function settleSent(outcomes: ConfirmOutcome[], { order, deliveries }: OrderInFlight, owner: string): void {
  for (const { messageId, position } of deliveries) {
    outcomes[position] = { status: messageId === owner ? 'redelivered' : 'duplicate', order };
  }
}

function settleBusy(outcomes: ConfirmOutcome[], { order, deliveries }: OrderInFlight): void {
  const error = new Error(`order ${order.order_id}: claimed already`);
  for (const { position, receiveCount } of deliveries) {
    const pace = receiveCount === 1 && { retryInSeconds: BUSY_RETRY_SECONDS };
    outcomes[position] = { status: 'busy', order, error, ...pace };
  }
}

function settleFailed(
  outcomes: ConfirmOutcome[],
  { order, deliveries }: OrderInFlight,
  step: 'claim' | 'publish',
  error = new Error(`${step}: no answer for this order`),
): void {
  for (const { position } of deliveries) outcomes[position] = { status: 'failed', step, order, error };
}
