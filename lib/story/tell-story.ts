import { findRecord, type Ledger } from '../aws/ledger.ts';
import type { LedgerRecord } from '../aws/ledger-record.ts';
import type { Database } from '../database/database.ts';
import { findSale, type Sale } from '../sales/sale.ts';
import { findShipment, type Shipment } from '../shipping/find-shipment.ts';
import { askSources } from './ask-sources.ts';

/** What became of one order. Times are ISO 8601. */
export interface OrderStory {
  order_id: string;
  /** When the consumer claimed it; null before that, and 30 days after it was sent, when the ledger has forgotten it. */
  received: { at: string } | null;
  /** When it was published, and as what; null likewise. */
  confirmed: { at: string; sns_message_id: string } | null;
  /** Null until it is scheduled or backordered; left out where shipping is off. */
  shipment?: Shipment | null;
  /** Null until it is loaded; left out where sales are off. */
  sale?: StorySale | null;
}

/** Who bought is left out: whoever may ask after an order need not learn that. */
export type StorySale = Pick<Sale, 'product_id' | 'product_name' | 'ordered_at' | 'confirmed_at'> & {
  price: number;
};

/** Who knows about an order. */
export interface StorySources {
  ledger: Pick<Ledger, 'find'>;
  /** Undefined where shipping is off. */
  shippingDatabase: Database | undefined;
  /** Undefined where sales are off. */
  salesDatabase: Database | undefined;
}

/**
 * Asks all sources at once what they know about an order.
 *
 * @returns undefined where none knows it
 * @throws UnavailableError that names the sources out of reach: a story with a gap would be mistaken for the whole
 */
export async function tellStory(
  orderId: string,
  { ledger, shippingDatabase, salesDatabase }: StorySources,
): Promise<OrderStory | undefined> {
  const {
    'the ledger': record,
    'the shipping database': shipment,
    'the sales database': sale,
  } = await askSources(`story of ${orderId}`, {
    'the ledger': findRecord(ledger, orderId),
    'the shipping database': shippingDatabase && findShipment(shippingDatabase, orderId),
    'the sales database': salesDatabase && findSale(salesDatabase, orderId),
  });
  if (!record && !shipment && !sale) return undefined;
  return {
    order_id: orderId,
    ...fromLedger(record),
    ...(shippingDatabase && { shipment: shipment ?? null }),
    ...(salesDatabase && { sale: sale ? fromSale(sale) : null }),
  };
}

function fromLedger(record: LedgerRecord | undefined): Pick<OrderStory, 'received' | 'confirmed'> {
  const { claimedAt } = record ?? {};
  return {
    received: claimedAt === undefined ? null : { at: iso(claimedAt) },
    confirmed:
      record?.status === 'SENT' ? { at: iso(record.sentAt), sns_message_id: record.snsMessageId } : null,
  };
}

function fromSale({ product_id, product_name, price, ordered_at, confirmed_at }: Sale): StorySale {
  return { product_id, product_name, price: Number(price), ordered_at, confirmed_at };
}

const iso = (milliseconds: number): string => new Date(milliseconds).toISOString();
