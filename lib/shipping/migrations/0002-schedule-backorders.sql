-- Assigns stock to the oldest backorders of these products until it runs out. The caller must hold the locks on their rows in
-- inventory.
CREATE FUNCTION schedule_backorders(products text[], promised date)
RETURNS TABLE (product_id text, scheduled bigint)
LANGUAGE sql
-- See the function fulfil.
SET plan_cache_mode = force_custom_plan
AS $$
  WITH oldest AS (
    SELECT waiting.order_id
    FROM inventory CROSS JOIN LATERAL (
      SELECT order_id
      FROM shipments
      WHERE shipments.product_id = inventory.product_id AND status = 'backordered'
      ORDER BY ordered_at, order_id
      LIMIT inventory.stock
    ) AS waiting
    WHERE inventory.product_id = ANY (products) AND stock > 0
  ),
  leaving AS (
    UPDATE shipments
    SET status = 'scheduled', delivery_date = promised
    FROM oldest
    WHERE shipments.order_id = oldest.order_id
    RETURNING shipments.product_id
  ),
  taken AS (
    SELECT product_id, count(*) AS quantity FROM leaving GROUP BY product_id
  )
  UPDATE inventory
  SET stock = stock - quantity, updated_at = now()
  FROM taken
  WHERE inventory.product_id = taken.product_id
  RETURNING inventory.product_id, quantity;
$$;
