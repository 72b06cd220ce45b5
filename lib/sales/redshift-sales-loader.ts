import { randomUUID } from 'node:crypto';
import type { ObjectStore } from '../aws/object-store.ts';
import type { RedshiftDatabase } from '../aws/redshift-database.ts';
import { type Row, readCount } from '../database/database.ts';
import { DatabaseError } from '../errors.ts';
import { logger } from '../observability/logger.ts';
import { reasonOf } from '../observability/reasons.ts';
import type { SalesLoader } from './sales-loader.ts';

/** What loading into Redshift needs. */
export interface RedshiftSalesLoaderOptions {
  database: Pick<RedshiftDatabase, 'batch'>;
  objectStore: Pick<ObjectStore, 'put' | 'remove'>;
  /** Bucket that the warehouse's default role may read; what is left in it should expire. */
  stagingBucket: string;
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
const BUCKET_NAME = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

/** Codes of a load that has surely come to nothing. */
const ROLLED_BACK = new Set(['statement_aborted', 'statement_failed']);

/** Where the load's statements answer how many sales are repeats. */
const REPEATED = 3;

/**
 * One transaction. The lock comes first: what a transaction sees is settled by its first statement after it, so a load
 * that has waited sees what the one before it has loaded. Without it, two loads of the same order would both insert it
 * (snapshot isolation, Redshift Serverless's default) or one would fail (serializable isolation, error 1023).
 * https://docs.aws.amazon.com/redshift/latest/dg/c_serial_isolation.html
 *
 * A matched sale is set to the order_id that it has: `MERGE` takes no `WHEN NOT MATCHED` alone, and a repeat must change
 * nothing. https://docs.aws.amazon.com/redshift/latest/dg/r_MERGE.html
 */
const loadStatements = (stagedFile: string): string[] => [
  'LOCK sales_loads',
  'CREATE TEMP TABLE staged_sales (LIKE sales)',
  `COPY staged_sales FROM '${stagedFile}' IAM_ROLE DEFAULT FORMAT AS JSON 'auto' TIMEFORMAT 'auto'
    COMPUPDATE OFF STATUPDATE OFF`,
  `SELECT CAST(count(*) AS varchar) AS repeated
    FROM staged_sales JOIN sales ON sales.order_id = staged_sales.order_id`,
  `MERGE INTO sales USING staged_sales ON sales.order_id = staged_sales.order_id
    WHEN MATCHED THEN UPDATE SET order_id = staged_sales.order_id
    WHEN NOT MATCHED THEN INSERT (order_id, email_id, product_id, product_name, price, ordered_at, confirmed_at)
      VALUES (staged_sales.order_id, staged_sales.email_id, staged_sales.product_id, staged_sales.product_name,
        staged_sales.price, staged_sales.ordered_at, staged_sales.confirmed_at)`,
  'DROP TABLE staged_sales',
];

/** Loads sales into Redshift: staged as NDJSON in S3, copied into a table of the session's own, merged by `order_id`. */
export function createRedshiftSalesLoader(options: RedshiftSalesLoaderOptions): SalesLoader {
  const { database, objectStore, stagingBucket } = options;
  // COPY takes no parameters, so the name becomes part of the statement.
  if (!BUCKET_NAME.test(stagingBucket)) {
    throw new Error(
      `staging bucket: must be the name of a bucket, received ${JSON.stringify(stagingBucket)}`,
    );
  }

  /** Best effort, since a staged file that stays behind expires. */
  async function removeStaged(key: string): Promise<void> {
    try {
      await objectStore.remove(stagingBucket, key);
    } catch (error) {
      logger.warn('staged sales not removed, they expire', { key, reason: reasonOf(error as Error) });
    }
  }

  /** A load of which nobody knows how it ended may go on by itself: its file is left to expire. */
  async function runLoad(key: string): Promise<Row[][]> {
    try {
      const results = await database.batch(loadStatements(`s3://${stagingBucket}/${key}`));
      await removeStaged(key);
      return results;
    } catch (error) {
      if (error instanceof DatabaseError && ROLLED_BACK.has(error.code)) await removeStaged(key);
      throw error;
    }
  }

  return {
    async load(sales) {
      if (sales.length === 0) return { loaded: 0, repeated: 0 };
      const key = `sales/${randomUUID()}.ndjson`;
      const lines = sales.map((sale) => `${JSON.stringify(sale)}\n`);
      await objectStore.put(stagingBucket, key, lines.join(''), 'application/x-ndjson');
      const results = await runLoad(key);
      const repeated = readCount(results[REPEATED]?.[0], 'repeated');
      return { loaded: sales.length - repeated, repeated };
    },
  };
}
