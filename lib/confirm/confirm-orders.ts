import type { Claim, Ledger } from '../aws/ledger.ts';
import type { OrderEvents } from '../aws/order-events.ts';
import { type Order, type OrderIssue, parseOrderText } from '../order/order.ts';

/** One message of the order queue. */
export interface OrderMessage {
  /** SQS message id: the owner of the claim. */
  messageId: string;
  /** One order as JSON. */
  body: string;
  attributes: {
    /** When SQS took the message, in epoch milliseconds. A message that was redriven from the DLQ counts from then. */
    SentTimestamp: string;
  };
}

/** What became of one message. */
export type ConfirmOutcome =
  /** Published, `ageMs` after SQS took the message; `unmarked` where the ledger could not be told. */
  | { status: 'confirmed'; order: Order; ageMs: number; unmarked?: Error }
  /** Confirmed for another message, before or in this batch: nothing was published. */
  | { status: 'duplicate'; order: Order }
  /** Confirmed for this very message, which SQS has delivered again: nothing was published. */
  | { status: 'redelivered'; order: Order }
  /**
   * Claimed for another message, or for another delivery of this one. That one is still at work on it or has died: time
   * will tell.
   */
  | { status: 'busy'; order: Order }
  /** Not an order, and never will be. */
  | { status: 'rejected'; errors: OrderIssue[] }
  /** A passing reason, in the ledger or at the topic: worth another try later. */
  | { status: 'failed'; step: 'claim' | 'publish'; order: Order; error: Error };

/** What confirming needs. */
export interface ConfirmParts {
  ledger: Ledger;
  orderEvents: OrderEvents;
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
  for (const [index, inHand] of batch.entries()) {
    const claim = claims[index];
    if (claim?.status === 'claimed') claimed.push({ ...inHand, claimedAt: claim.claimedAt });
    else if (claim?.status === 'sent') settleSent(outcomes, inHand, claim.owner);
    else if (claim?.status === 'busy') settleAll(outcomes, inHand, { status: 'busy', order: inHand.order });
    else settleFailed(outcomes, inHand, 'claim', claim?.error);
  }

  const confirmedAt = Date.now();
  const publishes = await orderEvents.publishConfirmed(
    claimed.map(({ order }) => order),
    confirmedAt,
  );
  const published: (ClaimedOrder & { snsMessageId: string })[] = [];
  for (const [index, inHand] of claimed.entries()) {
    const publish = publishes[index];
    if (publish?.ok) published.push({ ...inHand, ...publish.value });
    else settleFailed(outcomes, inHand, 'publish', publish?.error);
  }

  // An order that was published but could not be marked stays confirmed: failing its message would bring it back and
  // publish it again for certain, while the unmarked claim repeats only if the customer sends the order once more.
  const marks = await ledger.markSent(
    published.map(({ claim, claimedAt, snsMessageId }) => ({ ...claim, claimedAt, snsMessageId })),
  );
  for (const [index, inHand] of published.entries()) {
    const mark = marks[index];
    settleSent(outcomes, inHand, inHand.claim.owner);
    const { order, deliveries } = inHand;
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
interface OrderInHand {
  order: Order;
  /** By the first of the messages: it claims for all of them. */
  claim: Claim;
  deliveries: [Delivery, ...Delivery[]];
}

/** An order that is this batch's to publish. */
interface ClaimedOrder extends OrderInHand {
  /** Epoch milliseconds. */
  claimedAt: number;
}

interface Delivery {
  messageId: string;
  position: number;
  /** Epoch milliseconds. */
  sentAt: number;
}

function groupByOrder(messages: readonly OrderMessage[], outcomes: ConfirmOutcome[]): OrderInHand[] {
  const byOrderId = new Map<string, OrderInHand>();
  for (const [position, { messageId, body, attributes }] of messages.entries()) {
    const parsed = parseOrderText(body);
    if (!parsed.ok) {
      outcomes[position] = { status: 'rejected', errors: parsed.errors };
      continue;
    }
    const { order } = parsed;
    const delivery = { messageId, position, sentAt: Number(attributes.SentTimestamp) };
    const inHand = byOrderId.get(order.order_id);
    if (inHand) inHand.deliveries.push(delivery);
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
function settleSent(outcomes: ConfirmOutcome[], { order, deliveries }: OrderInHand, owner: string): void {
  for (const { messageId, position } of deliveries) {
    outcomes[position] = { status: messageId === owner ? 'redelivered' : 'duplicate', order };
  }
}

function settleFailed(
  outcomes: ConfirmOutcome[],
  inHand: OrderInHand,
  step: 'claim' | 'publish',
  error = new Error(`${step}: no answer for this order`),
): void {
  settleAll(outcomes, inHand, { status: 'failed', step, order: inHand.order, error });
}

function settleAll(outcomes: ConfirmOutcome[], { deliveries }: OrderInHand, outcome: ConfirmOutcome): void {
  for (const { position } of deliveries) outcomes[position] = outcome;
}
