-- Texts that are sorted or looked up have collation C. The order of rows, and so the order of locks, is then the same on
-- every machine, and no index depends on the version of an operating system.
CREATE TABLE inventory (
  product_id text COLLATE "C" PRIMARY KEY,
  product_name text NOT NULL,
  -- The most that a JSON number holds exactly.
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

-- Oldest first, as stock is handed out.
CREATE INDEX backorders ON shipments (product_id, ordered_at, order_id) WHERE status = 'backordered';

-- What was added to the stock, once per restock and product.
CREATE TABLE restocks (
  restock_id text COLLATE "C",
  product_id text COLLATE "C" REFERENCES inventory,
  quantity bigint NOT NULL CHECK (quantity > 0),
  restocked_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (restock_id, product_id)
);
