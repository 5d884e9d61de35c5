/** Hard questions: nested queries, shares, set operations, CASE, several traps at once. */
import { at, selecting, withCustomerId, withProductId, type Gold } from './gold.ts';

const add = at('hard');

const ITEMS_PRODUCTS = 'FROM order_items AS oi JOIN products AS p ON p.product_id = oi.product_id';
const ITEMS_CATEGORIES = `${ITEMS_PRODUCTS} JOIN categories AS cat ON cat.category_id = p.category_id`;
const ITEMS_ORDERS = 'FROM order_items AS oi JOIN orders AS o ON o.order_id = oi.order_id';
const ITEMS_CUSTOMERS = `${ITEMS_ORDERS} JOIN customers AS c ON c.customer_id = o.customer_id`;
const ORDERS_CUSTOMERS = 'FROM orders AS o JOIN customers AS c ON c.customer_id = o.customer_id';
const REVENUE = 'SUM(oi.quantity * oi.unit_price)';
const VALID = "o.status <> 'cancelled'";
/** Customers by id who bought something of a category. */
const buyersOf = (category: string): string =>
  `SELECT o.customer_id ${ITEMS_ORDERS} JOIN products AS p ON p.product_id = oi.product_id JOIN categories AS cat ON cat.category_id = p.category_id WHERE cat.name = '${category}'`;

const ABOVE_AVERAGE = 'SELECT p.name FROM products AS p WHERE p.list_price > (SELECT AVG(list_price) FROM products)';
const BUSY = `SELECT c.name ${ORDERS_CUSTOMERS} GROUP BY c.customer_id HAVING COUNT(*) > 3 * (SELECT COUNT(*) * 1.0 / COUNT(DISTINCT customer_id) FROM orders)`;
const DEAREST_OF_CATEGORY =
  'SELECT cat.name, p.name FROM products AS p JOIN categories AS cat ON cat.category_id = p.category_id WHERE p.list_price = (SELECT MAX(q.list_price) FROM products AS q WHERE q.category_id = p.category_id)';
const BEST_CUSTOMER = `SELECT c.name ${ITEMS_CUSTOMERS} WHERE ${VALID} GROUP BY c.customer_id ORDER BY ${REVENUE} DESC LIMIT 1`;
const BIG_PAYERS = `SELECT c.name FROM payments AS pay JOIN orders AS o ON o.order_id = pay.order_id JOIN customers AS c ON c.customer_id = o.customer_id GROUP BY c.customer_id HAVING SUM(pay.amount_cents) > 400000`;
const FRANCE_TOP = `SELECT p.name, ${REVENUE} ${ITEMS_PRODUCTS} JOIN orders AS o ON o.order_id = oi.order_id WHERE o.ship_country = 'France' AND ${VALID} GROUP BY p.product_id ORDER BY ${REVENUE} DESC LIMIT 3`;
const SECOND = 'SELECT name FROM products ORDER BY list_price DESC LIMIT 1 OFFSET 1';
const BOTH = `SELECT c.name FROM customers AS c WHERE c.customer_id IN (${buyersOf('Kitchen')}) AND c.customer_id IN (${buyersOf('Toys')})`;
const PRICE_BELOW_LIST = `SELECT p.name, p.list_price, AVG(oi.unit_price) ${ITEMS_PRODUCTS} GROUP BY p.product_id`;
const CATEGORY_REVENUE = `SELECT ${REVENUE} AS revenue ${ITEMS_PRODUCTS} GROUP BY p.category_id`;
const SOLD_BUT_ZERO =
  'SELECT p.name FROM products AS p WHERE p.total_sales = 0 AND p.product_id IN (SELECT product_id FROM order_items)';
const SILENT = `SELECT c.name ${ORDERS_CUSTOMERS} WHERE c.customer_id NOT IN (SELECT customer_id FROM reviews) GROUP BY c.customer_id HAVING COUNT(*) > 5`;
const LAPSED =
  "SELECT COUNT(*) FROM customers WHERE customer_id IN (SELECT customer_id FROM orders WHERE strftime('%Y', order_date) = '2023') AND customer_id NOT IN (SELECT customer_id FROM orders WHERE strftime('%Y', order_date) = '2025')";

export const HARD: readonly Gold[] = [
  add(
    'above-average',
    [
      'Which products cost more than the average product?',
      'List the products with a list price above the average list price.',
      'What products are pricier than average?',
      'Show the products that cost more than the mean price.',
    ],
    ABOVE_AVERAGE,
    { also: withProductId(ABOVE_AVERAGE) },
  ),
  add(
    'above-average',
    [
      'How many orders have a total above the average order total?',
      'Count the orders that are larger than the average order, by order total.',
    ],
    'SELECT COUNT(*) FROM orders WHERE order_total > (SELECT AVG(order_total) FROM orders)',
  ),
  add(
    'above-average',
    [
      'Which customers have placed more than three times as many orders as the average ordering customer?',
      'List the customers with over three times the average number of orders per customer who ordered.',
    ],
    BUSY,
    { also: withCustomerId(BUSY) },
  ),
  add(
    'above-average',
    [
      'Which categories have more revenue than the average category?',
      'List the categories whose sales in euros are above the mean of all categories.',
    ],
    `SELECT cat.name ${ITEMS_CATEGORIES} GROUP BY cat.category_id HAVING ${REVENUE} > (SELECT AVG(revenue) FROM (${CATEGORY_REVENUE}))`,
    {
      also: [
        `SELECT cat.name, ${REVENUE} ${ITEMS_CATEGORIES} GROUP BY cat.category_id HAVING ${REVENUE} > (SELECT AVG(revenue) FROM (${CATEGORY_REVENUE}))`,
      ],
    },
  ),
  add(
    'above-average',
    [
      'How many products have more stock than the average product of their own category?',
      'Count the products whose stock exceeds the mean stock of their category.',
    ],
    'SELECT COUNT(*) FROM products AS p WHERE p.stock > (SELECT AVG(q.stock) FROM products AS q WHERE q.category_id = p.category_id)',
  ),
  add(
    'revenue',
    [
      'Show revenue by category, excluding cancelled orders.',
      'What did each category sell in euros, not counting cancelled orders?',
      'Turnover per category without cancellations?',
    ],
    `SELECT cat.name, ${REVENUE} ${ITEMS_CATEGORIES} JOIN orders AS o ON o.order_id = oi.order_id WHERE ${VALID} GROUP BY cat.category_id`,
    { wrong: [`SELECT cat.name, ${REVENUE} ${ITEMS_CATEGORIES} GROUP BY cat.category_id`] },
  ),
  add(
    'revenue',
    [
      'Which customer brought the most revenue, excluding cancelled orders?',
      'Not counting cancelled orders, who spent the most on goods?',
    ],
    BEST_CUSTOMER,
    { also: [...withCustomerId(BEST_CUSTOMER), selecting(BEST_CUSTOMER, 'c.name', `c.name, ${REVENUE}`)] },
  ),
  add(
    'revenue',
    [
      'What are the top 3 products by revenue shipped to France, excluding cancelled orders?',
      'Without cancelled orders, which three products made the most sales in orders shipped to France, and how much?',
    ],
    FRANCE_TOP,
    { also: [...withProductId(FRANCE_TOP), selecting(FRANCE_TOP, `p.name, ${REVENUE}`, 'p.name')] },
  ),
  add(
    'revenue',
    [
      "How much less did we charge than today's list prices would have given?",
      'What is the difference between the value of everything sold at current list prices and our actual revenue?',
    ],
    `SELECT SUM(oi.quantity * (p.list_price - oi.unit_price)) ${ITEMS_PRODUCTS}`,
  ),
  add(
    'revenue',
    [
      'How much revenue came from discounted order lines?',
      'What are the sales in euros of order items that had a discount?',
    ],
    "SELECT SUM(quantity * unit_price) FROM order_items WHERE discount_pct <> '0'",
  ),
  add(
    'month',
    [
      'Show the monthly revenue of 2024, excluding cancelled orders.',
      'How much did we sell in each month of 2024, without cancelled orders?',
    ],
    `SELECT strftime('%Y-%m', o.order_date), ${REVENUE} ${ITEMS_ORDERS} WHERE ${VALID} AND strftime('%Y', o.order_date) = '2024' GROUP BY strftime('%Y-%m', o.order_date)`,
    {
      also: [
        `SELECT strftime('%m', o.order_date), ${REVENUE} ${ITEMS_ORDERS} WHERE ${VALID} AND strftime('%Y', o.order_date) = '2024' GROUP BY strftime('%m', o.order_date)`,
      ],
    },
  ),
  add(
    'month',
    ['Which month of 2025 had the highest revenue?', 'In what month of 2025 did we sell the most, in euros?'],
    `SELECT strftime('%Y-%m', o.order_date) ${ITEMS_ORDERS} WHERE strftime('%Y', o.order_date) = '2025' GROUP BY strftime('%Y-%m', o.order_date) ORDER BY ${REVENUE} DESC LIMIT 1`,
    {
      also: [
        `SELECT strftime('%m', o.order_date) ${ITEMS_ORDERS} WHERE strftime('%Y', o.order_date) = '2025' GROUP BY strftime('%m', o.order_date) ORDER BY ${REVENUE} DESC LIMIT 1`,
        `SELECT strftime('%Y-%m', o.order_date), ${REVENUE} ${ITEMS_ORDERS} WHERE strftime('%Y', o.order_date) = '2025' GROUP BY strftime('%Y-%m', o.order_date) ORDER BY ${REVENUE} DESC LIMIT 1`,
      ],
    },
  ),
  add(
    'nested',
    [
      'What is the most expensive product in each category?',
      'For every category, show the product with the highest list price.',
    ],
    DEAREST_OF_CATEGORY,
    { also: [selecting(DEAREST_OF_CATEGORY, 'cat.name, p.name', 'cat.name, p.name, p.list_price')] },
  ),
  add(
    'nested',
    ['How many units does an order contain on average?', 'What is the average number of pieces per order?'],
    'SELECT AVG(units) FROM (SELECT SUM(quantity) AS units FROM order_items GROUP BY order_id)',
    { wrong: ['SELECT AVG(quantity) FROM order_items'] },
  ),
  add(
    'nested',
    ['What is the average value of an order without shipping?', 'How much are the goods of an order worth on average?'],
    'SELECT AVG(goods) FROM (SELECT SUM(quantity * unit_price) AS goods FROM order_items GROUP BY order_id)',
    { wrong: ['SELECT AVG(order_total) FROM orders', 'SELECT AVG(quantity * unit_price) FROM order_items'] },
  ),
  add(
    'nested',
    [
      'How many customers ordered in 2023 but not in 2025?',
      'Count the customers who bought in 2023 and did not come back in 2025.',
    ],
    LAPSED,
  ),
  add(
    'nested',
    [
      'Which customers have bought from both the Kitchen and the Toys category?',
      'List the customers who ordered kitchen products as well as toys.',
    ],
    BOTH,
    { also: withCustomerId(BOTH) },
  ),
  add(
    'nested',
    ['How many orders were split over more than one payment?', 'Count the orders with several payments.'],
    'SELECT COUNT(*) FROM (SELECT order_id FROM payments GROUP BY order_id HAVING COUNT(*) > 1)',
  ),
  add(
    'nested',
    ['What is the second most expensive product?', 'Which product has the second highest list price?'],
    SECOND,
    { also: [selecting(SECOND, 'name', 'product_id'), selecting(SECOND, 'name', 'name, list_price')] },
  ),
  add(
    'having',
    [
      'Which product name is used by more than one product?',
      'Are there several products with the same name? Show that name.',
    ],
    'SELECT name FROM products GROUP BY name HAVING COUNT(*) > 1',
    { also: ['SELECT name, COUNT(*) FROM products GROUP BY name HAVING COUNT(*) > 1'] },
  ),
  add(
    'having',
    [
      'Which customers have paid more than 4000 euros in total?',
      'List the customers whose payments add up to over 4000 euros.',
    ],
    BIG_PAYERS,
    {
      also: [...withCustomerId(BIG_PAYERS), selecting(BIG_PAYERS, 'c.name', 'c.name, SUM(pay.amount_cents) / 100.0')],
      wrong: [BIG_PAYERS.replace('400000', '4000')],
    },
  ),
  add(
    'having',
    [
      'Which customer countries have more than 30000 euros of revenue?',
      'List the countries whose customers bought goods for over 30000 euros.',
    ],
    `SELECT c.country ${ITEMS_CUSTOMERS} GROUP BY c.country HAVING ${REVENUE} > 30000`,
    { also: [`SELECT c.country, ${REVENUE} ${ITEMS_CUSTOMERS} GROUP BY c.country HAVING ${REVENUE} > 30000`] },
  ),
  add(
    'having',
    [
      'Which suppliers have an average review rating below 4?',
      'List the suppliers whose products are rated under 4 stars on average.',
    ],
    'SELECT s.name FROM reviews AS r JOIN products AS p ON p.product_id = r.product_id JOIN suppliers AS s ON s.supplier_id = p.supplier_id GROUP BY s.supplier_id HAVING AVG(r.rating) < 4',
    {
      also: [
        'SELECT s.name, AVG(r.rating) FROM reviews AS r JOIN products AS p ON p.product_id = r.product_id JOIN suppliers AS s ON s.supplier_id = p.supplier_id GROUP BY s.supplier_id HAVING AVG(r.rating) < 4',
      ],
    },
  ),
  add(
    'case',
    [
      'How many products are cheap (under 25 euros), medium (25 to 75) and expensive (over 75)?',
      "Count the products in the price bands 'cheap' below 25, 'medium' from 25 to 75 and 'expensive' above 75.",
    ],
    "SELECT CASE WHEN list_price < 25 THEN 'cheap' WHEN list_price <= 75 THEN 'medium' ELSE 'expensive' END, COUNT(*) FROM products GROUP BY 1",
  ),
  add(
    'case',
    [
      "How many orders have 'free' and how many 'paid' shipping?",
      "Count the orders by shipping: 'free' if the shipping cost is zero, otherwise 'paid'.",
    ],
    "SELECT CASE WHEN shipping_cost = 0 THEN 'free' ELSE 'paid' END, COUNT(*) FROM orders GROUP BY 1",
  ),
  add(
    'case',
    [
      'For each country, how many of its customers receive the newsletter and how many do not?',
      'Show the number of newsletter subscribers and non-subscribers per customer country.',
    ],
    'SELECT country, SUM(CASE WHEN newsletter = 1 THEN 1 ELSE 0 END), SUM(CASE WHEN newsletter = 0 THEN 1 ELSE 0 END) FROM customers GROUP BY country',
  ),
  add(
    'ratio',
    [
      'What percentage of orders was cancelled, rounded to one decimal?',
      'Show the cancellation rate in percent with one decimal.',
      'How many percent of our orders get cancelled? One decimal, please.',
    ],
    "SELECT ROUND(100.0 * SUM(CASE WHEN status = 'cancelled' THEN 1 ELSE 0 END) / COUNT(*), 1) FROM orders",
  ),
  add(
    'ratio',
    [
      'What share of total revenue does each category have, in percent rounded to one decimal?',
      'Show each category with its percentage of all sales in euros, one decimal.',
    ],
    `SELECT cat.name, ROUND(100.0 * ${REVENUE} / (SELECT SUM(quantity * unit_price) FROM order_items), 1) ${ITEMS_CATEGORIES} GROUP BY cat.category_id`,
  ),
  add(
    'ratio',
    [
      'What percentage of order lines was returned, rounded to two decimals?',
      'Show the return rate over order items in percent, two decimals.',
    ],
    'SELECT ROUND(100.0 * COUNT(ret.return_id) / COUNT(*), 2) FROM order_items AS oi LEFT JOIN returns AS ret ON ret.order_item_id = oi.order_item_id',
  ),
  add(
    'set',
    [
      'In which countries do we have customers or suppliers?',
      'List every country that has a customer or a supplier, each once.',
    ],
    'SELECT country FROM customers UNION SELECT country FROM suppliers',
  ),
  add(
    'set',
    [
      'Which countries have both customers and suppliers?',
      'List the countries where we have customers as well as suppliers.',
    ],
    'SELECT country FROM customers INTERSECT SELECT country FROM suppliers',
  ),
  add(
    'set',
    ['From which countries do we have suppliers but no customers?', 'List supplier countries without any customer.'],
    'SELECT country FROM suppliers EXCEPT SELECT country FROM customers',
  ),
  add(
    'set',
    [
      'Which cities are home to both a customer and a supplier?',
      'List the cities where customers and suppliers are both found.',
    ],
    'SELECT city FROM customers INTERSECT SELECT city FROM suppliers',
  ),
  add(
    'date',
    [
      'How many days does it take on average from order to shipping?',
      'What is the average time between order date and shipped date in days?',
      'How long do we need to ship an order, in days, on average?',
    ],
    'SELECT AVG(julianday(shipped_date) - julianday(order_date)) FROM orders',
  ),
  add(
    'date',
    [
      'What is the average number of days to ship, by shipping country?',
      'For each destination country, how many days pass on average between order and shipping?',
    ],
    'SELECT ship_country, AVG(julianday(shipped_date) - julianday(order_date)) FROM orders GROUP BY ship_country',
  ),
  add(
    'join',
    [
      "How many orders were shipped to a country other than the customer's own?",
      'Count the orders whose shipping country differs from the country of the customer.',
      'How many orders went abroad, seen from where the customer lives?',
    ],
    `SELECT COUNT(*) ${ORDERS_CUSTOMERS} WHERE o.ship_country <> c.country`,
  ),
  add(
    'join',
    [
      "Show each product's list price next to the average price actually charged.",
      'Compare the current list price of every product with the average unit price in its orders.',
    ],
    PRICE_BELOW_LIST,
    { also: withProductId(PRICE_BELOW_LIST) },
  ),
  add(
    'never',
    [
      'Which products have been sold although their total_sales column says zero?',
      'List products with a total_sales of 0 that do appear in orders.',
    ],
    SOLD_BUT_ZERO,
    { also: withProductId(SOLD_BUT_ZERO) },
  ),
  add(
    'never',
    [
      'Which customers wrote no review although they placed more than 5 orders?',
      'List the customers with over 5 orders who never reviewed anything.',
    ],
    SILENT,
    { also: withCustomerId(SILENT) },
  ),
];
