import { findRecord } from '../../lib/aws/ledger.ts';
import type { LedgerRecord } from '../../lib/aws/ledger-record.ts';
import { parseOrderText } from '../../lib/order/order.ts';
import { findSale, type Sale } from '../../lib/sales/sale.ts';
import { findShipment, type Shipment } from '../../lib/shipping/find-shipment.ts';
import { askSources } from '../../lib/story/ask-sources.ts';
import type { QueueName } from '../../topology.ts';
import type { DeadLetter } from '../dead-letters/dead-letter.ts';
import { listDeadLetters } from '../dead-letters/list-dead-letters.ts';
import { type MailRow, readMailbox } from '../mailbox.ts';
import { ledgerOf, type Pipeline } from '../pipeline/pipeline.ts';

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
    | 'dead_lettered';
  /** The same in words, with what matters: message ids, delivery date, why it is in a dead-letter queue. */
  text: string;
}

/** What became of an order, in the order in which it happened. */
export interface OrderTrace {
  order_id: string;
  /** In a word: where it is now. */
  state: 'claimed' | 'confirmed' | 'complete' | 'dead_lettered';
  steps: TraceStep[];
  /** Dead-letter queues that it waits in, with the message's id. */
  dead_letters: { queue: QueueName; id: string; reason: string; errors: string[] }[];
}

/** What all sources know of one order. */
interface Known {
  record: LedgerRecord | undefined;
  mails: readonly MailRow[];
  shipment: Shipment | undefined;
  sale: Sale | undefined;
  letters: readonly DeadLetter[];
}

/**
 * Asks everybody what became of an order: the ledger, both databases, the dead-letter queues and the embedded cloud's mailbox.
 *
 * Steps come in the order in which one leads to the next. Their times are of several clocks and of when somebody wrote a
 * step down, so they may run backwards by some milliseconds. Who bought is left out.
 *
 * @returns undefined where nobody knows it, as with an order that waits in the order queue for the first time
 * @throws UnavailableError that names the sources out of reach
 */
export async function traceOrder(pipeline: Pipeline, orderId: string): Promise<OrderTrace | undefined> {
  const { shippingDatabase, salesDatabase } = pipeline;
  const answers = await askSources(`trace of ${orderId}`, {
    'the ledger': findRecord(ledgerOf(pipeline), orderId),
    'the shipping database': shippingDatabase && findShipment(shippingDatabase, orderId),
    'the sales database': salesDatabase && findSale(salesDatabase, orderId),
    'the dead-letter queues': findLetters(pipeline, orderId),
    'the mailbox': readMailbox(pipeline, { search: orderId }),
  });
  const known: Known = {
    record: answers['the ledger'],
    shipment: answers['the shipping database'],
    sale: answers['the sales database'],
    letters: answers['the dead-letter queues'],
    mails: answers['the mailbox']?.mails.filter(({ order_id }) => order_id === orderId) ?? [],
  };
  const { record, shipment, sale, letters } = known;
  if (!record && !shipment && !sale && letters.length === 0) return undefined;
  return {
    order_id: orderId,
    state: stateOf(pipeline, known),
    steps: stepsOf(known),
    dead_letters: letters.map(({ queue, id, reason, errors }) => ({
      queue,
      id,
      reason: reason.code,
      errors,
    })),
  };
}

/** Order files are in the upload queue, not orders. */
async function findLetters(pipeline: Pipeline, orderId: string): Promise<DeadLetter[]> {
  const names: QueueName[] = pipeline.queues.map(({ name }) => name).filter((name) => name !== 'upload');
  const lists = await Promise.all(names.map((name) => listDeadLetters(pipeline, name)));
  return lists.flatMap(({ letters }) => letters.filter(({ order_id }) => order_id === orderId));
}

function stateOf(
  { shippingDatabase, salesDatabase }: Pipeline,
  { record, shipment, sale, letters }: Known,
): OrderTrace['state'] {
  if (letters.length > 0) return 'dead_lettered';
  const isConfirmed = record?.status === 'SENT' || shipment !== undefined || sale !== undefined;
  if (!isConfirmed) return 'claimed';
  return (shippingDatabase && !shipment) || (salesDatabase && !sale) ? 'confirmed' : 'complete';
}

function stepsOf({ record, mails, shipment, sale, letters }: Known): TraceStep[] {
  const steps: TraceStep[] = [];
  const add = (what: TraceStep['what'], at: string | undefined, text: string) =>
    steps.push({ at: at ?? null, what, text });

  const orderedAt = orderedAtOf(record, sale);
  if (orderedAt !== undefined) add('ordered', orderedAt, 'ordered by the customer');
  const queuedAt = queuedAtOf(record, letters);
  if (queuedAt !== undefined) add('queued', queuedAt, 'taken by the order queue');
  if (record?.claimedAt !== undefined) {
    add('claimed', iso(record.claimedAt), `claimed by the consumer for message ${record.owner}`);
  }
  if (record?.status === 'SENT') {
    add('confirmed', iso(record.sentAt), `confirmed as SNS message ${record.snsMessageId}`);
  }
  for (const { sent_at } of mails) add('mailed', sent_at, 'confirmation in the mailbox');
  if (shipment?.status === 'scheduled') {
    const { product_id, delivery_date } = shipment;
    add('shipment_scheduled', shipment.created_at, `shipment of ${product_id}, arrives on ${delivery_date}`);
  } else if (shipment) {
    add('shipment_backordered', shipment.created_at, `shipment waits for stock of ${shipment.product_id}`);
  }
  // The warehouse does not write down when it loads a sale.
  if (sale) add('sold', undefined, `sale of ${sale.product_id} for ${Number(sale.price).toFixed(2)}`);
  for (const { queue, id, reason } of letters) {
    add('dead_lettered', undefined, `in the dead-letter queue of ${queue} as message ${id}: ${reason.text}`);
  }
  return steps;
}

function orderedAtOf(record: LedgerRecord | undefined, sale: Sale | undefined): string | undefined {
  const parsed = record?.order === undefined ? undefined : parseOrderText(record.order);
  return parsed?.ok ? iso(parsed.order.timestamp) : sale?.ordered_at;
}

/** An order that was never claimed has no record; its message tells. */
function queuedAtOf(record: LedgerRecord | undefined, letters: readonly DeadLetter[]): string | undefined {
  if (record?.queuedAt !== undefined) return iso(record.queuedAt);
  return letters.find(({ queue }) => queue === 'order')?.sent_at;
}

const iso = (milliseconds: number): string => new Date(milliseconds).toISOString();
