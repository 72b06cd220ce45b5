import type { SalesReportBy } from './report-input.ts';

const IN_RANGE = 'ordered_at >= CAST(:since AS timestamptz) AND ordered_at < CAST(:until AS timestamptz)';

/** The groups with the highest revenue. Each row carries the totals of all groups, including those beyond the limit. */
const ranking = (key: string, columns: string, grouped: string) => `
  WITH sold AS (
    SELECT ${grouped}, count(*) AS orders, sum(price) AS revenue
    FROM sales
    WHERE ${IN_RANGE}
    GROUP BY ${key}
  ), ranked AS (
    SELECT ${columns}, orders, revenue,
      row_number() OVER (ORDER BY revenue DESC, ${key}) AS place,
      sum(orders) OVER () AS total_orders,
      sum(revenue) OVER () AS total_revenue
    FROM sold
  )
  SELECT ${columns},
    CAST(orders AS text) AS orders,
    CAST(CAST(revenue AS numeric(38, 4)) AS text) AS revenue,
    CAST(total_orders AS text) AS total_orders,
    CAST(CAST(total_revenue AS numeric(38, 4)) AS text) AS total_revenue
  FROM ranked
  WHERE place <= CAST(:limit AS integer)
  ORDER BY place`;

/** Sales by start of period, without empty periods. Starts are text: Redshift's epoch is an integer that overflows in 2038. */
const series = (period: string) => `
  WITH sold AS (
    SELECT date_trunc('${period}', ordered_at AT TIME ZONE 'UTC') AS starts_at, price
    FROM sales
    WHERE ${IN_RANGE}
  )
  SELECT CAST(starts_at AS text) AS period,
    CAST(count(*) AS text) AS orders,
    CAST(CAST(sum(price) AS numeric(38, 4)) AS text) AS revenue
  FROM sold
  GROUP BY starts_at`;

/**
 * The SQL statement of each report, for both Postgres and Redshift. Parameters: `since` and `until` (ISO 8601), and `limit`, the
 * maximum number of rows of a ranking.
 */
export const SALES_STATEMENTS: Record<SalesReportBy, string> = {
  product: ranking('product_id', 'product_id, product_name', 'product_id, max(product_name) AS product_name'),
  customer: ranking('email_id', 'email_id', 'email_id'),
  hour: series('hour'),
  day: series('day'),
};
