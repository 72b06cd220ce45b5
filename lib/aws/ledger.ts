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
 * States of an order, and what leads from one to the next:
 *
 *   absent ── claim ──► CLAIMED (owner = SQS message id, lease) ── markSent ──► SENT (SNS message id, time)
 *                        │   ▲
 *                        └───┘ claim again, by any message: when the lease is over
 *
 * A lease holds off the owner, too: SQS may deliver a message a second time while the first delivery is at work on it
 * (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/standard-queues-at-least-once-delivery.html). By
 * its token a call knows the claim that is its own, made by a request whose answer was lost. A message whose consumer has
 * crashed is redelivered after its visibility timeout, which is longer than any lease.
 *
 * A record has the order that its message carries. 30 days after its lease or its send it is deleted, and the order is absent
 * again.
 */

/** One message that wants to own an order. */
export type Claim = OwningMessage;

/** What became of one claim. Times are epoch milliseconds. */
export type ClaimOutcome =
  /** The order is the message's to publish. */
  | { status: 'claimed'; claimedAt: number }
  /** The order was published before, for the message `owner`, which may be the claim's own. */
  | { status: 'sent'; owner: string; snsMessageId: string; sentAt: number }
  /**
   * Claimed already: by another message, or by another delivery of the same one. The two are left out where the record
   * vanished just now.
   */
  | { status: 'busy'; owner?: string; leaseUntil?: number }
  | { status: 'failed'; error: Error };

/** One order that was published for a message. */
export interface SentOrder extends Claim {
  snsMessageId: string;
  /** Epoch milliseconds, kept for the record. */
  claimedAt?: number;
}

/** What became of one mark. */
export type MarkOutcome = EntryOutcome<void>;

/**
 * Which message owns an order, and what was sent.
 *
 * Batch in, batch out: one outcome per entry, in the order given, and no throw for a part. An order given twice in one
 * call is a RangeError.
 */
export interface Ledger {
  /**
   * Claims orders, each for one message.
   *
   * @param leaseMs for how long all others are held off: other messages, and other deliveries of the same one
   */
  claim(claims: readonly Claim[], leaseMs: number): Promise<ClaimOutcome[]>;
  /** Marks orders as sent, whoever owns them by now: what is published is published. */
  markSent(orders: readonly SentOrder[]): Promise<MarkOutcome[]>;
  /** Reads what the ledger knows, consistently; undefined where an order is absent. */
  find(orderIds: readonly string[]): Promise<EntryOutcome<LedgerRecord | undefined>[]>;
}

export interface LedgerOptions {
  tableName: string;
  /** The clock, in epoch milliseconds; `Date.now` where it is left out. */
  now?: () => number;
}

/** @param client needs PartiQLInsert, PutItem, BatchGetItem and BatchWriteItem on the table */
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
    // Hosts' clocks differ by less than what callers add to a lease for it; and whatever they say, the condition of the
    // replacement lets only one call through.
    if (seen?.status !== 'CLAIMED' || seen.token === token || seen.leaseUntil > at)
      return toOutcome(token, seen);
    const claimedAt = seen.owner === claim.owner ? seen.claimedAt : at;
    // The new owner publishes what its own message says, which may be another order under the same id.
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

  /** @returns false where the record is no longer as it was seen */
  const replace = (seen: ClaimedRecord, next: ClaimedRecord): Promise<boolean> =>
    table.replace(toItem(next), { status: seen.status, owner: seen.owner, lease_until: seen.leaseUntil });

  const findOne = (orderId: string) => findRecord({ find }, orderId);

  async function find(orderIds: readonly string[]): Promise<EntryOutcome<LedgerRecord | undefined>[]> {
    refuseRepeats('find', orderIds);
    const outcomes = await table.get(orderIds);
    return outcomes.map((outcome) => {
      if (!outcome.ok || !outcome.value) return outcome as EntryOutcome<undefined>;
      try {
        return { ok: true, value: fromItem(outcome.value) };
      } catch (thrown) {
        // A damaged record is the failure of its own order only.
        return { ok: false, error: toServiceError('ledger record', thrown) };
      }
    });
  }

  return {
    async claim(claims, leaseMs) {
      refuseRepeats('claim', claims.map(orderIdOf));
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
      refuseRepeats('markSent', orders.map(orderIdOf));
      const sentAt = now();
      return table.put(orders.map((order) => toItem({ ...order, status: 'SENT', sentAt })));
    },

    find,
  };
}

/** One call of `claim`. */
interface Call {
  /** Tells its claims from those of all other calls. */
  token: string;
  leaseMs: number;
}

const orderIdOf = ({ orderId }: Claim): string => orderId;

/** What a record says to a call: one of its own is met when an answer was lost and the request repeated. */
function toOutcome(token: string, record: LedgerRecord | undefined): ClaimOutcome {
  if (!record) return { status: 'busy' };
  const { owner } = record;
  if (record.status === 'SENT') {
    return { status: 'sent', owner, snsMessageId: record.snsMessageId, sentAt: record.sentAt };
  }
  if (record.token === token) return { status: 'claimed', claimedAt: record.claimedAt };
  return { status: 'busy', owner, leaseUntil: record.leaseUntil };
}

/** DynamoDB would refuse the whole batch, or take the first for a rival of the second. */
function refuseRepeats(method: string, orderIds: readonly string[]): void {
  const seen = new Set<string>();
  for (const orderId of orderIds) {
    if (seen.has(orderId))
      throw new RangeError(`ledger ${method}: an order once per call, received ${orderId} twice`);
    seen.add(orderId);
  }
}

/**
 * What the ledger knows of one order; undefined where that is nothing.
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
