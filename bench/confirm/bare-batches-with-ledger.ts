import { BatchExecuteStatementCommand, BatchWriteItemCommand } from '@aws-sdk/client-dynamodb';
import { chunk } from '../../lib/batch/chunk.ts';
import { openDynamoDb } from '../processes/clients.ts';
import type { Contend } from '../processes/contender.ts';
import { pollBatches } from './bare-batches.ts';

const ORDER_ID = /"order_id":"([^"]+)"/;

/** The upper limit with a ledger: bare batches that also insert each order before its publish and write it again after. */
export const contend: Contend = async ({ concurrency, clients }) => {
  const dynamoDb = openDynamoDb(clients);
  const table = process.env.LEDGER_TABLE_NAME ?? '';
  const toItem = (body: string, status: string) => ({
    order_id: { S: ORDER_ID.exec(body)?.[1] ?? '' },
    status: { S: status },
    order: { S: body },
  });
  return pollBatches({
    concurrency,
    clients,
    batchSize: 50,
    async before(bodies) {
      await Promise.all(
        chunk(bodies, { maxEntries: 25 }).map((batch) =>
          dynamoDb.send(
            new BatchExecuteStatementCommand({
              Statements: batch.map((body) => ({
                Statement: `INSERT INTO "${table}" VALUE {'order_id': ?, 'status': ?, 'order': ?}`,
                Parameters: Object.values(toItem(body, 'CLAIMED')),
              })),
            }),
          ),
        ),
      );
    },
    async after(bodies) {
      await Promise.all(
        chunk(bodies, { maxEntries: 25 }).map((batch) => {
          const puts = batch.map((body) => ({ PutRequest: { Item: toItem(body, 'SENT') } }));
          return dynamoDb.send(new BatchWriteItemCommand({ RequestItems: { [table]: puts } }));
        }),
      );
    },
  });
};
