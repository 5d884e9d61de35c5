/** A small shop: two tables with a key between them, a view, dates, a NULL and a word that is not ASCII. */
export const SHOP_SQL = `
CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT NOT NULL, city TEXT);
CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL REFERENCES customers, placed TEXT NOT NULL, amount REAL);
CREATE VIEW big_orders AS SELECT * FROM orders WHERE amount > 50;
INSERT INTO customers VALUES (1, 'Ada', 'Zürich'), (2, 'Ben', 'Oslo'), (3, 'Cem', NULL);
INSERT INTO orders VALUES (1, 1, '2024-01-05', 10.5), (2, 1, '2024-02-07', 80), (3, 2, '2024-02-09', NULL);
`;
