import { type DynamoDBClient, paginateScan, type ScanCommandInput } from '@aws-sdk/client-dynamodb';
import { fromItem, type LedgerRecord } from '../../lib/aws/ledger-record.ts';
import { type AttributeValues, fromAttributeValues } from '../../lib/aws/table.ts';
import { ServiceError, toServiceError } from '../../lib/errors.ts';

/** One record of a scan, without its `order`, or the error that makes it unreadable. */
export type ScannedRecord =
  | { ok: true; record: LedgerRecord }
  /** The record is damaged, so the status of its order is unknown. */
  | { ok: false; orderId: string; error: ServiceError };

/** Epoch milliseconds; `to` is exclusive. */
export interface TimeRange {
  from: number;
  to: number;
}

/**
 * The attributes that `fromItem` reads, except `claim_token` and `order`. Without the order, a page holds five times as many
 * records.
 */
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

/** Orders sent in the range, orders claimed in it and not sent, and damaged records of any time. */
const IN_RANGE = `#sent BETWEEN :from AND :last
  OR (attribute_not_exists(#sent) AND (#claimed BETWEEN :from AND :last OR attribute_not_exists(#claimed)))`;

/**
 * Scans the ledger page by page with consistent reads.
 *
 * DynamoDB reads and charges for the whole table, even for a short range. It charges one read unit per 4 KB, or 0.02 USD per
 * million orders.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Scan.html
 *
 * @param client Client with permission to Scan the table.
 * @param range Range of the times at which orders were sent or, if not sent yet, claimed. Default: all records.
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
    const message = `the times of a ${record.status} record must be numbers, received ${times.join(' and ')}`;
    return { ok: false, orderId, error: new ServiceError(`ledger record ${orderId}`, 'NoTime', message) };
  } catch (thrown) {
    return { ok: false, orderId, error: toServiceError('ledger record', thrown) };
  }
}
