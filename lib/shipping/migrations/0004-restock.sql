-- Adds stock, once per restock_id and product, and assigns it to the oldest backorders. Locks products first, sorted, like
-- fulfil. Waits for no other lock.
CREATE FUNCTION restock(this_restock text, items jsonb, promised date)
RETURNS TABLE (product_id text, added bigint, scheduled bigint, stock bigint)
LANGUAGE plpgsql
-- See the function fulfil.
SET plan_cache_mode = force_custom_plan
AS $$
#variable_conflict use_column
DECLARE
  products text[];
  added_by_product jsonb;
  scheduled_by_product jsonb;
BEGIN
  INSERT INTO inventory (product_id, product_name)
  SELECT product_id, coalesce(product_name, product_id)
  FROM jsonb_to_recordset(items) AS item (product_id text COLLATE "C", product_name text)
  ORDER BY product_id
  ON CONFLICT DO NOTHING;
  products = ARRAY(
    SELECT product_id
    FROM inventory
    WHERE product_id IN (SELECT item.product_id FROM jsonb_to_recordset(items) AS item (product_id text))
    ORDER BY product_id
    FOR UPDATE
  );
  WITH fresh AS (
    INSERT INTO restocks (restock_id, product_id, quantity)
    SELECT this_restock, product_id, quantity
    FROM jsonb_to_recordset(items) AS item (product_id text, quantity bigint)
    ON CONFLICT DO NOTHING
    RETURNING product_id, quantity
  ),
  stocked AS (
    UPDATE inventory
    SET
      stock = stock + quantity,
      product_name = coalesce(item.product_name, inventory.product_name),
      updated_at = now()
    FROM fresh
    JOIN jsonb_to_recordset(items) AS item (product_id text COLLATE "C", product_name text) USING (product_id)
    WHERE inventory.product_id = fresh.product_id
  )
  SELECT jsonb_object_agg(product_id, quantity) INTO added_by_product FROM fresh;
  SELECT jsonb_object_agg(backorders.product_id, backorders.scheduled) INTO scheduled_by_product
  FROM schedule_backorders(products, promised) AS backorders;
  RETURN QUERY
  SELECT
    product_id,
    coalesce(CAST(added_by_product ->> product_id AS bigint), 0),
    coalesce(CAST(scheduled_by_product ->> product_id AS bigint), 0),
    stock
  FROM inventory
  WHERE product_id = ANY (products)
  ORDER BY product_id;
END
$$;
