import fc from 'fast-check';
import { expect, test } from 'vitest';
import { layoutSql } from '../../../src/views/words/sql-layout.ts';

const written = (sql: string): string[] =>
  layoutSql(sql).map(({ indent, pieces }) => '  '.repeat(indent) + pieces.map(({ text }) => text).join(''));

test('a line for each clause, joins and conditions one in', () => {
  expect(
    written(
      "SELECT p.name, SUM(q) AS total FROM order_items oi LEFT JOIN products p ON p.id = oi.id WHERE a = 'x y' AND b BETWEEN 1 AND 2 GROUP BY p.name ORDER BY 2 DESC LIMIT 3",
    ),
  ).toEqual([
    'SELECT p.name, SUM(q) AS total',
    'FROM order_items oi',
    '  LEFT JOIN products p ON p.id = oi.id',
    "WHERE a = 'x y'",
    '  AND b BETWEEN 1 AND 2',
    'GROUP BY p.name',
    'ORDER BY 2 DESC',
    'LIMIT 3',
  ]);
});

test('a subquery starts beside its bracket and its clauses go further in', () => {
  expect(written('SELECT name FROM t WHERE id NOT IN (SELECT id FROM u WHERE x = 1)')).toEqual([
    'SELECT name',
    'FROM t',
    'WHERE id NOT IN (SELECT id',
    '    FROM u',
    '    WHERE x = 1)',
  ]);
});

test('marks cover exactly their characters', () => {
  const sql = 'SELECT name, total_sales FROM products';
  const start = sql.indexOf('total_sales');
  const marked = layoutSql(sql, [{ start, end: start + 'total_sales'.length }]).flatMap(({ pieces }) =>
    pieces.filter((piece) => piece.marked).map(({ text }) => text),
  );
  expect(marked).toEqual(['total_sales']);
});

test('a mark over several words is one underline, blanks included', () => {
  const sql = 'SELECT 1 FROM a GROUP BY  b';
  const start = sql.indexOf('GROUP');
  expect(
    layoutSql(sql, [{ start, end: sql.length }])
      .at(-1)
      ?.pieces.every((piece) => piece.marked),
  ).toBe(true);
});

test('whatever the text, only white space changes', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string(), fc.stringMatching(/^(SELECT|FROM|WHERE|\(|\)|JOIN|a|,| |'|"|--|\n){0,20}$/)),
      (sql) => {
        const bare = (text: string): string => text.replace(/[\s\0]+/g, '');
        expect(
          bare(
            layoutSql(sql)
              .map(({ pieces }) => pieces.map(({ text }) => text).join(''))
              .join(''),
          ),
        ).toBe(bare(sql));
      },
    ),
  );
});
