import { type DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import { createTable } from '../../lib/aws/table.ts';
import { toServiceError } from '../../lib/errors.ts';
import type { TimeRange } from './ledger-scan.ts';

/** The ids of the orders that a consumer has stored. Methods throw `DatabaseError` or `ServiceError`. */
export interface StoredOrders {
  /** Yields pages of ids of the orders that were confirmed in a range. */
  list(range: TimeRange): AsyncGenerator<string[]>;
  /** Returns the given ids whose orders are stored. */
  have(orderIds: readonly string[]): Promise<Set<string>>;
}

/**
 * Opens the orders that a consumer has stored in a DynamoDB table. The table has one item for each order, with the key
 * `order_id` and the attribute `confirmed_at` in epoch milliseconds.
 *
 * @param client Client with permission to Scan and BatchGetItem on the table.
 */
export function createStoredItems(client: DynamoDBClient, tableName: string): StoredOrders {
  const table = createTable(client, tableName, 'order_id');
  return {
    /** DynamoDB reads and charges for the whole table, even for a short range. */
    async *list({ from, to }) {
      const input = {
        TableName: tableName,
        ProjectionExpression: 'order_id',
        FilterExpression: 'confirmed_at BETWEEN :from AND :last',
        ExpressionAttributeValues: { ':from': { N: String(from) }, ':last': { N: String(to - 1) } },
      };
      try {
        for await (const { Items = [] } of paginateScan({ client }, input)) {
          yield Items.map(({ order_id }) => order_id?.S ?? '');
        }
      } catch (thrown) {
        throw toServiceError('Scan', thrown);
      }
    },

    async have(orderIds) {
      const outcomes = await table.get(orderIds);
      const found = orderIds.filter((_, index) => {
        const outcome = outcomes[index];
        if (!outcome?.ok) throw outcome?.error;
        return outcome.value !== undefined;
      });
      return new Set(found);
    },
  };
}
