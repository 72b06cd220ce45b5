import { randomUUID } from 'node:crypto';
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
 *                        └───┘ claim again, by any message: when the lease is over
 *
 * A lease holds off the owner, too: SQS may deliver a message a second time while the first delivery is at work on it
 * (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/standard-queues-at-least-once-delivery.html). By
 * its token a call knows the claim that is its own, made by a request whose answer was lost. A message whose consumer has
 * died comes back after its visibility timeout, which is longer than any lease.
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
  const table = createLedgerTable(client, tableName);

  async function insert(claims: readonly Claim[], { token, leaseMs }: Call) {
    const at = now();
    return table.insert(
      claims.map((claim) => ({
        ...claim,
        status: 'CLAIMED',
        token,
        leaseUntil: at + leaseMs,
        claimedAt: at,
      })),
    );
  }

  async function settle(
    claim: Claim,
    outcome: EntryOutcome<InsertResult>,
    call: Call,
  ): Promise<ClaimOutcome> {
    if (!outcome.ok) return { status: 'failed', error: outcome.error };
    const { inserted, record } = outcome.value;
    if (inserted) return { status: 'claimed', claimedAt: record.claimedAt };
    try {
      return await claimAgain(claim, record ?? (await findOne(claim.orderId)), call);
    } catch (thrown) {
      return { status: 'failed', error: toServiceError(`ledger claim of order_id ${claim.orderId}`, thrown) };
    }
  }

  async function claimAgain(claim: Claim, seen: LedgerRecord | undefined, { token, leaseMs }: Call) {
    const at = now();
    // Hosts' clocks differ by less than what callers add to a lease for it; and whatever they say, the condition of the
    // replacement lets only one call through.
    if (seen?.status !== 'CLAIMED' || seen.token === token || seen.leaseUntil > at)
      return toOutcome(token, seen);
    const claimedAt = seen.owner === claim.owner ? seen.claimedAt : at;
    // Whoever claims publishes what its own message says, which may be another order under the same id.
    const next = { ...seen, ...claim, token, leaseUntil: at + leaseMs, claimedAt };
    if (await table.replace(seen, next)) return toOutcome(token, next);
    return toOutcome(token, await findOne(claim.orderId));
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
      const call = { token: randomUUID(), leaseMs };
      const send = (batch: readonly Claim[]) => insert(batch, call);
      const { outcomes } = await sendInBatches(claims, { ...WRITES, send });
      return pMap(outcomes, (outcome, index) => settle(claims[index] as Claim, outcome, call), {
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
