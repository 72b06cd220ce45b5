import { ServiceError } from '../errors.ts';
import type { Item } from './table.ts';

/**
 * The message that owns an order.
 *
 * The order is stored so that it can be replayed to a consumer that missed it: shipments have no price and sales no name. It
 * costs nothing more. A write unit covers 1 KB, and the mean item has less than half of that (`LEDGER_ITEM_BYTES` in
 * `cli/cost/measured.ts`); only an order with texts near their limits needs a second unit.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/on-demand-capacity-mode.html
 */
export interface OwningMessage {
  orderId: string;
  /** SQS message id. */
  owner: string;
  /** The message's order, normalized, as JSON. Absent from records of earlier versions. */
  order?: string | undefined;
  /** When SQS received the message, in epoch milliseconds. Absent from records of earlier versions. */
  queuedAt?: number | undefined;
}

/** An order that a message owns. Times are epoch milliseconds. */
export interface ClaimedRecord extends OwningMessage {
  status: 'CLAIMED';
  /** Identifies the call that made the claim. Absent from records of earlier versions. */
  token?: string | undefined;
  leaseUntil: number;
  claimedAt: number;
}

/** An order that was published for the message. Times are epoch milliseconds. */
export interface SentRecord extends OwningMessage {
  status: 'SENT';
  snsMessageId: string;
  sentAt: number;
  claimedAt?: number | undefined;
}

/** The ledger's record of one order. */
export type LedgerRecord = ClaimedRecord | SentRecord;

/**
 * Seconds for which a record is kept after its lease or its send: 30 days. Its message lives for at most 14 days, in its queue
 * and the DLQ together (`MessageRetentionPeriod` in
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html).
 */
export const RETENTION_SECONDS = 30 * 24 * 60 * 60;

/** Converts a record to an item of the ledger's table. `expires_at` is the TTL attribute, in epoch seconds. */
export function toItem(record: LedgerRecord): Item {
  const isClaimed = record.status === 'CLAIMED';
  return {
    order_id: record.orderId,
    status: record.status,
    owner: record.owner,
    order: record.order,
    queued_at: record.queuedAt,
    claimed_at: record.claimedAt,
    claim_token: isClaimed ? record.token : undefined,
    lease_until: isClaimed ? record.leaseUntil : undefined,
    sns_message_id: isClaimed ? undefined : record.snsMessageId,
    sent_at: isClaimed ? undefined : record.sentAt,
    expires_at: Math.ceil((isClaimed ? record.leaseUntil : record.sentAt) / 1_000) + RETENTION_SECONDS,
  };
}

/**
 * Converts an item of the ledger's table to a record.
 *
 * @throws ServiceError `UnknownStatus` if the status is neither CLAIMED nor SENT.
 */
export function fromItem(item: Item): LedgerRecord {
  const { status, claimed_at } = item;
  const orderId = text(item.order_id) ?? '';
  const order = text(item.order);
  const queuedAt = number(item.queued_at);
  const common = {
    orderId,
    owner: text(item.owner) ?? '',
    ...(order !== undefined && { order }),
    ...(queuedAt !== undefined && { queuedAt }),
  };
  if (status === 'CLAIMED') {
    const token = text(item.claim_token);
    return {
      ...common,
      status,
      ...(token !== undefined && { token }),
      leaseUntil: number(item.lease_until) ?? Number.NaN,
      claimedAt: number(claimed_at) ?? Number.NaN,
    };
  }
  if (status === 'SENT') {
    return {
      ...common,
      status,
      snsMessageId: text(item.sns_message_id) ?? '',
      sentAt: number(item.sent_at) ?? Number.NaN,
      claimedAt: number(claimed_at),
    };
  }
  const message = `must be CLAIMED or SENT, received ${status}`;
  throw new ServiceError(`ledger record ${orderId}`, 'UnknownStatus', message);
}

const text = (value: Item[string]): string | undefined => (typeof value === 'string' ? value : undefined);
const number = (value: Item[string]): number | undefined => (typeof value === 'number' ? value : undefined);
