import { randomUUID } from 'node:crypto';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import pMap from 'p-map';
import type { EntryOutcome } from '../batch/send-in-batches.ts';
import { toServiceError } from '../errors.ts';
import {
  type ClaimedRecord,
  fromItem,
  type LedgerRecord,
  type OwningMessage,
  toItem,
} from './ledger-record.ts';
import { createTable, type Insertion } from './table.ts';

/*
 * States of an order and their transitions:
 *
 *   absent ── claim ──► CLAIMED (owner = SQS message id, lease) ── markSent ──► SENT (SNS message id, time)
 *                        │   ▲
 *                        └───┘ claim again, by any message, once the lease has expired
 *
 * A lease blocks the owner, too, because SQS may deliver a message again while its first delivery is still in flight:
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/standard-queues-at-least-once-delivery.html
 * The token lets a call recognize its own claim after the response to the request was lost. A message whose consumer crashed is
 * redelivered after its visibility timeout, which is longer than any lease.
 *
 * A record is deleted 30 days after its lease or its send, and its order is absent again.
 */

/** One message that wants to own an order. */
export type Claim = OwningMessage;

/** Outcome of one claim. Times are epoch milliseconds. */
export type ClaimOutcome =
  /** The message owns the order and may publish it. */
  | { status: 'claimed'; claimedAt: number }
  /** The order was published before, for the message `owner`: another one, or the claim's own. */
  | { status: 'sent'; owner: string; snsMessageId: string; sentAt: number }
  /**
   * Another message, or another delivery of the same message, holds the lease. Without `owner` and `leaseUntil`, the record
   * was deleted in the meantime.
   */
  | { status: 'busy'; owner?: string; leaseUntil?: number }
  | { status: 'failed'; error: Error };

/** One order that was published for a message. */
export interface SentOrder extends Claim {
  snsMessageId: string;
  /** Epoch milliseconds, stored for operators only. */
  claimedAt?: number;
}

/** Outcome of marking one order as sent. */
export type MarkOutcome = EntryOutcome<void>;

/**
 * Records which message owns each order, and whether the order was sent.
 *
 * Every method accepts a batch and returns one outcome per entry, in the order given. A failed entry is an outcome, not a
 * throw. A method throws a RangeError if an order is given twice in one call.
 */
export interface Ledger {
  /**
   * Claims orders, each for one message.
   *
   * @param leaseMs Milliseconds for which other messages, and other deliveries of the same one, cannot claim the order.
   */
  claim(claims: readonly Claim[], leaseMs: number): Promise<ClaimOutcome[]>;
  /** Marks orders as sent, even if another message owns them now: a publish cannot be undone. */
  markSent(orders: readonly SentOrder[]): Promise<MarkOutcome[]>;
  /** Reads records with strong consistency; undefined for an absent order. */
  find(orderIds: readonly string[]): Promise<EntryOutcome<LedgerRecord | undefined>[]>;
}

export interface LedgerOptions {
  tableName: string;
  /** Returns the time in epoch milliseconds. Default: `Date.now`. */
  now?: () => number;
}

/**
 * Creates a ledger on a DynamoDB table.
 *
 * @param client Needs the permissions PartiQLInsert, PutItem, BatchGetItem and BatchWriteItem on the table.
 */
export function createLedger(
  client: DynamoDBClient,
  { tableName, now = () => Date.now() }: LedgerOptions,
): Ledger {
  const table = createTable(client, tableName, 'order_id');

  async function settle(
    record: ClaimedRecord,
    insertion: EntryOutcome<Insertion>,
    call: Call,
  ): Promise<ClaimOutcome> {
    if (!insertion.ok) return { status: 'failed', error: insertion.error };
    const { orderId, claimedAt } = record;
    if (insertion.value.inserted) return { status: 'claimed', claimedAt };
    const { existing } = insertion.value;
    try {
      return await claimAgain(record, existing ? fromItem(existing) : await findOne(orderId), call);
    } catch (thrown) {
      return { status: 'failed', error: toServiceError(`ledger claim of order_id ${orderId}`, thrown) };
    }
  }

  async function claimAgain(
    claim: Claim,
    seen: LedgerRecord | undefined,
    { token, leaseMs }: Call,
  ): Promise<ClaimOutcome> {
    const at = now();
    // Callers add a margin to the lease for clock skew. Beyond that margin, the condition of the replacement still lets only
    // one call through.
    if (seen?.status !== 'CLAIMED' || seen.token === token || seen.leaseUntil > at)
      return toOutcome(token, seen);
    const claimedAt = seen.owner === claim.owner ? seen.claimedAt : at;
    // The new owner publishes its own message's order, which may differ under the same id.
    const next: ClaimedRecord = {
      ...seen,
      ...claim,
      status: 'CLAIMED',
      token,
      leaseUntil: at + leaseMs,
      claimedAt,
    };
    if (await replace(seen, next)) return toOutcome(token, next);
    return toOutcome(token, await findOne(claim.orderId));
  }

  /** @returns False if the record has changed since it was read. */
  const replace = (seen: ClaimedRecord, next: ClaimedRecord): Promise<boolean> =>
    table.replace(toItem(next), { status: seen.status, owner: seen.owner, lease_until: seen.leaseUntil });

  const findOne = (orderId: string) => findRecord({ find }, orderId);

  async function find(orderIds: readonly string[]): Promise<EntryOutcome<LedgerRecord | undefined>[]> {
    rejectDuplicates('find', orderIds);
    const outcomes = await table.get(orderIds);
    return outcomes.map((outcome) => {
      if (!outcome.ok || !outcome.value) return outcome as EntryOutcome<undefined>;
      try {
        return { ok: true, value: fromItem(outcome.value) };
      } catch (thrown) {
        // A damaged record fails its own order only.
        return { ok: false, error: toServiceError('ledger record', thrown) };
      }
    });
  }

  return {
    async claim(claims, leaseMs) {
      rejectDuplicates('claim', claims.map(orderIdOf));
      const call = { token: randomUUID(), leaseMs };
      const claimedAt = now();
      const records = claims.map(
        (claim): ClaimedRecord => ({
          ...claim,
          status: 'CLAIMED',
          token: call.token,
          leaseUntil: claimedAt + leaseMs,
          claimedAt,
        }),
      );
      const insertions = await table.insert(records.map(toItem));
      return pMap(
        insertions,
        (insertion, index) => settle(records[index] as ClaimedRecord, insertion, call),
        { concurrency: 8 },
      );
    },

    async markSent(orders) {
      rejectDuplicates('markSent', orders.map(orderIdOf));
      const sentAt = now();
      return table.put(orders.map((order) => toItem({ ...order, status: 'SENT', sentAt })));
    },

    find,
  };
}

/** One call of `claim`. */
interface Call {
  /** Identifies the claims of this call. */
  token: string;
  leaseMs: number;
}

const orderIdOf = ({ orderId }: Claim): string => orderId;

/** Converts a record to an outcome. A call finds its own record if a response was lost and the SDK repeated the request. */
function toOutcome(token: string, record: LedgerRecord | undefined): ClaimOutcome {
  if (!record) return { status: 'busy' };
  const { owner } = record;
  if (record.status === 'SENT') {
    return { status: 'sent', owner, snsMessageId: record.snsMessageId, sentAt: record.sentAt };
  }
  if (record.token === token) return { status: 'claimed', claimedAt: record.claimedAt };
  return { status: 'busy', owner, leaseUntil: record.leaseUntil };
}

/** Rejects duplicate ids: DynamoDB would reject the whole batch, or the second claim would find the order busy. */
function rejectDuplicates(method: string, orderIds: readonly string[]): void {
  const seen = new Set<string>();
  for (const orderId of orderIds) {
    if (seen.has(orderId))
      throw new RangeError(
        `ledger ${method}: order ids must be unique within a call, received ${orderId} twice`,
      );
    seen.add(orderId);
  }
}

/**
 * Reads the record of one order; undefined for an absent order.
 *
 * @throws ServiceError
 */
export async function findRecord(
  ledger: Pick<Ledger, 'find'>,
  orderId: string,
): Promise<LedgerRecord | undefined> {
  const [outcome] = await ledger.find([orderId]);
  if (!outcome?.ok) throw outcome?.error;
  return outcome.value;
}
