import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { extractSql } from '../../src/sql/extract.ts';
import { lex } from '../../src/sql/lex.ts';

const sqlOf = (text: string): string => extractSql(text).sql;
const WANTED = 'SELECT name FROM people WHERE age > 30';

describe('one statement, however it is wrapped', () => {
  test.each([
    WANTED,
    `${WANTED};`,
    `  ${WANTED} ;\n;`,
    `SQL: ${WANTED}`,
    `shop | ${WANTED}`,
    `Answer:\n${WANTED}`,
    `\`\`\`sql\n${WANTED};\n\`\`\``,
    `\`\`\`\n${WANTED}\n\`\`\``,
    `\`\`\`sqlite\n${WANTED}`,
    `~~~sql\n${WANTED}\n~~~`,
    `\`\`\`${WANTED}\`\`\``,
    `Sure! Here is the query:\n\n\`\`\`sql\n${WANTED};\n\`\`\`\n\nIt selects every name from the table.`,
    `Use \`${WANTED}\` for that.`,
    `{"sql": "${WANTED}"}`,
    `\`\`\`json\n{"query": "${WANTED};"}\n\`\`\``,
    `<think>Perhaps SELECT 1? No.</think>${WANTED}`,
    `SELECT 1 hmm</think>\n\n${WANTED}`,
    `<thinking>a\nb</thinking>\n\`\`\`sql\n${WANTED}\n\`\`\``,
    `${WANTED}\n\nThis query returns the names.`,
    `${WANTED}\nExplanation: it filters by age.`,
    `${WANTED}; This will select all rows from the table.`,
    `To select the names we use ${WANTED}`,
    `1. First (we look at it\n\n${WANTED}`,
    WANTED.replace('>', '&gt;'),
    WANTED.replaceAll(' ', '\u00a0'),
    WANTED.replace('name', 'na\u200bme'),
  ])('%s', (text) => {
    expect(sqlOf(text)).toBe(WANTED);
  });
});

describe('what is left alone', () => {
  test.each([
    "SELECT 'it''s; a -- test' FROM t",
    'SELECT a FROM t WHERE b IN (\nSELECT c FROM d\n)',
    'WITH x AS (SELECT a FROM t)\n\nSELECT a FROM x',
    'SELECT a FROM t\nUNION\nSELECT b FROM u',
    'SELECT t. a FROM t',
    'VALUES (1), (2)',
    "SELECT '‘curly’' FROM t",
    'SELECT `a b` FROM t',
    "SELECT a FROM t WHERE n = 'x < &amp; y'",
    'SELECT',
    'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 5) SELECT i FROM n',
  ])('%s', (sql) => {
    expect(extractSql(sql)).toEqual({ sql, notes: [] });
  });
});

describe('several statements', () => {
  test('the last complete one is taken, and the note says so', () => {
    expect(extractSql('SELECT a FROM t;\nSELECT b FROM t;')).toEqual({
      sql: 'SELECT b FROM t',
      notes: ['1 other statement ignored'],
    });
    expect(sqlOf('```sql\nSELECT draft FROM t\n```\nBetter:\n```sql\nSELECT a FROM t\n```')).toBe('SELECT a FROM t');
  });
  test('a half-finished one at the end does not win', () => {
    expect(sqlOf('SELECT a FROM t;\nSELECT')).toBe('SELECT a FROM t');
  });
  test('another kind of statement is handed on, not its inner SELECT', () => {
    expect(sqlOf('DELETE FROM t')).toBe('DELETE FROM t');
    expect(sqlOf('INSERT INTO t SELECT a FROM u;')).toBe('INSERT INTO t SELECT a FROM u');
    expect(sqlOf('EXPLAIN SELECT a FROM t')).toBe('EXPLAIN SELECT a FROM t');
  });
});

test('smart quotes become quotes, apostrophes inside values included', () => {
  expect(sqlOf('SELECT a FROM t WHERE b = ‘it’s’ AND c = “New York”')).toBe(
    "SELECT a FROM t WHERE b = 'it''s' AND c = \"New York\"",
  );
});

test.each([
  '',
  'I cannot help with that.',
  'With the tables given, I select nothing.',
  '<think>I would use SELECT a FROM t',
  '{"answer": 3}',
  '```\n\n```',
])('no SQL in %j', (text) => {
  const { sql, notes } = extractSql(text);
  expect(sql).toBe('');
  expect(notes.at(-1)).toBe('no SQL found');
});

test('never throws, and never leaves a closing semicolon', () => {
  const pieces = fc.array(
    fc.constantFrom(
      'SELECT a FROM t',
      ';',
      '\n',
      '```',
      '```sql\n',
      '<think>',
      '</think>',
      '‘',
      '’',
      '&lt;',
      '(',
      ')',
      'prose here',
      'WITH x AS (',
      '`',
      '"',
      "'",
      '{',
      '\u200b',
    ),
    { maxLength: 14 },
  );
  fc.assert(
    fc.property(pieces, (parts) => {
      const { sql } = extractSql(parts.join(' '));
      expect(sql).toBe(sql.trim());
      expect(lex(sql).at(-1)?.text).not.toBe(';');
    }),
  );
});

test('long hostile texts take linear time', () => {
  const spaces = ' '.repeat(190_000);
  const lines = '\n'.repeat(190_000);
  expect(sqlOf(`SELECT 1${spaces}b`)).toBe(`SELECT 1${spaces}b`);
  expect(sqlOf(`\`\`\`${spaces}!`)).toBe('');
  for (const text of [
    `SELECT 1${lines}b`,
    `~~${spaces}!`,
    `\`\`\`${lines}!`,
    `{${spaces}`,
    `{"a": 1}${spaces}}`,
    '‘a'.repeat(100_000),
    ' ‘a'.repeat(60_000),
    '“a“'.repeat(60_000),
    "'a".repeat(99_999),
    'select '.repeat(20_000),
    '(select a from t '.repeat(8_000),
    '‘a '.repeat(30_000),
    '<think>'.repeat(20_000),
    '```'.repeat(30_000),
    '`select '.repeat(20_000),
  ])
    extractSql(text);
}, 10_000);
