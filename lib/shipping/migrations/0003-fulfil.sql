-- Creates shipments for orders that have none, and reserves stock as long as there is any. Like restock, it ensures that no
-- product has both stock and backorders, and it cannot deadlock with concurrent transactions.
--
-- Locks are always taken in the same order: products first, sorted, then order_ids, sorted. So a transaction that waits for a
-- product holds no order_id, and one that waits for an order_id needs no more products.
--
-- Each statement of a volatile function sees all rows committed before the statement started (READ COMMITTED). So the statements
-- after the locks see everything that earlier transactions did to these products.
CREATE FUNCTION fulfil(orders jsonb, promised date, OUT scheduled bigint, OUT backordered bigint)
LANGUAGE plpgsql
-- A cached plan from when shipments was empty would scan the whole table on every call.
SET plan_cache_mode = force_custom_plan
AS $$
DECLARE
  products text[];
  made_now text[];
BEGIN
  INSERT INTO inventory (product_id, product_name)
  SELECT DISTINCT ON (product_id) product_id, product_name
  FROM jsonb_to_recordset(orders) AS batch (product_id text COLLATE "C", product_name text)
  ORDER BY product_id, product_name
  ON CONFLICT DO NOTHING;
  products = ARRAY(
    SELECT product_id
    FROM inventory
    WHERE product_id IN (SELECT batch.product_id FROM jsonb_to_recordset(orders) AS batch (product_id text))
    ORDER BY product_id
    FOR UPDATE
  );
  WITH ranked AS (
    SELECT
      batch.*,
      row_number() OVER (PARTITION BY batch.product_id ORDER BY ordered_at, order_id) <= stock AS in_stock
    FROM jsonb_to_recordset(orders) AS batch (
      order_id text COLLATE "C",
      product_id text COLLATE "C",
      customer_name text,
      email_id text,
      ordered_at timestamptz,
      confirmed_at timestamptz
    )
    JOIN inventory ON inventory.product_id = batch.product_id
  ),
  made AS (
    INSERT INTO shipments (
      order_id, product_id, customer_name, email_id, ordered_at, confirmed_at, status, delivery_date
    )
    SELECT
      order_id, product_id, customer_name, email_id, ordered_at, confirmed_at,
      CASE WHEN in_stock THEN 'scheduled' ELSE 'backordered' END,
      CASE WHEN in_stock THEN promised END
    FROM ranked
    ORDER BY order_id
    ON CONFLICT DO NOTHING
    RETURNING order_id, product_id, status
  ),
  taken AS (
    UPDATE inventory
    SET stock = stock - leaving.quantity, updated_at = now()
    FROM (
      SELECT product_id, count(*) AS quantity FROM made WHERE status = 'scheduled' GROUP BY product_id
    ) AS leaving
    WHERE inventory.product_id = leaving.product_id
  )
  SELECT
    count(*) FILTER (WHERE status = 'scheduled'),
    count(*) FILTER (WHERE status = 'backordered'),
    array_agg(order_id)
  INTO scheduled, backordered, made_now
  FROM made;
  -- Orders that already have a shipment, or get it in a concurrent batch, were ranked with the others but reserved nothing. Their
  -- stock goes to the oldest backorder, which may be from an earlier batch if stock was raised by hand.
  IF backordered > 0 AND scheduled + backordered < jsonb_array_length(orders) THEN
    PERFORM count(*) FROM schedule_backorders(products, promised);
    SELECT count(*) FILTER (WHERE status = 'scheduled'), count(*) FILTER (WHERE status = 'backordered')
    INTO scheduled, backordered
    FROM shipments
    WHERE order_id = ANY (made_now);
  END IF;
END
$$;
