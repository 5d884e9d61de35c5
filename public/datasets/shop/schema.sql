-- The demo shop: a made-up European homeware shop, 2023 to 2025, amounts in euros unless a name says cents.
-- Source of truth for the tables; scripts/shop/generate.ts fills them. What to watch out for: docs/datasets.md.

CREATE TABLE categories (
  category_id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE
);

CREATE TABLE suppliers (
  supplier_id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  city TEXT NOT NULL,
  country TEXT NOT NULL
);

CREATE TABLE products (
  product_id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  category_id INTEGER NOT NULL REFERENCES categories (category_id),
  supplier_id INTEGER NOT NULL REFERENCES suppliers (supplier_id),
  list_price REAL NOT NULL,
  stock INTEGER NOT NULL,
  launch_date TEXT NOT NULL,
  discontinued INTEGER NOT NULL DEFAULT 0,
  total_sales REAL NOT NULL DEFAULT 0
);

CREATE TABLE customers (
  customer_id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  email TEXT NOT NULL UNIQUE,
  city TEXT NOT NULL,
  country TEXT NOT NULL,
  birth_year INTEGER,
  signup_date TEXT NOT NULL,
  newsletter INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE orders (
  order_id INTEGER PRIMARY KEY,
  customer_id INTEGER NOT NULL REFERENCES customers (customer_id),
  order_date TEXT NOT NULL,
  shipped_date TEXT,
  status TEXT NOT NULL CHECK (status IN ('processing', 'shipped', 'delivered', 'cancelled')),
  ship_city TEXT NOT NULL,
  ship_country TEXT NOT NULL,
  shipping_cost REAL NOT NULL,
  order_total REAL NOT NULL
);

CREATE TABLE order_items (
  order_item_id INTEGER PRIMARY KEY,
  order_id INTEGER NOT NULL REFERENCES orders (order_id),
  product_id INTEGER NOT NULL REFERENCES products (product_id),
  quantity INTEGER NOT NULL,
  unit_price REAL NOT NULL,
  discount_pct TEXT NOT NULL DEFAULT '0'
);

CREATE TABLE payments (
  payment_id INTEGER PRIMARY KEY,
  order_id INTEGER NOT NULL REFERENCES orders (order_id),
  method TEXT NOT NULL,
  amount_cents INTEGER NOT NULL,
  paid_date TEXT NOT NULL
);

CREATE TABLE reviews (
  review_id INTEGER PRIMARY KEY,
  product_id INTEGER NOT NULL REFERENCES products (product_id),
  customer_id INTEGER NOT NULL REFERENCES customers (customer_id),
  rating INTEGER NOT NULL CHECK (rating BETWEEN 1 AND 5),
  comment TEXT,
  review_date TEXT NOT NULL
);

CREATE TABLE returns (
  return_id INTEGER PRIMARY KEY,
  order_item_id INTEGER NOT NULL REFERENCES order_items (order_item_id),
  reason TEXT NOT NULL,
  refund_amount REAL NOT NULL,
  return_date TEXT NOT NULL
);

CREATE INDEX order_items_by_order ON order_items (order_id);
CREATE INDEX order_items_by_product ON order_items (product_id);
