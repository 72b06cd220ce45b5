import {
  BatchExecuteStatementCommand,
  BatchGetItemCommand,
  BatchWriteItemCommand,
  type DynamoDBClient,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { EntryAnswer } from '../batch/send-in-batches.ts';
import { type ClaimedRecord, fromItem, type LedgerItem, type LedgerRecord, toItem } from './ledger-record.ts';
import { converted, isPassing, ServiceError, toServiceError } from './service-error.ts';

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
