/** Small real databases for the rewards' tests, and one way to score SQL against a question. */
import { makeAnalyser } from '../../src/linking/analyse.ts';
import { SqliteDatabase } from '../../src/database/sqlite-database.ts';
import type { Question, RewardWeights, ScoredRewards } from '../../src/grpo/types.ts';
import { makeRewardModel } from '../../src/rewards/total.ts';

export const REFERENCE_FREE: RewardWeights = {
  validity: 0.2,
  execution: 0.3,
  quality: 0.35,
  format: 0.15,
  gold: 0,
  agreement: 0,
  feedback: 0,
};

export const BAKERY = `
  CREATE TABLE products(id INTEGER PRIMARY KEY, name TEXT NOT NULL, price REAL NOT NULL, category TEXT);
  CREATE TABLE customers(id INTEGER PRIMARY KEY, full_name TEXT NOT NULL, city TEXT);
  CREATE TABLE orders(id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customers(id), status TEXT, ordered_at TEXT);
  CREATE TABLE order_items(order_id INTEGER REFERENCES orders(id), product_id INTEGER REFERENCES products(id), quantity INTEGER, unit_price REAL);
  INSERT INTO products VALUES (1,'Rye bread',4.5,'bread'),(2,'Croissant',2.2,'pastry'),(3,'Baguette',3,'bread'),(4,'Tart',18,'cake');
  INSERT INTO customers VALUES (1,'Ada Long','Bern'),(2,'Ben Ott','Basel'),(3,'Cy Roe','Bern');
  INSERT INTO orders VALUES (1,1,'paid','2024-01-03'),(2,2,'cancelled','2024-01-05'),(3,1,'paid','2024-02-01'),(4,3,'open','2024-02-07');
  INSERT INTO order_items VALUES (1,1,2,4.5),(1,2,4,2),(2,4,1,18),(3,3,3,3),(4,1,1,4.5),(4,2,6,2.2);`;

export const LIBRARY = `
  CREATE TABLE author(author_id INTEGER PRIMARY KEY, name TEXT, country TEXT, birth_year INTEGER);
  CREATE TABLE book(book_id INTEGER PRIMARY KEY, title TEXT, author_id INTEGER REFERENCES author(author_id), pages INTEGER, genre TEXT);
  CREATE TABLE loan(loan_id INTEGER PRIMARY KEY, book_id INTEGER REFERENCES book(book_id), member TEXT, days INTEGER);
  INSERT INTO author VALUES (1,'Lem','Poland',1921),(2,'Frisch','Switzerland',1911),(3,'Tokarczuk','Poland',1962);
  INSERT INTO book VALUES (1,'Solaris',1,204,'science fiction'),(2,'Homo faber',2,203,'novel'),(3,'Flights',3,403,'novel'),(4,'Fiasco',1,322,'science fiction');
  INSERT INTO loan VALUES (1,1,'Kim',12),(2,1,'Lou',30),(3,3,'Kim',7);`;

export async function openScorer(
  dump: string,
  weights: RewardWeights = REFERENCE_FREE,
): Promise<{
  score: (question: string | Question, ...sql: string[]) => Promise<ScoredRewards[]>;
  database: SqliteDatabase;
}> {
  const database = await SqliteDatabase.open(dump);
  const model = makeRewardModel({ schema: database.schema, database, weights, analyse: makeAnalyser(database.schema) });
  return {
    database,
    async score(question, ...sql) {
      const asked: Question = typeof question === 'string' ? { id: question, question, split: 'train' } : question;
      const executions = await database.execute(sql, { budget: { maxVmSteps: 200_000 } });
      return model.score(
        asked,
        sql.map((text, i) => ({
          sql: text,
          execution: executions[i] ?? { status: 'invalid', columns: [], rows: [], truncated: false },
        })),
      );
    },
  };
}
