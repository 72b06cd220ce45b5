import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import pMap from 'p-map';
import { type EntryOutcome, sendInBatches } from '../batch/send-in-batches.ts';
import type { LedgerRecord, OwningMessage } from './ledger-record.ts';
import { createLedgerTable, type InsertResult } from './ledger-table.ts';
import { toServiceError } from './service-error.ts';

/*
 * States of an order, and what leads from one to the next:
 *
 *   absent ── claim ──► CLAIMED (owner = SQS message id, lease) ── markSent ──► SENT (SNS message id, time)
 *                        │   ▲
 *                        └───┘ claim again: by its own message at once, by another when the lease is over
 *
 * A record has the order that its message carries. 30 days after its lease or its send it is deleted, and the order is absent
 * again.
 */

/** DynamoDB quotas of BatchExecuteStatement and of BatchWriteItem, entries a request (their API reference pages). */
const WRITES = { maxEntries: 25, concurrency: 4 };
/** DynamoDB quota of BatchGetItem, entries a request. */
const READS = { maxEntries: 100, concurrency: 4 };

/** One message that wants to own an order. */
export type Claim = OwningMessage;

/** What became of one claim. Times are epoch milliseconds. */
export type ClaimOutcome =
  /** The order is the message's to publish. */
  | { status: 'claimed'; claimedAt: number }
  /** The order was published before, for the message `owner`, which may be the claim's own. */
  | { status: 'sent'; owner: string; snsMessageId: string; sentAt: number }
  /** Another message owns the order; the two are left out where the record vanished just now. */
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
   * @param leaseMs for how long other messages are held off
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
export function createLedger(client: DynamoDBClient, { tableName, now = Date.now }: LedgerOptions): Ledger {
  const table = createLedgerTable(client, tableName);

  async function insert(claims: readonly Claim[], leaseMs: number) {
    const at = now();
    return table.insert(
      claims.map((claim) => ({ ...claim, status: 'CLAIMED', leaseUntil: at + leaseMs, claimedAt: at })),
    );
  }

  async function settle(
    claim: Claim,
    outcome: EntryOutcome<InsertResult>,
    leaseMs: number,
  ): Promise<ClaimOutcome> {
    if (!outcome.ok) return { status: 'failed', error: outcome.error };
    const { inserted, record } = outcome.value;
    if (inserted) return { status: 'claimed', claimedAt: record.claimedAt };
    try {
      return await claimAgain(claim, record ?? (await findOne(claim.orderId)), leaseMs);
    } catch (thrown) {
      return { status: 'failed', error: toServiceError(`ledger claim of order_id ${claim.orderId}`, thrown) };
    }
  }

  async function claimAgain(claim: Claim, seen: LedgerRecord | undefined, leaseMs: number) {
    const at = now();
    const own = seen?.owner === claim.owner;
    // Hosts' clocks differ by less than what callers add to a lease for it; and whatever they say, the condition of the
    // replacement lets only one message through.
    if (seen?.status !== 'CLAIMED' || !(own || seen.leaseUntil <= at)) return toOutcome(claim, seen);
    const claimedAt = own ? seen.claimedAt : at;
    // Whoever claims publishes what its own message says, which may be another order under the same id.
    const next = { ...seen, ...claim, leaseUntil: at + leaseMs, claimedAt };
    if (await table.replace(seen, next)) return toOutcome(claim, next);
    return toOutcome(claim, await findOne(claim.orderId));
  }

  async function findOne(orderId: string): Promise<LedgerRecord | undefined> {
    const [outcome] = await find([orderId]);
    if (!outcome?.ok) throw outcome?.error;
    return outcome.value;
  }

  async function find(orderIds: readonly string[]) {
    refuseRepeats('find', orderIds);
    const { outcomes } = await sendInBatches(orderIds, { ...READS, send: table.read });
    return outcomes;
  }

  return {
    async claim(claims, leaseMs) {
      refuseRepeats('claim', claims.map(orderIdOf));
      const send = (batch: readonly Claim[]) => insert(batch, leaseMs);
      const { outcomes } = await sendInBatches(claims, { ...WRITES, send });
      return pMap(outcomes, (outcome, index) => settle(claims[index] as Claim, outcome, leaseMs), {
        concurrency: 8,
      });
    },

    async markSent(orders) {
      refuseRepeats('markSent', orders.map(orderIdOf));
      const send = (batch: readonly SentOrder[]) => {
        const sentAt = now();
        return table.put(batch.map((order) => ({ ...order, status: 'SENT', sentAt })));
      };
      const { outcomes } = await sendInBatches(orders, { ...WRITES, send });
      return outcomes;
    },

    find,
  };
}

const orderIdOf = ({ orderId }: Claim): string => orderId;

/** What a record says to a claim: an own CLAIMED record is met when an answer was lost and the request repeated. */
function toOutcome(claim: Claim, record: LedgerRecord | undefined): ClaimOutcome {
  if (!record) return { status: 'busy' };
  const { owner } = record;
  if (record.status === 'SENT') {
    return { status: 'sent', owner, snsMessageId: record.snsMessageId, sentAt: record.sentAt };
  }
  if (owner === claim.owner) return { status: 'claimed', claimedAt: record.claimedAt };
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
