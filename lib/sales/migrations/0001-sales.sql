-- Runs unchanged on Redshift and Postgres. Redshift counts a varchar's bytes: 256 UTF-16 code units are at most 768 of UTF-8.
-- Redshift does not enforce the primary key (its planner trusts it): that each order is here once is the load's doing.
CREATE TABLE sales (
  order_id varchar(64) NOT NULL PRIMARY KEY,
  email_id varchar(256) NOT NULL,
  product_id varchar(768) NOT NULL,
  product_name varchar(768) NOT NULL,
  price numeric(20,4) NOT NULL,
  ordered_at timestamptz NOT NULL,
  confirmed_at timestamptz NOT NULL
);

-- Never holds a row: a load locks it first, so that loads go one by one while readers of sales are not held up.
CREATE TABLE sales_loads (
  loaded_at timestamptz
);
