import { type Database, readCount } from '../database/database.ts';
import type { OrderConsumer } from '../records/order-consumer.ts';
import { parseSale, type Sale } from './sale.ts';

/** Result of a load. */
export interface SalesLoad {
  /** Sales that were inserted. */
  loaded: number;
  /** Sales that the warehouse already had. They stay unchanged. */
  repeated: number;
}

/** Loads sales into the warehouse. Inserts each order once, even if it is loaded repeatedly or concurrently. */
export interface SalesLoader {
  /**
   * Loads all of the sales or none.
   *
   * @param sales Sales of different orders.
   * @throws If it is not certain that the sales were loaded. Loading them again is safe.
   */
  load(sales: readonly Sale[]): Promise<SalesLoad>;
}

/** Inserts in the order of `order_id`, so that concurrent loads of the same orders cannot deadlock. */
const LOAD = `
  WITH loaded AS (
    INSERT INTO sales (order_id, email_id, product_id, product_name, price, ordered_at, confirmed_at)
    SELECT order_id, email_id, product_id, product_name, price, ordered_at, confirmed_at
    FROM jsonb_to_recordset(CAST(:sales AS jsonb)) AS staged_sales (
      order_id varchar, email_id varchar, product_id varchar, product_name varchar, price numeric,
      ordered_at timestamptz, confirmed_at timestamptz
    )
    ORDER BY order_id
    ON CONFLICT (order_id) DO NOTHING
    RETURNING order_id
  )
  SELECT CAST(count(*) AS text) AS loaded FROM loaded`;

/** Creates a loader for Postgres that loads all sales in one statement. */
export function createPostgresSalesLoader(database: Database): SalesLoader {
  return {
    async load(sales) {
      if (sales.length === 0) return { loaded: 0, repeated: 0 };
      const [row] = await database.query(LOAD, { sales: JSON.stringify(sales) });
      const loaded = readCount(row, 'loaded');
      return { loaded, repeated: sales.length - loaded };
    },
  };
}

/** Creates the consumer that loads confirmed orders as sales. */
export const createSalesConsumer = (loader: SalesLoader): OrderConsumer<Sale, SalesLoad> => ({
  parse: parseSale,
  store: (sales) => loader.load(sales),
  report: {
    noun: 'sales',
    verb: 'loaded',
    metrics: {
      SalesLoaded: 'loaded',
      SalesRepeated: 'repeated',
      SalesRejected: 'rejected',
      SalesFailed: 'failed',
    },
  },
});
