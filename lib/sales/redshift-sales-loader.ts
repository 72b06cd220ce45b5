import { randomUUID } from 'node:crypto';
import type { ObjectStore } from '../aws/object-store.ts';
import type { RedshiftDatabase } from '../aws/redshift-database.ts';
import { type Row, readCount } from '../database/database.ts';
import { DatabaseError } from '../errors.ts';
import { logger } from '../observability/logger.ts';
import { reasonOf } from '../observability/reasons.ts';
import type { SalesLoader } from './sales-loader.ts';

/** Services and settings of a Redshift sales loader. */
export interface RedshiftSalesLoaderOptions {
  database: Pick<RedshiftDatabase, 'batch'>;
  objectStore: Pick<ObjectStore, 'put' | 'remove'>;
  /** Bucket that the warehouse's default role may read. Needs a lifecycle rule that expires leftover files. */
  stagingBucket: string;
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
const BUCKET_NAME = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

/** Error codes of a load that was certainly rolled back. */
const ROLLED_BACK = new Set(['statement_aborted', 'statement_failed']);

/** Index of the statement that counts sales that were loaded before. */
const REPEATED_STATEMENT = 3;

/**
 * The statements of a load, which run in one transaction. `LOCK` must come first: the snapshot is taken by the first statement
 * after it, so a load that waited for the lock sees the sales of the previous load. Without the lock, two concurrent loads of
 * an order would both insert it (snapshot isolation, the default of Redshift Serverless), or one would fail with error 1023
 * (serializable isolation). https://docs.aws.amazon.com/redshift/latest/dg/c_serial_isolation.html
 *
 * `MERGE` requires a `WHEN MATCHED` clause. It sets `order_id` to its own value, so a repeated sale stays unchanged.
 * https://docs.aws.amazon.com/redshift/latest/dg/r_MERGE.html
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

/** Creates a loader that stages sales as NDJSON in S3, copies them into a temporary table and merges them by `order_id`. */
export function createRedshiftSalesLoader(options: RedshiftSalesLoaderOptions): SalesLoader {
  const { database, objectStore, stagingBucket } = options;
  // COPY has no parameters, so the name becomes part of the SQL.
  if (!BUCKET_NAME.test(stagingBucket)) {
    throw new Error(`staging bucket: must be a valid bucket name, received ${JSON.stringify(stagingBucket)}`);
  }

  /** Best effort: the bucket expires leftover files. */
  async function removeStaged(key: string): Promise<void> {
    try {
      await objectStore.remove(stagingBucket, key);
    } catch (error) {
      logger.warn('staged sales not removed, they expire', { key, reason: reasonOf(error as Error) });
    }
  }

  /** Keeps the file of a load with an unknown result: the load may still be running. */
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
      const repeated = readCount(results[REPEATED_STATEMENT]?.[0], 'repeated');
      return { loaded: sales.length - repeated, repeated };
    },
  };
}
