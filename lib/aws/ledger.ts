import { randomUUID } from 'node:crypto';
import {
  BatchExecuteStatementCommand,
  BatchGetItemCommand,
  BatchWriteItemCommand,
  type DynamoDBClient,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import pMap from 'p-map';
import { type EntryAnswer, type EntryOutcome, sendInBatches } from '../batch/send-in-batches.ts';
import { converted, isPassing, ServiceError, toServiceError } from '../errors.ts';
import {
  type ClaimedRecord,
  fromItem,
  type LedgerItem,
  type LedgerRecord,
  type OwningMessage,
  toItem,
} from './ledger-record.ts';

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

/** What became of an insert: done, or the record that is in its way, where DynamoDB told it. */
export type InsertResult =
  | { inserted: true; record: ClaimedRecord }
  | { inserted: false; record: LedgerRecord | undefined };

/**
 * The ledger's table, one request a call. Batches have one answer per entry, in the order given; what fails as a
 * whole is a ServiceError.
 */
export interface LedgerTable {
  /** Adds up to 25 records, each only where its order has none. */
  insert(records: readonly ClaimedRecord[]): Promise<EntryAnswer<InsertResult>[]>;
  /** Writes up to 25 records, whatever was there. */
  put(records: readonly LedgerRecord[]): Promise<EntryAnswer<void>[]>;
  /** Reads up to 100 records, consistently; undefined where an order has none. */
  read(orderIds: readonly string[]): Promise<EntryAnswer<LedgerRecord | undefined>[]>;
  /** Replaces a record; false where it is no longer as it was seen. */
  replace(seen: ClaimedRecord, next: ClaimedRecord): Promise<boolean>;
}

export function createLedgerTable(client: DynamoDBClient, tableName: string): LedgerTable {
  return {
    async insert(records) {
      const command = new BatchExecuteStatementCommand({
        Statements: records.map((record) => toInsert(tableName, toItem(record))),
      });
      const { Responses = [] } = await converted('BatchExecuteStatement', client.send(command));
      return Responses.slice(0, records.length).map(({ Error: error }, position) => {
        const record = records[position] as ClaimedRecord;
        if (!error) return { ok: true, value: { inserted: true, record } };
        const { Code = 'Unknown', Message = 'no message', Item } = error;
        if (Code !== 'DuplicateItem') {
          return refused('BatchExecuteStatement', record.orderId, Code, Message, isPassing(Code));
        }
        const held = readItem(Item);
        return held.ok ? { ok: true, value: { inserted: false, record: held.value } } : held;
      });
    },

    async put(records) {
      const requests = records.map((record) => ({ PutRequest: { Item: toItem(record) } }));
      const command = new BatchWriteItemCommand({ RequestItems: { [tableName]: requests } });
      const { UnprocessedItems } = await converted('BatchWriteItem', client.send(command));
      const left = UnprocessedItems?.[tableName]?.map(({ PutRequest }) => PutRequest?.Item?.order_id?.S);
      return records.map(({ orderId }) =>
        left?.includes(orderId) ? unprocessed('BatchWriteItem', orderId) : { ok: true, value: undefined },
      );
    },

    async read(orderIds) {
      const Keys = orderIds.map((orderId) => ({ order_id: { S: orderId } }));
      const command = new BatchGetItemCommand({
        RequestItems: { [tableName]: { Keys, ConsistentRead: true } },
      });
      const { Responses, UnprocessedKeys } = await converted('BatchGetItem', client.send(command));
      const items = new Map(Responses?.[tableName]?.map((item) => [item.order_id?.S, item]));
      const left = UnprocessedKeys?.[tableName]?.Keys?.map(({ order_id }) => order_id?.S);
      return orderIds.map((orderId) =>
        left?.includes(orderId) ? unprocessed('BatchGetItem', orderId) : readItem(items.get(orderId)),
      );
    },

    async replace(seen, next) {
      const command = new PutItemCommand({
        TableName: tableName,
        Item: toItem(next),
        ConditionExpression: '#status = :status AND #owner = :owner AND lease_until = :lease_until',
        ExpressionAttributeNames: { '#status': 'status', '#owner': 'owner' },
        ExpressionAttributeValues: {
          ':status': { S: seen.status },
          ':owner': { S: seen.owner },
          ':lease_until': { N: String(seen.leaseUntil) },
        },
      });
      try {
        await converted(`PutItem of order_id ${seen.orderId}`, client.send(command));
        return true;
      } catch (thrown) {
        if (thrown instanceof ServiceError && thrown.code === 'ConditionalCheckFailedException') return false;
        throw thrown;
      }
    },
  };
}

function toInsert(tableName: string, item: LedgerItem) {
  const fields = Object.keys(item).map((name) => `'${name}': ?`);
  return {
    Statement: `INSERT INTO "${tableName}" VALUE {${fields.join(', ')}}`,
    Parameters: Object.values(item),
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
  };
}

/** A damaged record is the failure of its own order only. */
function readItem(item: LedgerItem | undefined): EntryAnswer<LedgerRecord | undefined> {
  try {
    return { ok: true, value: item && fromItem(item) };
  } catch (thrown) {
    return { ok: false, error: toServiceError('ledger record', thrown), retryable: false };
  }
}

function refused(operation: string, orderId: string, code: string, message: string, retryable: boolean) {
  return {
    ok: false,
    error: new ServiceError(operation, code, `order_id ${orderId}: ${message}`),
    retryable,
  } as const;
}

/** What a batch leaves unprocessed was throttled, says DynamoDB: to be sent again after a pause. */
const unprocessed = (operation: string, orderId: string) =>
  refused(operation, orderId, 'Unprocessed', 'left unprocessed, the table is throttled', true);

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
