/** Easy questions: one table, one thing asked. */
import { at, selecting, type Gold } from './gold.ts';

const add = at('easy');

const LISTS: readonly Gold[] = [
  add(
    'list',
    ['List the names of all products.', 'What are our products called?', 'Show every product name.'],
    'SELECT name FROM products',
  ),
  add(
    'list',
    [
      'Show the name and list price of every product.',
      'What does each product cost?',
      'Give me the price list: product names with their list prices.',
    ],
    'SELECT name, list_price FROM products',
    {
      wrong: ['SELECT p.name, oi.unit_price FROM products AS p JOIN order_items AS oi ON oi.product_id = p.product_id'],
    },
  ),
  add(
    'list',
    ['List all category names.', 'Which product categories do we have?', 'What are the categories in the shop?'],
    'SELECT name FROM categories',
  ),
  add(
    'list',
    ['Show the names and countries of all suppliers.', 'Who supplies us, and from which country?'],
    'SELECT name, country FROM suppliers',
  ),
  add(
    'list',
    ['List the names and emails of all customers.', 'Give me every customer with their email address.'],
    'SELECT name, email FROM customers',
  ),
  add(
    'list',
    [
      'Show the stock of each product.',
      'How many pieces of each product are in stock?',
      'List product names with the quantity in stock.',
    ],
    'SELECT name, stock FROM products',
    { also: ['SELECT product_id, stock FROM products', 'SELECT product_id, name, stock FROM products'] },
  ),
  add(
    'list',
    ['List the suppliers and the cities they are in.', 'In which city is each supplier based?'],
    'SELECT name, city FROM suppliers',
  ),
  add(
    'list',
    ['When did each customer sign up?', 'Show customer names with their signup dates.'],
    'SELECT name, signup_date FROM customers',
    {
      also: ['SELECT customer_id, signup_date FROM customers', 'SELECT customer_id, name, signup_date FROM customers'],
    },
  ),
  add(
    'distinct',
    [
      'Which countries do our customers come from?',
      'List the different customer countries.',
      'Name each country where we have customers, once.',
    ],
    'SELECT DISTINCT country FROM customers',
    { wrong: ['SELECT country FROM customers'] },
  ),
  add(
    'distinct',
    ['Which payment methods are used?', 'List the different ways customers pay.', 'Show each payment method once.'],
    'SELECT DISTINCT method FROM payments',
  ),
  add(
    'distinct',
    ['What reasons are given for returns?', 'List the distinct return reasons.'],
    'SELECT DISTINCT reason FROM returns',
  ),
  add(
    'distinct',
    ['Which order statuses exist?', 'What values can the status of an order have?'],
    'SELECT DISTINCT status FROM orders',
  ),
  add(
    'distinct',
    [
      'How many different countries do our customers live in?',
      'Count the distinct customer countries.',
      'In how many countries do we have customers?',
    ],
    'SELECT COUNT(DISTINCT country) FROM customers',
    { wrong: ['SELECT COUNT(country) FROM customers'] },
  ),
  add(
    'distinct',
    [
      'How many different customers have placed an order?',
      'Count the customers who ordered at least once.',
      'How many of our customers ever bought something?',
    ],
    'SELECT COUNT(DISTINCT customer_id) FROM orders',
    { wrong: ['SELECT COUNT(customer_id) FROM orders', 'SELECT COUNT(*) FROM customers'] },
  ),
  add(
    'distinct',
    ['To how many different cities have we shipped orders?', 'Count the distinct cities in our shipping addresses.'],
    'SELECT COUNT(DISTINCT ship_city) FROM orders',
  ),
];

const COUNTS: readonly Gold[] = [
  add(
    'count',
    [
      'How many customers are there?',
      'Count all customers.',
      'What is the number of customers?',
      'How many people are registered as customers?',
      'How large is our customer base?',
    ],
    'SELECT COUNT(*) FROM customers',
  ),
  add(
    'count',
    [
      'How many orders are there?',
      'Count the orders.',
      'What is the total number of orders?',
      'How many orders did we receive overall?',
    ],
    'SELECT COUNT(*) FROM orders',
  ),
  add(
    'count',
    ['How many products do we have?', 'Count the products.', 'What is the size of our assortment?'],
    'SELECT COUNT(*) FROM products',
    { wrong: ['SELECT COUNT(DISTINCT name) FROM products'] },
  ),
  add('count', ['How many suppliers are there?', 'Number of suppliers?'], 'SELECT COUNT(*) FROM suppliers'),
  add('count', ['How many reviews have been written?', 'Count the reviews.'], 'SELECT COUNT(*) FROM reviews'),
  add('count', ['How many returns were there?', 'Count all returned items.'], 'SELECT COUNT(*) FROM returns'),
  add(
    'count',
    [
      'How many customers are there in Germany?',
      'Count the German customers.',
      'How many of our customers live in Germany?',
      'What is the number of customers from Germany?',
      'How many people in Germany are registered with us?',
    ],
    "SELECT COUNT(*) FROM customers WHERE country = 'Germany'",
    { wrong: ["SELECT COUNT(DISTINCT customer_id) FROM orders WHERE ship_country = 'Germany'"] },
  ),
  add(
    'count',
    [
      'How many customers are there in France?',
      'Count the customers from France.',
      'How many customers does France have?',
    ],
    "SELECT COUNT(*) FROM customers WHERE country = 'France'",
  ),
  add(
    'count',
    ['How many customers live in Sweden?', 'What is the number of Swedish customers?'],
    "SELECT COUNT(*) FROM customers WHERE country = 'Sweden'",
  ),
  add(
    'count',
    ['How many customers live in Berlin?', 'Count the customers in the city of Berlin.'],
    "SELECT COUNT(*) FROM customers WHERE city = 'Berlin'",
  ),
  add(
    'count',
    [
      'How many orders were cancelled?',
      'Count the cancelled orders.',
      'What is the number of cancellations?',
      'How many orders have the status cancelled?',
    ],
    "SELECT COUNT(*) FROM orders WHERE status = 'cancelled'",
  ),
  add(
    'count',
    ['How many orders were delivered?', 'Count the delivered orders.'],
    "SELECT COUNT(*) FROM orders WHERE status = 'delivered'",
  ),
  add(
    'count',
    [
      'How many orders were shipped to Italy?',
      'Count the orders with a shipping address in Italy.',
      'How many orders went to Italy?',
    ],
    "SELECT COUNT(*) FROM orders WHERE ship_country = 'Italy'",
    {
      wrong: [
        "SELECT COUNT(*) FROM orders AS o JOIN customers AS c ON c.customer_id = o.customer_id WHERE c.country = 'Italy'",
      ],
    },
  ),
  add(
    'count',
    ['How many products are discontinued?', 'Count the products we no longer offer.'],
    'SELECT COUNT(*) FROM products WHERE discontinued = 1',
  ),
  add(
    'count',
    [
      'How many customers receive the newsletter?',
      'Count the newsletter subscribers.',
      'How many people subscribed to our newsletter?',
    ],
    'SELECT COUNT(*) FROM customers WHERE newsletter = 1',
  ),
  add(
    'count',
    ['How many payments were made by PayPal?', 'Count the PayPal payments.'],
    "SELECT COUNT(*) FROM payments WHERE method = 'paypal'",
  ),
  add(
    'count',
    ['How many items were returned because they were damaged?', 'Count the returns with reason damaged.'],
    "SELECT COUNT(*) FROM returns WHERE reason = 'damaged'",
  ),
  add(
    'count',
    ['How many suppliers are in Germany?', 'Count the German suppliers.'],
    "SELECT COUNT(*) FROM suppliers WHERE country = 'Germany'",
  ),
];

const FILTERS: readonly Gold[] = [
  add(
    'text',
    [
      'List the names of customers living in Spain.',
      'Who are our Spanish customers?',
      'Which customers come from Spain?',
    ],
    "SELECT name FROM customers WHERE country = 'Spain'",
  ),
  add(
    'text',
    [
      'Show the names and emails of customers in Vienna.',
      'Give me the email addresses, with names, of the customers who live in Vienna.',
    ],
    "SELECT name, email FROM customers WHERE city = 'Vienna'",
  ),
  add(
    'text',
    ['Which suppliers are located in Italy?', 'List the names of the Italian suppliers.'],
    "SELECT name FROM suppliers WHERE country = 'Italy'",
  ),
  add(
    'text',
    [
      'What is the list price of the French Press?',
      'How much is the French Press?',
      'Show the price of the product French Press.',
    ],
    "SELECT list_price FROM products WHERE name = 'French Press'",
  ),
  add(
    'text',
    ['In which country is the supplier Casa Azulejo?', 'Where does Casa Azulejo come from, which country?'],
    "SELECT country FROM suppliers WHERE name = 'Casa Azulejo'",
  ),
  add(
    'text',
    ['How many pieces of the Desk Lamp are in stock?', 'What is the stock of the product Desk Lamp?'],
    "SELECT stock FROM products WHERE name = 'Desk Lamp'",
  ),
  add(
    'pattern',
    ["Which products have 'Lamp' in their name?", 'List the product names containing the word Lamp.'],
    "SELECT name FROM products WHERE name LIKE '%Lamp%'",
  ),
  add(
    'pattern',
    ["List the products whose name starts with 'S'.", 'Which product names begin with the letter S?'],
    "SELECT name FROM products WHERE name LIKE 'S%'",
  ),
  add(
    'pattern',
    [
      "Which customers have an email address ending in 'example.org'?",
      'List the names of customers whose email is at example.org.',
    ],
    "SELECT name FROM customers WHERE email LIKE '%example.org'",
  ),
  add(
    'pattern',
    ["How many products have 'Set' in their name?", 'Count the products whose name contains Set.'],
    "SELECT COUNT(*) FROM products WHERE name LIKE '%Set%'",
  ),
  add(
    'number',
    [
      'Which products cost more than 100 euros?',
      'List the names of products with a list price above 100.',
      'Show the products that are more expensive than 100 euros.',
      'What do we sell for over 100 euros?',
    ],
    'SELECT name FROM products WHERE list_price > 100',
  ),
  add(
    'number',
    ['Which products cost less than 15 euros?', 'List the names of products priced under 15.'],
    'SELECT name FROM products WHERE list_price < 15',
  ),
  add(
    'number',
    [
      'Show the names and prices of products that cost between 20 and 30 euros.',
      'List products with a list price from 20 to 30, with their price.',
    ],
    'SELECT name, list_price FROM products WHERE list_price BETWEEN 20 AND 30',
  ),
  add(
    'number',
    [
      'Which products have fewer than 20 pieces in stock?',
      'List the names of products whose stock is below 20.',
      'What is running low, with less than 20 in stock?',
    ],
    'SELECT name FROM products WHERE stock < 20',
  ),
  add(
    'number',
    ['Which products are out of stock?', 'List the products with no stock left.'],
    'SELECT name FROM products WHERE stock = 0',
  ),
  add(
    'number',
    ['How many customers were born before 1960?', 'Count the customers with a birth year earlier than 1960.'],
    'SELECT COUNT(*) FROM customers WHERE birth_year < 1960',
  ),
  add(
    'number',
    [
      'How many reviews gave five stars?',
      'Count the reviews with a rating of 5.',
      'How many 5-star ratings did we get?',
    ],
    'SELECT COUNT(*) FROM reviews WHERE rating = 5',
  ),
  add(
    'number',
    ['How many reviews have a rating below 3?', 'Count the bad reviews, those with fewer than 3 stars.'],
    'SELECT COUNT(*) FROM reviews WHERE rating < 3',
  ),
  add(
    'number',
    ['Which orders have a total above 700 euros?', 'List the ids of orders with an order total over 700.'],
    'SELECT order_id FROM orders WHERE order_total > 700',
  ),
  add(
    'number',
    [
      'How many orders had free shipping?',
      'Count the orders with a shipping cost of zero.',
      'For how many orders did the customer pay no shipping?',
    ],
    'SELECT COUNT(*) FROM orders WHERE shipping_cost = 0',
  ),
  add(
    'null',
    [
      'How many orders have no shipped date?',
      'Count the orders whose shipped date is missing.',
      'For how many orders is there no date of shipping?',
      'How many orders have never left, with no shipped date recorded?',
    ],
    'SELECT COUNT(*) FROM orders WHERE shipped_date IS NULL',
    { wrong: ["SELECT COUNT(*) FROM orders WHERE status = 'processing'"] },
  ),
  add(
    'null',
    ['Which customers have no birth year on record?', 'List the names of customers whose birth year is unknown.'],
    'SELECT name FROM customers WHERE birth_year IS NULL',
  ),
  add(
    'null',
    [
      'How many reviews come with a comment?',
      'Count the reviews that have a comment.',
      'How many reviewers also wrote a text?',
    ],
    'SELECT COUNT(*) FROM reviews WHERE comment IS NOT NULL',
    { wrong: ['SELECT COUNT(*) FROM reviews'] },
  ),
  add(
    'date',
    [
      'Which customers signed up after 1 October 2025?',
      'List the names of customers who registered since 2 October 2025.',
    ],
    "SELECT name FROM customers WHERE signup_date > '2025-10-01'",
  ),
  add(
    'date',
    [
      'How many orders were placed in 2024?',
      'Count the orders of the year 2024.',
      'What was the number of orders in 2024?',
      'How many orders came in during 2024?',
    ],
    "SELECT COUNT(*) FROM orders WHERE strftime('%Y', order_date) = '2024'",
  ),
  add(
    'date',
    [
      'How many orders were placed between 1 June 2024 and 31 August 2024?',
      'Count the orders from 2024-06-01 to 2024-08-31.',
    ],
    "SELECT COUNT(*) FROM orders WHERE order_date BETWEEN '2024-06-01' AND '2024-08-31'",
  ),
  add(
    'date',
    [
      'Which products were launched after 1 January 2024?',
      'List the names of the products launched since the start of 2024.',
    ],
    "SELECT name FROM products WHERE launch_date > '2024-01-01'",
  ),
  add(
    'date',
    ['How many reviews were written in 2023?', 'Count the 2023 reviews.'],
    "SELECT COUNT(*) FROM reviews WHERE strftime('%Y', review_date) = '2023'",
  ),
];

const TOTALS: readonly Gold[] = [
  add(
    'total',
    [
      'What is the average list price of our products?',
      'Show the mean product price.',
      'How much does a product cost on average?',
    ],
    'SELECT AVG(list_price) FROM products',
    { wrong: ['SELECT AVG(unit_price) FROM order_items'] },
  ),
  add(
    'total',
    ['What is the highest list price?', 'How much does the most expensive product cost?'],
    'SELECT MAX(list_price) FROM products',
  ),
  add(
    'total',
    ['How many items do we have in stock altogether?', 'What is the total stock over all products?'],
    'SELECT SUM(stock) FROM products',
  ),
  add(
    'total',
    ['What is the average rating?', 'How many stars do reviews give on average?', 'Show the mean review rating.'],
    'SELECT AVG(rating) FROM reviews',
  ),
  add(
    'total',
    [
      'What is the average order total?',
      'How much is an order worth on average, shipping included?',
      'Show the mean order total.',
    ],
    'SELECT AVG(order_total) FROM orders',
    { wrong: ['SELECT AVG(o.order_total) FROM orders AS o JOIN order_items AS oi ON oi.order_id = o.order_id'] },
  ),
  add(
    'total',
    ['What is the largest order total?', 'How much was the biggest order, shipping included?'],
    'SELECT MAX(order_total) FROM orders',
  ),
  add(
    'total',
    ['How much shipping did we charge in total?', 'What is the sum of all shipping costs?'],
    'SELECT SUM(shipping_cost) FROM orders',
  ),
  add(
    'total',
    [
      'How many units have been sold in total?',
      'What is the total quantity sold?',
      'How many pieces did we sell altogether?',
    ],
    'SELECT SUM(quantity) FROM order_items',
    { wrong: ['SELECT COUNT(*) FROM order_items'] },
  ),
  add(
    'revenue',
    [
      'What is our total revenue?',
      'How much revenue did we make overall?',
      'What are the total sales in euros?',
      'How much turnover did the shop have altogether?',
      'Show our overall income from sales.',
    ],
    'SELECT SUM(quantity * unit_price) FROM order_items',
    {
      wrong: [
        'SELECT SUM(total_sales) FROM products',
        'SELECT SUM(order_total) FROM orders',
        'SELECT SUM(unit_price) FROM order_items',
      ],
    },
  ),
  add(
    'total',
    ['When were the first and the last order placed?', 'Show the dates of the earliest and the latest order.'],
    'SELECT MIN(order_date), MAX(order_date) FROM orders',
  ),
  add(
    'total',
    ['How much money was refunded in total?', 'What is the sum of all refunds?'],
    'SELECT SUM(refund_amount) FROM returns',
  ),
];

const CHEAPEST = 'SELECT name FROM products ORDER BY list_price LIMIT 1';
const DEAREST = 'SELECT name FROM products ORDER BY list_price DESC LIMIT 1';
const GROUPS: readonly Gold[] = [
  add(
    'group',
    [
      'How many customers are there in each country?',
      'Count customers by country.',
      'Show the number of customers per country.',
      'How are our customers distributed over countries?',
      'Customers by country, please.',
    ],
    'SELECT country, COUNT(*) FROM customers GROUP BY country',
  ),
  add(
    'group',
    [
      'How many orders are there per status?',
      'Count the orders by status.',
      'Break the orders down by status.',
      'Show each order status and how many orders have it.',
    ],
    'SELECT status, COUNT(*) FROM orders GROUP BY status',
  ),
  add(
    'group',
    [
      'How many payments were made with each method?',
      'Count payments by method.',
      'How often is each payment method used?',
    ],
    'SELECT method, COUNT(*) FROM payments GROUP BY method',
  ),
  add(
    'group',
    ['How many returns are there for each reason?', 'Count the returns by reason.'],
    'SELECT reason, COUNT(*) FROM returns GROUP BY reason',
  ),
  add(
    'group',
    ['How many reviews are there for each rating?', 'Show the distribution of ratings.'],
    'SELECT rating, COUNT(*) FROM reviews GROUP BY rating',
  ),
  add(
    'group',
    [
      'How many orders were shipped to each country?',
      'Count the orders by shipping country.',
      'Show the number of orders per destination country.',
    ],
    'SELECT ship_country, COUNT(*) FROM orders GROUP BY ship_country',
    {
      wrong: [
        'SELECT c.country, COUNT(*) FROM orders AS o JOIN customers AS c ON c.customer_id = o.customer_id GROUP BY c.country',
      ],
    },
  ),
  add(
    'group',
    ['How many suppliers do we have per country?', 'Count suppliers by country.'],
    'SELECT country, COUNT(*) FROM suppliers GROUP BY country',
  ),
  add(
    'group',
    ['What is the average refund for each return reason?', 'Show the mean refund amount by reason.'],
    'SELECT reason, AVG(refund_amount) FROM returns GROUP BY reason',
  ),
  add(
    'superlative',
    ['What is the cheapest product?', 'Which product has the lowest list price?', 'Name the least expensive product.'],
    CHEAPEST,
    { also: [selecting(CHEAPEST, 'name', 'product_id'), selecting(CHEAPEST, 'name', 'name, list_price')] },
  ),
  add(
    'superlative',
    [
      'What is the most expensive product?',
      'Which product has the highest list price?',
      'Name our priciest product.',
      'Which product costs the most?',
    ],
    DEAREST,
    { also: [selecting(DEAREST, 'name', 'product_id'), selecting(DEAREST, 'name', 'name, list_price')] },
  ),
  add(
    'top-k',
    [
      'List the five most expensive products with their prices.',
      'Show the name and list price of the 5 priciest products, highest first.',
      'Top 5 products by list price?',
    ],
    'SELECT name, list_price FROM products ORDER BY list_price DESC LIMIT 5',
  ),
  add(
    'top-k',
    ['What are the three cheapest products?', 'Name the 3 products with the lowest list price, cheapest first.'],
    'SELECT name FROM products ORDER BY list_price LIMIT 3',
    { also: ['SELECT name, list_price FROM products ORDER BY list_price LIMIT 3'] },
  ),
  add(
    'superlative',
    ['Who is our newest customer?', 'Which customer signed up last?'],
    'SELECT name FROM customers ORDER BY signup_date DESC LIMIT 1',
    {
      also: [
        'SELECT customer_id FROM customers ORDER BY signup_date DESC LIMIT 1',
        'SELECT name, signup_date FROM customers ORDER BY signup_date DESC LIMIT 1',
      ],
    },
  ),
  add(
    'superlative',
    ['Which product has the largest stock?', 'Of which product do we have the most pieces in stock?'],
    'SELECT name FROM products ORDER BY stock DESC LIMIT 1',
    {
      also: [
        'SELECT product_id FROM products ORDER BY stock DESC LIMIT 1',
        'SELECT name, stock FROM products ORDER BY stock DESC LIMIT 1',
      ],
    },
  ),
  add(
    'superlative',
    ['Which order has the highest total?', 'What is the id of the largest order by order total?'],
    'SELECT order_id FROM orders ORDER BY order_total DESC LIMIT 1',
    { also: ['SELECT order_id, order_total FROM orders ORDER BY order_total DESC LIMIT 1'] },
  ),
  add(
    'list',
    [
      'Show all products with their list price, from the most expensive to the cheapest.',
      'List product names and prices, highest price first.',
    ],
    'SELECT name, list_price FROM products ORDER BY list_price DESC',
  ),
];

export const EASY: readonly Gold[] = [...COUNTS, ...LISTS, ...FILTERS, ...TOTALS, ...GROUPS];
