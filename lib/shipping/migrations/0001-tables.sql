-- Keys have collation C. They sort the same on every machine, so locks are always taken in the same order, and no index depends
-- on the version of the operating system.
CREATE TABLE inventory (
  product_id text COLLATE "C" PRIMARY KEY,
  product_name text NOT NULL,
  -- The largest integer that a JSON number represents exactly.
  stock bigint NOT NULL DEFAULT 0 CHECK (stock BETWEEN 0 AND 9007199254740991),
  updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE shipments (
  order_id text COLLATE "C" PRIMARY KEY,
  product_id text COLLATE "C" NOT NULL REFERENCES inventory,
  customer_name text NOT NULL,
  email_id text NOT NULL,
  status text NOT NULL CHECK (status IN ('scheduled', 'backordered')),
  ordered_at timestamptz NOT NULL,
  confirmed_at timestamptz NOT NULL,
  delivery_date date,
  created_at timestamptz NOT NULL DEFAULT now(),
  CHECK ((status = 'scheduled') = (delivery_date IS NOT NULL))
);

-- Sorted as stock is assigned: oldest first.
CREATE INDEX backorders ON shipments (product_id, ordered_at, order_id) WHERE status = 'backordered';

-- Stock that was added, one row per restock and product.
CREATE TABLE restocks (
  restock_id text COLLATE "C",
  product_id text COLLATE "C" REFERENCES inventory,
  quantity bigint NOT NULL CHECK (quantity > 0),
  restocked_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (restock_id, product_id)
);
