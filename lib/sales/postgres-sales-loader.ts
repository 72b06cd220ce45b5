import type { Database } from '../database/database.ts';
import { readCount } from '../database/read-count.ts';
import type { SalesLoader } from './sales-loader.ts';

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
