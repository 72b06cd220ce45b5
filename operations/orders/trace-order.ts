import type { OrderDetails } from '../../lib/order/order.ts';
import { askSources } from '../../lib/order-history/ask-sources.ts';
import { askForOrder, type OrderFacts, toOrderFacts } from '../../lib/order-history/find-order.ts';
import { type Queue, type QueueName, queueNamed } from '../../topology.ts';
import type { DeadLetter } from '../dead-letters/dead-letter.ts';
import { listOrderDeadLetters } from '../dead-letters/list-dead-letters.ts';
import { type MailRow, readMailbox } from '../mailbox.ts';
import { ledgerOf, type Pipeline } from '../pipeline/pipeline.ts';
import { openStoredOrders } from '../reconcile/stored-orders.ts';

/** One thing that happened to an order. */
export interface TraceStep {
  /** ISO 8601; null where nobody wrote the time down. */
  at: string | null;
  /** What it is, for programs. */
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
  /** The same in words, with what matters: message ids, delivery date, why it is in a dead-letter queue. */
  text: string;
}

/** What became of an order, in the order in which it happened. */
export interface OrderTrace {
  order_id: string;
  /** In a word: where it is now. */
  state: 'claimed' | 'confirmed' | 'complete' | 'dead_lettered';
  /** The order's optional fields that are not personal, as the ledger has them; left out where there are none. */
  details?: OrderDetails;
  steps: TraceStep[];
  /** Dead-letter queues that it waits in, with the message's id. */
  dead_letters: { queue: QueueName; id: string; reason: string; errors: string[] }[];
}

/** What all sources know of one order. */
interface Known {
  /** Undefined where neither ledger, shipping nor sales know it. */
  facts: OrderFacts | undefined;
  mails: readonly MailRow[];
  letters: readonly DeadLetter[];
  /** The consumers with a table of their own, and whether it has the order. */
  tables: readonly { queue: Queue; has: boolean }[];
}

/**
 * Collects what became of an order from the ledger, the consumers' stores, the dead-letter queues and the embedded cloud's mailbox.
 *
 * Steps come in the order in which one leads to the next. Their times are of several clocks and of when somebody wrote a
 * step down, so they may run backwards by some milliseconds. Who bought is left out.
 *
 * @returns undefined where nobody knows it, as with an order that waits in the order queue for the first time
 * @throws UnavailableError that names the sources out of reach
 */
export async function traceOrder(pipeline: Pipeline, orderId: string): Promise<OrderTrace | undefined> {
  const answers = await askSources(`trace of ${orderId}`, {
    ...askForOrder(orderId, { ...pipeline, ledger: ledgerOf(pipeline) }),
    'the dead-letter queues': findLetters(pipeline, orderId),
    'the mailbox': readMailbox(pipeline, { search: orderId }),
    "the consumers' tables": findInTables(pipeline, orderId),
  });
  const facts = toOrderFacts(answers);
  const letters = answers['the dead-letter queues'];
  const mails = answers['the mailbox']?.mails.filter(({ order_id }) => order_id === orderId) ?? [];
  if (!facts && letters.length === 0) return undefined;
  const known = { facts, mails, letters, tables: answers["the consumers' tables"] };
  return {
    order_id: orderId,
    state: stateOf(known),
    ...(facts?.details && { details: facts.details }),
    steps: stepsOf(known),
    dead_letters: letters.map(({ queue, id, reason, errors }) => ({
      queue,
      id,
      reason: reason.code,
      errors,
    })),
  };
}

async function findLetters(pipeline: Pipeline, orderId: string): Promise<DeadLetter[]> {
  const letters = await listOrderDeadLetters(pipeline);
  return letters.filter(({ order_id }) => order_id === orderId);
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

function stateOf({ facts, letters, tables }: Known): OrderTrace['state'] {
  if (letters.length > 0) return 'dead_lettered';
  const { confirmed, shipment, sale } = facts ?? {};
  if (!confirmed && !shipment && !sale) return 'claimed';
  const isMissing = shipment === null || sale === null || tables.some(({ has }) => !has);
  return isMissing ? 'confirmed' : 'complete';
}

function stepsOf({ facts, mails, letters, tables }: Known): TraceStep[] {
  const { ordered_at, queued_at, claimed, confirmed, shipment, sale } = facts ?? {};
  const steps: TraceStep[] = [];
  const add = (what: TraceStep['what'], at: string | null, text: string) => steps.push({ at, what, text });

  if (ordered_at) add('ordered', ordered_at, 'ordered by the customer');
  // An order that was never claimed has no record; its message says when it was queued.
  const queuedAt = queued_at ?? letters.find(({ queue }) => queue === 'order')?.sent_at;
  if (queuedAt) add('queued', queuedAt, 'taken by the order queue');
  if (claimed) add('claimed', claimed.at, `claimed by the consumer for message ${claimed.message_id}`);
  if (confirmed) add('confirmed', confirmed.at, `confirmed as SNS message ${confirmed.sns_message_id}`);
  for (const { sent_at } of mails) add('mailed', sent_at, 'confirmation in the mailbox');
  if (shipment?.status === 'scheduled') {
    const { product_id, delivery_date } = shipment;
    add('shipment_scheduled', shipment.created_at, `shipment of ${product_id}, arrives on ${delivery_date}`);
  } else if (shipment) {
    add('shipment_backordered', shipment.created_at, `shipment waits for stock of ${shipment.product_id}`);
  }
  // The warehouse does not write down when it loads a sale.
  if (sale) add('sold', null, `sale of ${sale.product_id} for ${sale.price.toFixed(2)}`);
  for (const { queue, has } of tables) {
    if (has) add('stored', null, `${queue.stores?.each} stored by ${queue.consumer}`);
  }
  for (const { queue, id, reason } of letters) {
    add('dead_lettered', null, `in the dead-letter queue of ${queue} as message ${id}: ${reason.text}`);
  }
  return steps;
}
