import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { ServiceError } from '../errors.ts';

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

export type LedgerItem = Record<string, AttributeValue>;

/**
 * How long a record outlives its lease or its send, in seconds. A message lives 14 days at most, in its queue and the
 * DLQ together (`MessageRetentionPeriod` in
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html), so 30 outlast it.
 */
export const KEPT_SECONDS = 30 * 24 * 60 * 60;

/** The record as its DynamoDB item; `expires_at` is the table's TTL attribute, in epoch seconds. */
export function toItem(record: LedgerRecord): LedgerItem {
  const { orderId, status, owner, order, queuedAt, claimedAt } = record;
  const lastsUntil = status === 'CLAIMED' ? record.leaseUntil : record.sentAt;
  return {
    order_id: { S: orderId },
    status: { S: status },
    owner: { S: owner },
    ...(order === undefined ? {} : { order: { S: order } }),
    ...(queuedAt === undefined ? {} : { queued_at: number(queuedAt) }),
    ...(claimedAt === undefined ? {} : { claimed_at: number(claimedAt) }),
    ...(status === 'CLAIMED'
      ? {
          ...(record.token === undefined ? {} : { claim_token: { S: record.token } }),
          lease_until: number(record.leaseUntil),
        }
      : { sns_message_id: { S: record.snsMessageId }, sent_at: number(record.sentAt) }),
    expires_at: number(Math.ceil(lastsUntil / 1_000) + KEPT_SECONDS),
  };
}

/** @throws ServiceError `UnknownStatus` where the status is none of the ledger's */
export function fromItem(item: LedgerItem): LedgerRecord {
  const { order_id, status, owner, order, queued_at, claimed_at, sns_message_id, sent_at } = item;
  const common = {
    orderId: order_id?.S ?? '',
    owner: owner?.S ?? '',
    ...(order?.S !== undefined && { order: order.S }),
    ...(queued_at?.N !== undefined && { queuedAt: Number(queued_at.N) }),
  };
  if (status?.S === 'CLAIMED') {
    const { claim_token, lease_until } = item;
    return {
      ...common,
      status: 'CLAIMED',
      ...(claim_token?.S !== undefined && { token: claim_token.S }),
      leaseUntil: Number(lease_until?.N),
      claimedAt: Number(claimed_at?.N),
    };
  }
  if (status?.S === 'SENT') {
    const claimedAt = claimed_at?.N === undefined ? undefined : Number(claimed_at.N);
    const snsMessageId = sns_message_id?.S ?? '';
    return { ...common, status: 'SENT', snsMessageId, sentAt: Number(sent_at?.N), claimedAt };
  }
  const message = `must be CLAIMED or SENT, received ${status?.S}`;
  throw new ServiceError(`ledger record ${common.orderId}`, 'UnknownStatus', message);
}

const number = (value: number): { N: string } => ({ N: String(value) });
