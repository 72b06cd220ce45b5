import { type DynamoDBClient, paginateScan, type ScanCommandInput } from '@aws-sdk/client-dynamodb';
import { fromItem, type LedgerRecord } from '../../lib/aws/ledger-record.ts';
import { type AttributeValues, fromAttributeValues } from '../../lib/aws/table.ts';
import { ServiceError, toServiceError } from '../../lib/errors.ts';

/** A record that a scan came upon, or what is wrong with it. Records come without their `order`. */
export type ScannedRecord =
  | { ok: true; record: LedgerRecord }
  /** Damaged: nobody can tell what became of this order. */
  | { ok: false; orderId: string; error: ServiceError };

/** Epoch milliseconds; `to` is exclusive. */
export interface TimeRange {
  from: number;
  to: number;
}

/** All that `fromItem` reads, but the order: an answer then holds five times as many records. */
const READ: Record<string, string> = {
  '#id': 'order_id',
  '#status': 'status',
  '#owner': 'owner',
  '#queued': 'queued_at',
  '#claimed': 'claimed_at',
  '#lease': 'lease_until',
  '#sns': 'sns_message_id',
  '#sent': 'sent_at',
};

/** Sent in the range, or claimed in it and not sent; and what is damaged, whenever that was. */
const IN_RANGE = `#sent BETWEEN :from AND :last
  OR (attribute_not_exists(#sent) AND (#claimed BETWEEN :from AND :last OR attribute_not_exists(#claimed)))`;

/**
 * Reads the ledger through, page by page, each record consistently.
 *
 * The whole table is read, and paid for, whatever the range: a read unit for each 4 KB, so 0.02 USD for a million orders.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Scan.html
 *
 * @param client needs Scan on the table
 * @param range sent in it, or, where it was not sent yet, claimed in it; all records where it is left out
 * @throws ServiceError
 */
export async function* scanLedger(
  client: DynamoDBClient,
  tableName: string,
  range?: TimeRange,
): AsyncGenerator<ScannedRecord> {
  const input: ScanCommandInput = {
    TableName: tableName,
    ConsistentRead: true,
    ProjectionExpression: Object.keys(READ).join(', '),
    ExpressionAttributeNames: READ,
    ...(range && {
      FilterExpression: IN_RANGE,
      ExpressionAttributeValues: {
        ':from': { N: String(range.from) },
        ':last': { N: String(range.to - 1) },
      },
    }),
  };
  try {
    for await (const { Items = [] } of paginateScan({ client }, input)) yield* Items.map(readScanned);
  } catch (thrown) {
    throw toServiceError('Scan', thrown);
  }
}

function readScanned(item: AttributeValues): ScannedRecord {
  const orderId = item.order_id?.S ?? '';
  try {
    const record = fromItem(fromAttributeValues(item));
    const times = record.status === 'SENT' ? [record.sentAt] : [record.claimedAt, record.leaseUntil];
    if (times.every(Number.isFinite)) return { ok: true, record };
    const message = `times of a ${record.status} record must be numbers, received ${times.join(' and ')}`;
    return { ok: false, orderId, error: new ServiceError(`ledger record ${orderId}`, 'NoTime', message) };
  } catch (thrown) {
    return { ok: false, orderId, error: toServiceError('ledger record', thrown) };
  }
}
