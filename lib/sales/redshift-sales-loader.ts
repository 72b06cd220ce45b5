import { randomUUID } from 'node:crypto';
import type { ObjectStore } from '../aws/object-store.ts';
import type { RedshiftDatabase } from '../aws/redshift-database.ts';
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

  return {
    async load(sales) {
      if (sales.length === 0) return { loaded: 0, repeated: 0 };
      // MERGE would insert a new order as often as it is staged.
      const staged = [...new Map(sales.map((sale) => [sale.order_id, sale])).values()];
      const key = `sales/${randomUUID()}.ndjson`;
      const lines = staged.map((sale) => `${JSON.stringify(sale)}\n`);
      await objectStore.put(stagingBucket, key, lines.join(''), 'application/x-ndjson');
      try {
        const results = await database.batch(loadStatements(`s3://${stagingBucket}/${key}`));
        const loaded = staged.length - Number(results[REPEATED]?.[0]?.repeated);
        return { loaded, repeated: sales.length - loaded };
      } finally {
        // Also of a load that was not waited for: it either has read the file or will fail as a whole.
        await removeStaged(key);
      }
    },
  };
}
