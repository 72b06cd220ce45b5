import type { OrderDetails } from '../../lib/order/order.ts';
import { type OrderFacts, queryOrder, toOrderFacts } from '../../lib/order-history/find-order.ts';
import { querySources } from '../../lib/order-history/query-sources.ts';
import { type Queue, type QueueName, queueNamed } from '../../topology.ts';
import type { DeadLetter } from '../dead-letters/dead-letter.ts';
import { listOrderDeadLetters } from '../dead-letters/list-dead-letters.ts';
import { type MailRow, readMailbox } from '../mailbox.ts';
import { ledgerOf, type Pipeline } from '../pipeline/pipeline.ts';
import { openStoredOrders } from '../reconcile/stored-orders.ts';

/** One step in the processing of an order. */
export interface TraceStep {
  /** When it happened, in ISO 8601; null if no time was recorded. */
  at: string | null;
  /** Code of the step. */
  what:
    | 'ordered'
    | 'queued'
    | 'claimed'
    | 'confirmed'
    | 'mailed'
    | 'shipment_scheduled'
    | 'shipment_backordered'
    | 'sold'
    | 'stored'
    | 'dead_lettered';
  /** The step in words, with its details: message ids, delivery date, why it is in a dead-letter queue. */
  text: string;
}

/** The history of an order, step by step. */
export interface OrderTrace {
  order_id: string;
  /** Current state of the order. */
  state: 'claimed' | 'confirmed' | 'complete' | 'dead_lettered';
  /** The order's optional fields that are not personal, from the ledger; absent if there are none. */
  details?: OrderDetails;
  steps: TraceStep[];
  /** The order's messages in dead-letter queues. */
  dead_letters: { queue: QueueName; id: string; reason: string; errors: string[] }[];
}

/** Everything that is known of one order. */
interface Known {
  /** Undefined if neither the ledger nor shipping nor sales has the order. */
  facts: OrderFacts | undefined;
  mails: readonly MailRow[];
  deadLetters: readonly DeadLetter[];
  /** Consumers that store orders in a DynamoDB table, and whether the table has the order. */
  tables: readonly { queue: Queue; has: boolean }[];
}

/**
 * Collects the history of an order from the ledger, the consumers' stores, the dead-letter queues and the embedded cloud's
 * mailbox.
 *
 * Steps are in logical order. Their times come from several clocks, so they may run backward by some milliseconds. The trace has
 * no personal data.
 *
 * @returns The trace; undefined if the order is unknown, as it is while it waits in the order queue for the first time.
 * @throws UnavailableError that names the unreachable sources
 */
export async function traceOrder(pipeline: Pipeline, orderId: string): Promise<OrderTrace | undefined> {
  const answers = await querySources(`trace of ${orderId}`, {
    ...queryOrder(orderId, { ...pipeline, ledger: ledgerOf(pipeline) }),
    'the dead-letter queues': findDeadLetters(pipeline, orderId),
    'the mailbox': readMailbox(pipeline, { search: orderId }),
    "the consumers' tables": findInTables(pipeline, orderId),
  });
  const facts = toOrderFacts(answers);
  const deadLetters = answers['the dead-letter queues'];
  const mails = answers['the mailbox']?.mails.filter(({ order_id }) => order_id === orderId) ?? [];
  if (!facts && deadLetters.length === 0) return undefined;
  const known = { facts, mails, deadLetters, tables: answers["the consumers' tables"] };
  return {
    order_id: orderId,
    state: stateOf(known),
    ...(facts?.details && { details: facts.details }),
    steps: stepsOf(known),
    dead_letters: deadLetters.map(({ queue, id, reason, errors }) => ({
      queue,
      id,
      reason: reason.code,
      errors,
    })),
  };
}

async function findDeadLetters(pipeline: Pipeline, orderId: string): Promise<DeadLetter[]> {
  const deadLetters = await listOrderDeadLetters(pipeline);
  return deadLetters.filter(({ order_id }) => order_id === orderId);
}

async function findInTables(pipeline: Pipeline, orderId: string): Promise<Known['tables']> {
  const queues = pipeline.queues.filter(({ storeTable }) => storeTable !== undefined);
  return Promise.all(
    queues.map(async ({ name }) => {
      const found = await openStoredOrders(pipeline, name)?.have([orderId]);
      return { queue: queueNamed(name), has: found?.has(orderId) === true };
    }),
  );
}

function stateOf({ facts, deadLetters, tables }: Known): OrderTrace['state'] {
  if (deadLetters.length > 0) return 'dead_lettered';
  const { confirmed, shipment, sale } = facts ?? {};
  if (!confirmed && !shipment && !sale) return 'claimed';
  const isMissing = shipment === null || sale === null || tables.some(({ has }) => !has);
  return isMissing ? 'confirmed' : 'complete';
}

function stepsOf({ facts, mails, deadLetters, tables }: Known): TraceStep[] {
  const { ordered_at, queued_at, claimed, confirmed, shipment, sale } = facts ?? {};
  const steps: TraceStep[] = [];
  const add = (what: TraceStep['what'], at: string | null, text: string) => steps.push({ at, what, text });

  if (ordered_at) add('ordered', ordered_at, 'ordered by the customer');
  // An order that was never claimed is not in the ledger, but its dead letter has the time.
  const queuedAt = queued_at ?? deadLetters.find(({ queue }) => queue === 'order')?.sent_at;
  if (queuedAt) add('queued', queuedAt, 'accepted by the order queue');
  if (claimed) add('claimed', claimed.at, `claimed by the consumer for message ${claimed.message_id}`);
  if (confirmed) add('confirmed', confirmed.at, `confirmed as SNS message ${confirmed.sns_message_id}`);
  for (const { sent_at } of mails) add('mailed', sent_at, 'confirmation in the mailbox');
  if (shipment?.status === 'scheduled') {
    const { product_id, delivery_date } = shipment;
    add('shipment_scheduled', shipment.created_at, `shipment of ${product_id}, arrives on ${delivery_date}`);
  } else if (shipment) {
    add('shipment_backordered', shipment.created_at, `shipment waits for stock of ${shipment.product_id}`);
  }
  // The warehouse does not record when a sale was loaded.
  if (sale) add('sold', null, `sale of ${sale.product_id} for ${sale.price.toFixed(2)}`);
  for (const { queue, has } of tables) {
    if (has) add('stored', null, `${queue.stores?.each} stored by ${queue.consumer}`);
  }
  for (const { queue, id, reason } of deadLetters) {
    add(
      'dead_lettered',
      null,
      `in the dead-letter queue of the ${queue} queue as message ${id}: ${reason.text}`,
    );
  }
  return steps;
}
