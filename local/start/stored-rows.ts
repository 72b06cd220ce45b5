import { type DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import type { Database } from '../../lib/database/database.ts';
import { QUEUES, type StoreName } from '../../topology.ts';

/** What consumers have stored: the tables themselves, not what the functions report. */
export interface StoredRows {
  /** Records by what they are; those of parts that are off are missing. */
  rows: Partial<Record<StoreName, number>>;
  /** Shipments by status, 0 where shipping is off. */
  scheduled: number;
  backordered: number;
  /** Pieces that were restocked and are not in stock any more. */
  stockTaken: number;
}

/** Where records are. */
export interface StorePlaces {
  outputs: Readonly<Record<string, string>>;
  /** Undefined where no part needs one. */
  database: Database | undefined;
  dynamoDb: DynamoDBClient;
}

/** All of shipping at one moment, in one statement. */
const COUNT_SHIPPING = `
  SELECT CAST(count(*) FILTER (WHERE status = 'scheduled') AS text) AS scheduled,
    CAST(count(*) FILTER (WHERE status = 'backordered') AS text) AS backordered,
    CAST((SELECT coalesce(sum(quantity), 0) FROM restocks) - (SELECT coalesce(sum(stock), 0) FROM inventory) AS text)
      AS stock_taken
  FROM shipments`;

/** Counts the records of the queues that are there, all of them: of a million rows, in about a tenth of a second. */
export async function countStoredRows({ outputs, database, dynamoDb }: StorePlaces): Promise<StoredRows> {
  const counted: StoredRows = { rows: {}, scheduled: 0, backordered: 0, stockTaken: 0 };
  for (const { id, stores } of QUEUES) {
    if (!stores || outputs[`${id}Url`] === undefined) continue;
    if (typeof stores.in === 'object') {
      counted.rows[stores.all] = await countItems(dynamoDb, outputs[stores.in.tableOutput] ?? '');
    } else if (database && stores.all === 'shipments') {
      Object.assign(counted, await countShipments(database));
      counted.rows.shipments = counted.scheduled + counted.backordered;
    } else if (database) {
      const [row] = await database.query(`SELECT CAST(count(*) AS text) AS rows FROM ${stores.all}`);
      counted.rows[stores.all] = Number(row?.rows);
    }
  }
  return counted;
}

async function countShipments(database: Database): Promise<Omit<StoredRows, 'rows'>> {
  const [counts] = await database.query(COUNT_SHIPPING);
  return {
    scheduled: Number(counts?.scheduled),
    backordered: Number(counts?.backordered),
    stockTaken: Number(counts?.stock_taken),
  };
}

async function countItems(client: DynamoDBClient, table: string): Promise<number> {
  let count = 0;
  for await (const page of paginateScan(
    { client },
    { TableName: table, Select: 'COUNT', ConsistentRead: true },
  ))
    count += page.Count ?? 0;
  return count;
}
