/** Medium questions: two to four tables, groups, top lists, HAVING, what never happened. */
import { at, selecting, withCustomerId, withProductId, type Gold } from './gold.ts';

const add = at('medium');

// Joins that many questions share.
const ITEMS_PRODUCTS = 'FROM order_items AS oi JOIN products AS p ON p.product_id = oi.product_id';
const ITEMS_CATEGORIES = `${ITEMS_PRODUCTS} JOIN categories AS cat ON cat.category_id = p.category_id`;
const ITEMS_SUPPLIERS = `${ITEMS_PRODUCTS} JOIN suppliers AS s ON s.supplier_id = p.supplier_id`;
const ITEMS_ORDERS = 'FROM order_items AS oi JOIN orders AS o ON o.order_id = oi.order_id';
const ITEMS_CUSTOMERS = `${ITEMS_ORDERS} JOIN customers AS c ON c.customer_id = o.customer_id`;
const ORDERS_CUSTOMERS = 'FROM orders AS o JOIN customers AS c ON c.customer_id = o.customer_id';
const PRODUCTS_CATEGORIES = 'FROM products AS p JOIN categories AS cat ON cat.category_id = p.category_id';
const PRODUCTS_SUPPLIERS = 'FROM products AS p JOIN suppliers AS s ON s.supplier_id = p.supplier_id';
const REVIEWS_PRODUCTS = 'FROM reviews AS r JOIN products AS p ON p.product_id = r.product_id';
const REVENUE = 'SUM(oi.quantity * oi.unit_price)';
const AT_LIST_PRICE = 'SUM(oi.quantity * p.list_price)';

const REVENUE_BY_PRODUCT = `SELECT p.name, ${REVENUE} ${ITEMS_PRODUCTS} GROUP BY p.product_id`;
const UNITS_BY_PRODUCT = `SELECT p.name, SUM(oi.quantity) ${ITEMS_PRODUCTS} GROUP BY p.product_id`;
const RATING_BY_PRODUCT = `SELECT p.name, AVG(r.rating) ${REVIEWS_PRODUCTS} GROUP BY p.product_id`;
const REVIEWS_BY_PRODUCT = `SELECT p.name, COUNT(*) ${REVIEWS_PRODUCTS} GROUP BY p.product_id`;
const ORDERS_BY_CUSTOMER = `SELECT c.name, COUNT(*) ${ORDERS_CUSTOMERS} GROUP BY c.customer_id`;
const TOTAL_BY_CUSTOMER = `SELECT c.name, SUM(o.order_total) ${ORDERS_CUSTOMERS} GROUP BY c.customer_id`;
const RETURNS_BY_PRODUCT =
  'SELECT p.name, COUNT(*) FROM returns AS ret JOIN order_items AS oi ON oi.order_item_id = ret.order_item_id JOIN products AS p ON p.product_id = oi.product_id GROUP BY p.product_id';

const GROUPS: readonly Gold[] = [
  add(
    'revenue',
    [
      'Show total revenue by product.',
      'How much revenue did each product make?',
      'What are the total sales of every product in euros?',
      'Give me the turnover per product.',
      'List products with the income they brought in.',
      'Revenue per product?',
    ],
    REVENUE_BY_PRODUCT,
    {
      also: withProductId(REVENUE_BY_PRODUCT),
      wrong: [
        'SELECT name, total_sales FROM products',
        'SELECT name, total_sales FROM products WHERE total_sales > 0',
        `SELECT p.name, ${AT_LIST_PRICE} ${ITEMS_PRODUCTS} GROUP BY p.product_id`,
        `SELECT p.name, ${REVENUE} ${ITEMS_PRODUCTS} GROUP BY p.name`,
        `SELECT p.name, SUM(oi.unit_price) ${ITEMS_PRODUCTS} GROUP BY p.product_id`,
        `SELECT p.name, SUM(o.order_total) ${ITEMS_PRODUCTS} JOIN orders AS o ON o.order_id = oi.order_id GROUP BY p.product_id`,
      ],
    },
  ),
  add(
    'revenue',
    [
      'Show total revenue by category.',
      'How much revenue did each product category make?',
      'What are the sales per category in euros?',
      'Give me the turnover of every category.',
      'Which income came from which category?',
    ],
    `SELECT cat.name, ${REVENUE} ${ITEMS_CATEGORIES} GROUP BY cat.category_id`,
    {
      wrong: [
        `SELECT cat.name, SUM(p.total_sales) ${PRODUCTS_CATEGORIES} GROUP BY cat.category_id`,
        `SELECT cat.name, ${AT_LIST_PRICE} ${ITEMS_CATEGORIES} GROUP BY cat.category_id`,
        `SELECT cat.name, SUM(o.order_total) ${ITEMS_CATEGORIES} JOIN orders AS o ON o.order_id = oi.order_id GROUP BY cat.category_id`,
      ],
    },
  ),
  add(
    'revenue',
    [
      'Show total revenue by customer country.',
      'How much revenue comes from customers of each country?',
      'What are the sales per country where the customer lives?',
      'Turnover by home country of the customer?',
    ],
    `SELECT c.country, ${REVENUE} ${ITEMS_CUSTOMERS} GROUP BY c.country`,
    {
      wrong: [
        `SELECT o.ship_country, ${REVENUE} ${ITEMS_ORDERS} GROUP BY o.ship_country`,
        `SELECT c.country, SUM(o.order_total) ${ITEMS_CUSTOMERS} GROUP BY c.country`,
      ],
    },
  ),
  add(
    'revenue',
    [
      'Show total revenue by shipping country.',
      'How much revenue was shipped to each country?',
      'What are the sales per destination country?',
    ],
    `SELECT o.ship_country, ${REVENUE} ${ITEMS_ORDERS} GROUP BY o.ship_country`,
    {
      wrong: [
        `SELECT c.country, ${REVENUE} ${ITEMS_CUSTOMERS} GROUP BY c.country`,
        'SELECT ship_country, SUM(order_total) FROM orders GROUP BY ship_country',
      ],
    },
  ),
  add(
    'revenue',
    [
      'Show revenue by supplier.',
      'How much income did the products of each supplier bring?',
      'Total sales in euros per supplier?',
    ],
    `SELECT s.name, ${REVENUE} ${ITEMS_SUPPLIERS} GROUP BY s.supplier_id`,
  ),
  add(
    'revenue',
    [
      'What was the revenue in each year?',
      'Show yearly revenue.',
      'How much turnover did we make per year?',
      'Sales by year?',
    ],
    `SELECT strftime('%Y', o.order_date), ${REVENUE} ${ITEMS_ORDERS} GROUP BY strftime('%Y', o.order_date)`,
    { wrong: ["SELECT strftime('%Y', order_date), SUM(order_total) FROM orders GROUP BY strftime('%Y', order_date)"] },
  ),
  add(
    'month',
    [
      'Show revenue by month.',
      'How much revenue did we make in each month of each year?',
      'What are our monthly sales?',
      'Give me the turnover month by month.',
    ],
    `SELECT strftime('%Y-%m', o.order_date), ${REVENUE} ${ITEMS_ORDERS} GROUP BY strftime('%Y-%m', o.order_date)`,
  ),
  add(
    'month',
    ['How many orders were placed in each month of 2025?', 'Count the 2025 orders by month.'],
    "SELECT strftime('%Y-%m', order_date), COUNT(*) FROM orders WHERE strftime('%Y', order_date) = '2025' GROUP BY strftime('%Y-%m', order_date)",
    {
      also: [
        "SELECT strftime('%m', order_date), COUNT(*) FROM orders WHERE strftime('%Y', order_date) = '2025' GROUP BY strftime('%m', order_date)",
      ],
    },
  ),
  add(
    'month',
    ['How many orders were there per year?', 'Count orders by year.', 'Show the yearly number of orders.'],
    "SELECT strftime('%Y', order_date), COUNT(*) FROM orders GROUP BY strftime('%Y', order_date)",
  ),
  add(
    'month',
    ['How many customers signed up in each year?', 'Show new customers per year.'],
    "SELECT strftime('%Y', signup_date), COUNT(*) FROM customers GROUP BY strftime('%Y', signup_date)",
  ),
  add(
    'group',
    [
      'How many units of each product were sold?',
      'Show the quantity sold by product.',
      'Units sold per product?',
      'How many pieces of every product did we sell?',
    ],
    UNITS_BY_PRODUCT,
    {
      also: withProductId(UNITS_BY_PRODUCT),
      wrong: [`SELECT p.name, COUNT(*) ${ITEMS_PRODUCTS} GROUP BY p.product_id`],
    },
  ),
  add(
    'group',
    ['How many units were sold in each category?', 'Show the quantity sold by category.'],
    `SELECT cat.name, SUM(oi.quantity) ${ITEMS_CATEGORIES} GROUP BY cat.category_id`,
  ),
  add(
    'group',
    [
      'How many products are in each category?',
      'Count products by category.',
      'Show the number of products per category.',
      'How big is each category, in products?',
    ],
    `SELECT cat.name, COUNT(*) ${PRODUCTS_CATEGORIES} GROUP BY cat.category_id`,
  ),
  add(
    'group',
    [
      'How many orders did each customer place?',
      'Count orders by customer.',
      'Show customers with their number of orders.',
      'How often has each customer ordered?',
    ],
    ORDERS_BY_CUSTOMER,
    { also: withCustomerId(ORDERS_BY_CUSTOMER) },
  ),
  add(
    'group',
    [
      'What is the average rating of each product?',
      'Show the mean rating per product.',
      'How is every product rated on average?',
      'Average stars by product?',
    ],
    RATING_BY_PRODUCT,
    {
      also: withProductId(RATING_BY_PRODUCT),
      wrong: [`SELECT p.name, AVG(r.rating) ${REVIEWS_PRODUCTS} GROUP BY p.name`],
    },
  ),
  add(
    'group',
    ['What is the average rating per category?', 'How well is each category rated by reviewers on average?'],
    `SELECT cat.name, AVG(r.rating) ${REVIEWS_PRODUCTS} JOIN categories AS cat ON cat.category_id = p.category_id GROUP BY cat.category_id`,
  ),
  add(
    'group',
    [
      'What is the average list price in each category?',
      'Show the mean product price by category.',
      'How expensive is a product on average, per category?',
    ],
    `SELECT cat.name, AVG(p.list_price) ${PRODUCTS_CATEGORIES} GROUP BY cat.category_id`,
  ),
  add('group', ['How many reviews does each product have?', 'Count the reviews by product.'], REVIEWS_BY_PRODUCT, {
    also: withProductId(REVIEWS_BY_PRODUCT),
  }),
  add(
    'group',
    [
      'How many products does each supplier deliver?',
      'Count products by supplier.',
      'Show suppliers with the number of products we buy from them.',
    ],
    `SELECT s.name, COUNT(*) ${PRODUCTS_SUPPLIERS} GROUP BY s.supplier_id`,
  ),
  add('group', ['How often was each product returned?', 'Count the returns by product.'], RETURNS_BY_PRODUCT, {
    also: withProductId(RETURNS_BY_PRODUCT),
  }),
  add(
    'group',
    ['How many orders came from customers of each country?', 'Count the orders by home country of the customer.'],
    `SELECT c.country, COUNT(*) ${ORDERS_CUSTOMERS} GROUP BY c.country`,
    { wrong: ['SELECT ship_country, COUNT(*) FROM orders GROUP BY ship_country'] },
  ),
  add(
    'group',
    [
      'How much has each customer been charged in total, shipping included?',
      'Show the sum of order totals per customer.',
    ],
    TOTAL_BY_CUSTOMER,
    {
      also: withCustomerId(TOTAL_BY_CUSTOMER),
      wrong: [`SELECT c.name, SUM(o.order_total) ${ITEMS_CUSTOMERS} GROUP BY c.customer_id`],
    },
  ),
  add(
    'group',
    ['What is the average order total by shipping country?', 'Show the mean order total for each destination country.'],
    'SELECT ship_country, AVG(order_total) FROM orders GROUP BY ship_country',
  ),
  add(
    'cast',
    [
      'How many euros were paid with each payment method?',
      'Show the total paid by method, in euros.',
      'What amount in euros came in through every payment method?',
    ],
    'SELECT method, SUM(amount_cents) / 100.0 FROM payments GROUP BY method',
    {
      wrong: [
        'SELECT method, SUM(amount_cents) FROM payments GROUP BY method',
        'SELECT method, SUM(amount_cents) / 100 FROM payments GROUP BY method',
      ],
    },
  ),
];

const FILTERS: readonly Gold[] = [
  add(
    'join',
    [
      'List the products in the Kitchen category.',
      'Which products belong to Kitchen?',
      'What do we sell in the category Kitchen?',
      'Show the names of all kitchen products.',
    ],
    `SELECT p.name ${PRODUCTS_CATEGORIES} WHERE cat.name = 'Kitchen'`,
  ),
  add(
    'join',
    [
      'List the products in the Garden category with their stock.',
      'How much of each garden product do we have in stock?',
    ],
    `SELECT p.name, p.stock ${PRODUCTS_CATEGORIES} WHERE cat.name = 'Garden'`,
  ),
  add(
    'join',
    ['Which products come from the supplier Lumenhaus?', 'List the names of the products supplied by Lumenhaus.'],
    `SELECT p.name ${PRODUCTS_SUPPLIERS} WHERE s.name = 'Lumenhaus'`,
  ),
  add(
    'join',
    [
      'Show each product with its category.',
      'List product names together with their category names.',
      'Which category does every product belong to?',
    ],
    `SELECT p.name, cat.name ${PRODUCTS_CATEGORIES}`,
  ),
  add(
    'join',
    ['Show each product with the name of its supplier.', 'Who supplies which product?'],
    `SELECT p.name, s.name ${PRODUCTS_SUPPLIERS}`,
  ),
  add(
    'join',
    [
      'How many orders did customers from Germany place?',
      'Count the orders of German customers.',
      'How many orders come from people living in Germany?',
    ],
    `SELECT COUNT(*) ${ORDERS_CUSTOMERS} WHERE c.country = 'Germany'`,
    { wrong: ["SELECT COUNT(*) FROM orders WHERE ship_country = 'Germany'"] },
  ),
  add(
    'join',
    ['On which dates did Moritz Lindner place orders?', 'List the order dates of the customer Moritz Lindner.'],
    `SELECT o.order_date ${ORDERS_CUSTOMERS} WHERE c.name = 'Moritz Lindner'`,
  ),
  add(
    'revenue',
    [
      'What is the revenue from customers in Germany?',
      'How much did German customers spend on goods?',
      'Total sales to customers living in Germany?',
      'How much turnover do our customers from Germany bring?',
    ],
    `SELECT ${REVENUE} ${ITEMS_CUSTOMERS} WHERE c.country = 'Germany'`,
    {
      wrong: [
        `SELECT ${REVENUE} ${ITEMS_ORDERS} WHERE o.ship_country = 'Germany'`,
        `SELECT SUM(o.order_total) ${ORDERS_CUSTOMERS} WHERE c.country = 'Germany'`,
      ],
    },
  ),
  add(
    'revenue',
    [
      'What is the revenue of the Lighting category?',
      'How much did we earn with Lighting?',
      'Total sales in the category Lighting?',
    ],
    `SELECT ${REVENUE} ${ITEMS_CATEGORIES} WHERE cat.name = 'Lighting'`,
    { wrong: [`SELECT SUM(p.total_sales) ${PRODUCTS_CATEGORIES} WHERE cat.name = 'Lighting'`] },
  ),
  add(
    'revenue',
    ['What was the revenue in 2024?', 'How much turnover did we make in 2024?', 'Total sales of the year 2024?'],
    `SELECT ${REVENUE} ${ITEMS_ORDERS} WHERE strftime('%Y', o.order_date) = '2024'`,
  ),
  add(
    'revenue',
    [
      'What is the total revenue excluding cancelled orders?',
      'How much revenue is left without the cancelled orders?',
      'Total sales, not counting cancellations?',
      'What turnover did we make from orders that were not cancelled?',
    ],
    `SELECT ${REVENUE} ${ITEMS_ORDERS} WHERE o.status <> 'cancelled'`,
    {
      wrong: [
        'SELECT SUM(quantity * unit_price) FROM order_items',
        "SELECT SUM(order_total) FROM orders WHERE status <> 'cancelled'",
        `SELECT ${REVENUE} ${ITEMS_ORDERS} WHERE o.status = 'delivered'`,
      ],
    },
  ),
  add(
    'revenue',
    ['How much revenue did we lose to cancelled orders?', 'What is the value of the goods in cancelled orders?'],
    `SELECT ${REVENUE} ${ITEMS_ORDERS} WHERE o.status = 'cancelled'`,
  ),
  add(
    'join',
    ['How many units of the French Press were sold?', 'How often did we sell the French Press, in pieces?'],
    `SELECT SUM(oi.quantity) ${ITEMS_PRODUCTS} WHERE p.name = 'French Press'`,
  ),
  add(
    'distinct',
    ['Which products have received a one-star review?', 'List the products with at least one rating of 1, each once.'],
    `SELECT DISTINCT p.name ${REVIEWS_PRODUCTS} WHERE r.rating = 1`,
    { also: [`SELECT DISTINCT p.product_id ${REVIEWS_PRODUCTS} WHERE r.rating = 1`] },
  ),
  add(
    'distinct',
    ['Which customers have bought the Two-Person Tent?', 'List the different customers who ordered a Two-Person Tent.'],
    `SELECT DISTINCT c.name ${ITEMS_CUSTOMERS} JOIN products AS p ON p.product_id = oi.product_id WHERE p.name = 'Two-Person Tent'`,
    {
      also: [
        `SELECT DISTINCT c.customer_id ${ITEMS_CUSTOMERS} JOIN products AS p ON p.product_id = oi.product_id WHERE p.name = 'Two-Person Tent'`,
      ],
    },
  ),
  add(
    'text',
    ['How many orders to France were cancelled?', 'Count the cancelled orders with shipping country France.'],
    "SELECT COUNT(*) FROM orders WHERE ship_country = 'France' AND status = 'cancelled'",
  ),
  add(
    'date',
    ['Which customers in Germany signed up in 2025?', 'List the German customers who registered during 2025.'],
    "SELECT name FROM customers WHERE country = 'Germany' AND strftime('%Y', signup_date) = '2025'",
  ),
  add(
    'number',
    [
      'Which Outdoor products cost less than 60 euros?',
      'List products of the category Outdoor with a list price under 60.',
    ],
    `SELECT p.name ${PRODUCTS_CATEGORIES} WHERE cat.name = 'Outdoor' AND p.list_price < 60`,
  ),
  add(
    'null',
    [
      'How many orders that were not cancelled still have no shipped date?',
      'Count the orders still waiting to be shipped, leaving out cancelled ones.',
    ],
    "SELECT COUNT(*) FROM orders WHERE shipped_date IS NULL AND status <> 'cancelled'",
    { wrong: ['SELECT COUNT(*) FROM orders WHERE shipped_date IS NULL'] },
  ),
  add(
    'cast',
    [
      'How many order lines got a discount of more than 10 percent?',
      'Count the order items with a discount above 10 percent.',
      'How often did we give a discount bigger than 10 %?',
    ],
    'SELECT COUNT(*) FROM order_items WHERE CAST(discount_pct AS INTEGER) > 10',
    {
      wrong: [
        "SELECT COUNT(*) FROM order_items WHERE discount_pct > '10'",
        'SELECT COUNT(*) FROM order_items WHERE discount_pct > 10',
      ],
    },
  ),
  add(
    'cast',
    [
      'What is the highest discount we ever gave, in percent?',
      'Show the largest discount percentage on any order line.',
    ],
    'SELECT MAX(CAST(discount_pct AS INTEGER)) FROM order_items',
    { wrong: ['SELECT MAX(discount_pct) FROM order_items'] },
  ),
  add(
    'cast',
    [
      'What is the average discount on order lines that have one?',
      'When we give a discount, how many percent is it on average?',
    ],
    "SELECT AVG(CAST(discount_pct AS REAL)) FROM order_items WHERE discount_pct <> '0'",
    { wrong: ['SELECT AVG(discount_pct) FROM order_items'] },
  ),
  add(
    'cast',
    ['How many payments were above 500 euros?', 'Count the payments of more than 500 euros.'],
    'SELECT COUNT(*) FROM payments WHERE amount_cents > 50000',
    { wrong: ['SELECT COUNT(*) FROM payments WHERE amount_cents > 500'] },
  ),
];

const BEST_BY_UNITS = `SELECT p.name ${ITEMS_PRODUCTS} GROUP BY p.product_id ORDER BY SUM(oi.quantity) DESC LIMIT 1`;
const BEST_BY_REVENUE = `SELECT p.name ${ITEMS_PRODUCTS} GROUP BY p.product_id ORDER BY ${REVENUE} DESC LIMIT 1`;
const TOP_PRODUCTS = `SELECT p.name, ${REVENUE} ${ITEMS_PRODUCTS} GROUP BY p.product_id ORDER BY ${REVENUE} DESC LIMIT 5`;
const MOST_ORDERS = `SELECT c.name ${ORDERS_CUSTOMERS} GROUP BY c.customer_id ORDER BY COUNT(*) DESC LIMIT 1`;
const TOP_CUSTOMERS = `SELECT c.name, ${REVENUE} ${ITEMS_CUSTOMERS} GROUP BY c.customer_id ORDER BY ${REVENUE} DESC LIMIT 10`;
const MOST_REVIEWED = `SELECT p.name ${REVIEWS_PRODUCTS} GROUP BY p.product_id ORDER BY COUNT(*) DESC LIMIT 1`;
const TOP_LISTS: readonly Gold[] = [
  add(
    'superlative',
    [
      'Which product sold the most units?',
      'What is our best-selling product by quantity?',
      'Of which product did we sell the most pieces?',
      'Name the product with the highest number of units sold.',
    ],
    BEST_BY_UNITS,
    { also: [...withProductId(BEST_BY_UNITS), selecting(BEST_BY_UNITS, 'p.name', 'p.name, SUM(oi.quantity)')] },
  ),
  add(
    'superlative',
    [
      'Which product earned the most revenue?',
      'Which product has the highest sales in euros?',
      'What product brings in the most money?',
      'Name the product with the largest turnover.',
    ],
    BEST_BY_REVENUE,
    {
      also: [...withProductId(BEST_BY_REVENUE), selecting(BEST_BY_REVENUE, 'p.name', `p.name, ${REVENUE}`)],
      wrong: ['SELECT name FROM products ORDER BY total_sales DESC LIMIT 1', BEST_BY_UNITS],
    },
  ),
  add(
    'top-k',
    [
      'What are the top 5 products by revenue?',
      'Show the five products with the highest sales in euros, best first, with the amount.',
      'Which five products earned the most, and how much?',
      'Top five products by turnover?',
    ],
    TOP_PRODUCTS,
    {
      also: [...withProductId(TOP_PRODUCTS), selecting(TOP_PRODUCTS, `p.name, ${REVENUE}`, 'p.name')],
      wrong: ['SELECT name, total_sales FROM products ORDER BY total_sales DESC LIMIT 5'],
    },
  ),
  add(
    'top-k',
    [
      'What are the top 3 categories by revenue?',
      'Show the three categories with the most sales in euros, with the amount.',
    ],
    `SELECT cat.name, ${REVENUE} ${ITEMS_CATEGORIES} GROUP BY cat.category_id ORDER BY ${REVENUE} DESC LIMIT 3`,
    { also: [`SELECT cat.name ${ITEMS_CATEGORIES} GROUP BY cat.category_id ORDER BY ${REVENUE} DESC LIMIT 3`] },
  ),
  add(
    'superlative',
    [
      'Which customer placed the most orders?',
      'Who ordered most often?',
      'Name the customer with the highest number of orders.',
    ],
    MOST_ORDERS,
    { also: [...withCustomerId(MOST_ORDERS), selecting(MOST_ORDERS, 'c.name', 'c.name, COUNT(*)')] },
  ),
  add(
    'top-k',
    [
      'Who are the top 10 customers by revenue?',
      'Show the ten customers who spent the most on goods, with the amount, highest first.',
      'List our ten best customers by sales and what they bought for.',
    ],
    TOP_CUSTOMERS,
    { also: [...withCustomerId(TOP_CUSTOMERS), selecting(TOP_CUSTOMERS, `c.name, ${REVENUE}`, 'c.name')] },
  ),
  add(
    'superlative',
    [
      'Which country has the most customers?',
      'Where do most of our customers live?',
      'Name the country with the largest number of customers.',
    ],
    'SELECT country FROM customers GROUP BY country ORDER BY COUNT(*) DESC LIMIT 1',
    { also: ['SELECT country, COUNT(*) FROM customers GROUP BY country ORDER BY COUNT(*) DESC LIMIT 1'] },
  ),
  add(
    'superlative',
    ['Which supplier provides the most products?', 'From whom do we buy the largest number of products?'],
    `SELECT s.name ${PRODUCTS_SUPPLIERS} GROUP BY s.supplier_id ORDER BY COUNT(*) DESC LIMIT 1`,
    { also: [`SELECT s.name, COUNT(*) ${PRODUCTS_SUPPLIERS} GROUP BY s.supplier_id ORDER BY COUNT(*) DESC LIMIT 1`] },
  ),
  add(
    'superlative',
    ['What is the most common payment method?', 'How do customers pay most often?'],
    'SELECT method FROM payments GROUP BY method ORDER BY COUNT(*) DESC LIMIT 1',
    { also: ['SELECT method, COUNT(*) FROM payments GROUP BY method ORDER BY COUNT(*) DESC LIMIT 1'] },
  ),
  add(
    'superlative',
    ['What is the most frequent reason for returns?', 'Why do customers send things back most often?'],
    'SELECT reason FROM returns GROUP BY reason ORDER BY COUNT(*) DESC LIMIT 1',
    { also: ['SELECT reason, COUNT(*) FROM returns GROUP BY reason ORDER BY COUNT(*) DESC LIMIT 1'] },
  ),
  add(
    'top-k',
    [
      'To which three countries did we ship the most orders?',
      'Top 3 shipping countries by number of orders, most first?',
    ],
    'SELECT ship_country FROM orders GROUP BY ship_country ORDER BY COUNT(*) DESC LIMIT 3',
    { also: ['SELECT ship_country, COUNT(*) FROM orders GROUP BY ship_country ORDER BY COUNT(*) DESC LIMIT 3'] },
  ),
  add('superlative', ['Which product has the most reviews?', 'What is our most reviewed product?'], MOST_REVIEWED, {
    also: [...withProductId(MOST_REVIEWED), selecting(MOST_REVIEWED, 'p.name', 'p.name, COUNT(*)')],
  }),
  add(
    'superlative',
    ['Which category has the lowest revenue?', 'In which category do we sell the least, in euros?'],
    `SELECT cat.name ${ITEMS_CATEGORIES} GROUP BY cat.category_id ORDER BY ${REVENUE} LIMIT 1`,
    { also: [`SELECT cat.name, ${REVENUE} ${ITEMS_CATEGORIES} GROUP BY cat.category_id ORDER BY ${REVENUE} LIMIT 1`] },
  ),
];

const LOYAL = `SELECT c.name ${ORDERS_CUSTOMERS} GROUP BY c.customer_id HAVING COUNT(*) > 30`;
const LOVED = `SELECT p.name ${REVIEWS_PRODUCTS} GROUP BY p.product_id HAVING AVG(r.rating) > 4.5`;
const NEVER_SOLD = 'SELECT p.name FROM products AS p WHERE p.product_id NOT IN (SELECT product_id FROM order_items)';
const NEVER_ORDERED = 'SELECT c.name FROM customers AS c WHERE c.customer_id NOT IN (SELECT customer_id FROM orders)';
const HAVING_AND_NEVER: readonly Gold[] = [
  add(
    'having',
    [
      'Which countries have more than 20 customers?',
      'List the countries where we have over 20 customers.',
      'In which countries do more than twenty customers live?',
    ],
    'SELECT country FROM customers GROUP BY country HAVING COUNT(*) > 20',
    { also: ['SELECT country, COUNT(*) FROM customers GROUP BY country HAVING COUNT(*) > 20'] },
  ),
  add(
    'having',
    ['Which categories have more than 7 products?', 'List the categories with over seven products.'],
    `SELECT cat.name ${PRODUCTS_CATEGORIES} GROUP BY cat.category_id HAVING COUNT(*) > 7`,
    { also: [`SELECT cat.name, COUNT(*) ${PRODUCTS_CATEGORIES} GROUP BY cat.category_id HAVING COUNT(*) > 7`] },
  ),
  add(
    'having',
    [
      'Which customers placed more than 30 orders?',
      'Who ordered over thirty times?',
      'List the customers with more than 30 orders.',
    ],
    LOYAL,
    { also: [...withCustomerId(LOYAL), selecting(LOYAL, 'c.name', 'c.name, COUNT(*)')] },
  ),
  add(
    'having',
    ['Which products have an average rating above 4.5?', 'List the products rated better than 4.5 stars on average.'],
    LOVED,
    { also: [...withProductId(LOVED), selecting(LOVED, 'p.name', 'p.name, AVG(r.rating)')] },
  ),
  add(
    'having',
    ['Which suppliers deliver at least 6 products?', 'List the suppliers with six or more products.'],
    `SELECT s.name ${PRODUCTS_SUPPLIERS} GROUP BY s.supplier_id HAVING COUNT(*) >= 6`,
    { also: [`SELECT s.name, COUNT(*) ${PRODUCTS_SUPPLIERS} GROUP BY s.supplier_id HAVING COUNT(*) >= 6`] },
  ),
  add(
    'never',
    [
      'Which products have never been sold?',
      'List the products that nobody has ever ordered.',
      'What products have no sales at all?',
      'Show the products that do not appear in any order.',
    ],
    NEVER_SOLD,
    { also: withProductId(NEVER_SOLD), wrong: ['SELECT name FROM products WHERE total_sales = 0'] },
  ),
  add(
    'never',
    [
      'Which customers have never placed an order?',
      'List the customers without any order.',
      'Who registered but never bought anything?',
      'Show the names of customers who have not ordered yet.',
    ],
    NEVER_ORDERED,
    { also: withCustomerId(NEVER_ORDERED) },
  ),
  add(
    'never',
    ['How many customers have never written a review?', 'Count the customers without a review.'],
    'SELECT COUNT(*) FROM customers WHERE customer_id NOT IN (SELECT customer_id FROM reviews)',
  ),
  add(
    'never',
    ['How many products were never returned?', 'Count the products without a single return.'],
    'SELECT COUNT(*) FROM products WHERE product_id NOT IN (SELECT oi.product_id FROM returns AS ret JOIN order_items AS oi ON oi.order_item_id = ret.order_item_id)',
  ),
  add(
    'never',
    ['Which orders have not been paid at all? Count them.', 'How many orders have no payment?'],
    'SELECT COUNT(*) FROM orders WHERE order_id NOT IN (SELECT order_id FROM payments)',
  ),
];

export const MEDIUM: readonly Gold[] = [...GROUPS, ...FILTERS, ...TOP_LISTS, ...HAVING_AND_NEVER];
