-- Runs unchanged on Redshift and Postgres. Redshift counts bytes in a varchar: 256 UTF-16 code units are at most 768 bytes of UTF-8.
-- Redshift does not enforce the primary key, but its planner trusts it: the load must ensure that each order is inserted once.
CREATE TABLE sales (
  order_id varchar(64) NOT NULL PRIMARY KEY,
  email_id varchar(256) NOT NULL,
  product_id varchar(768) NOT NULL,
  product_name varchar(768) NOT NULL,
  price numeric(20,4) NOT NULL,
  ordered_at timestamptz NOT NULL,
  confirmed_at timestamptz NOT NULL
);

-- Always empty. Each load locks this table first, so that loads run one at a time without blocking readers of sales.
CREATE TABLE sales_loads (
  loaded_at timestamptz
);
