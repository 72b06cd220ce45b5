import { ServiceError } from '../errors.ts';
import type { Item } from './table.ts';

/**
 * What a record says of the message that owns an order. Of records from before they were kept, the last two are missing.
 *
 * With the order, whoever missed it can be given it again: a shipment has no price, a sale no name. It costs nothing more:
 * a write unit is for an item of up to 1 KB, and the mean item has less than half of that (`LEDGER_ITEM_BYTES` in
 * `cli/cost/measured.ts`); only with texts near their limits is it more than one.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/on-demand-capacity-mode.html
 */
export interface OwningMessage {
  orderId: string;
  /** SQS message id. */
  owner: string;
  /** The order as the message has it, normalised, as JSON. */
  order?: string | undefined;
  /** When SQS took the message, in epoch milliseconds. */
  queuedAt?: number | undefined;
}

/** An order that a message owns. Times are epoch milliseconds. */
export interface ClaimedRecord extends OwningMessage {
  status: 'CLAIMED';
  /** Names the call that made the claim; missing in records from before it was kept. */
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

/** One order as the ledger knows it. */
export type LedgerRecord = ClaimedRecord | SentRecord;

/**
 * How long a record outlives its lease or its send, in seconds. A message lives 14 days at most, in its queue and the
 * DLQ together (`MessageRetentionPeriod` in
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html), so 30 outlast it.
 */
export const KEPT_SECONDS = 30 * 24 * 60 * 60;

/** The record as an item of the ledger's table; `expires_at` is its TTL attribute, in epoch seconds. */
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
    expires_at: Math.ceil((isClaimed ? record.leaseUntil : record.sentAt) / 1_000) + KEPT_SECONDS,
  };
}

/** @throws ServiceError `UnknownStatus` where the status is none of the ledger's */
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
