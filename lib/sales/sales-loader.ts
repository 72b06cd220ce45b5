import { type Database, readCount } from '../database/database.ts';
import type { OrderConsumer } from '../records/order-consumer.ts';
import { parseSale, type Sale } from './sale.ts';

/** What a load did. */
export interface SalesLoad {
  /** Sales that are new in the warehouse. */
  loaded: number;
  /** Sales whose order it has already: they are left as they were. */
  repeated: number;
}

/** Puts sales into the warehouse, each order once, however often and by however many at once it is loaded. */
export interface SalesLoader {
  /**
   * Loads all the sales or none.
   *
   * @param sales of different orders
   * @throws where it is not sure that they were loaded; then they may be loaded again
   */
  load(sales: readonly Sale[]): Promise<SalesLoad>;
}

/** In one order for every load: two that share orders would wait for each other in a circle otherwise. */
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

/** Loads sales where the warehouse is a Postgres: in one statement. */
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

/** Consumes confirmed orders as sales. */
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
