import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hasTopLevelOrderBy, lex } from '../../src/sql/lex.ts';
import { normaliseSql } from '../../src/sql/normalise.ts';

const kinds = (sql: string): string[] => lex(sql).map((token) => `${token.kind}:${token.value}`);

describe('lex', () => {
  test('tells SQLite’s token classes apart', () => {
    expect(kinds("select \"a b\", `c`, [d e], x'0F', 'it''s', 0x1F, .5e-3, 1_000 -- end")).toEqual([
      'keyword:SELECT',
      'identifier:a b',
      'punctuation:,',
      'identifier:c',
      'punctuation:,',
      'identifier:d e',
      'punctuation:,',
      'blob:0F',
      'punctuation:,',
      "string:it's",
      'punctuation:,',
      'number:0x1F',
      'punctuation:,',
      'number:.5e-3',
      'punctuation:,',
      'number:1_000',
      'comment:-- end',
    ]);
    expect(kinds('a->>b||c<>?1 /* x */ :p')).toEqual([
      'identifier:a',
      'operator:->>',
      'identifier:b',
      'operator:||',
      'identifier:c',
      'operator:<>',
      'parameter:?1',
      'comment:/* x */',
      'parameter::p',
    ]);
  });
  test('marks what never closes', () => {
    expect(lex("SELECT 'abc").at(-1)).toMatchObject({ kind: 'string', value: 'abc', closed: false, end: 11 });
    expect(lex('SELECT "a""').at(-1)).toMatchObject({ kind: 'identifier', closed: false });
  });
  test('never throws, and its tokens cover every character that is not blank', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[a-z'"`[\]()*,.;<>=!|/\-x0-9 \n]*$/)), (text) => {
        let at = 0;
        for (const token of lex(text)) {
          expect(text.slice(at, token.start).replace(/[\s\0]/g, '')).toBe('');
          expect(token.text).toBe(text.slice(token.start, token.end));
          expect(token.end).toBeGreaterThan(token.start);
          at = token.end;
        }
        expect(text.slice(at).replace(/[\s\0]/g, '')).toBe('');
      }),
    );
  });
  test('reads a long text of open quotes and comments in linear time', () => {
    const text = "'a' /* \" ` [ ".repeat(40_000);
    expect(lex(text).length).toBeGreaterThan(0);
  });
});

test.each([
  ['SELECT a FROM t ORDER BY a', true],
  ['WITH x AS (SELECT a FROM t ORDER BY a) SELECT a FROM x', false],
  ['SELECT a FROM (SELECT a FROM t ORDER BY a LIMIT 3)', false],
  ['SELECT ROW_NUMBER() OVER (ORDER BY a) FROM t', false],
  ['SELECT a FROM t UNION SELECT b FROM u ORDER BY 1', true],
  ["SELECT 'ORDER BY' FROM t -- ORDER BY a", false],
])('%s: a list? %s', (sql, expected) => {
  expect(hasTopLevelOrderBy(sql)).toBe(expected);
});

describe('normaliseSql', () => {
  test('gives one text to SQL that says the same', () => {
    const texts = [
      'select  Name,count( * ) from "Users"where a<>1;',
      'SELECT `name` , COUNT(*)\nFROM users -- all\nWHERE A != 1',
      'Select name,Count(*) From [users] Where a!=1 ;;',
    ];
    expect(new Set(texts.map(normaliseSql))).toEqual(new Set(['SELECT name, COUNT(*) FROM users WHERE a != 1']));
  });
  test('keeps values and unlike queries apart', () => {
    expect(normaliseSql("SELECT 'A'")).not.toBe(normaliseSql("SELECT 'a'"));
    expect(normaliseSql('SELECT "a b"')).not.toBe(normaliseSql('SELECT a b'));
  });
  test('normalising twice changes nothing', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.constantFrom(
            'SELECT',
            'a',
            '"B c"',
            '(',
            ')',
            ',',
            '.',
            '*',
            "'x'",
            '1',
            '==',
            'FROM',
            't',
            '-',
            'count',
            '||',
          ),
          { maxLength: 20 },
        ),
        (words) => {
          const once = normaliseSql(words.join(' '));
          expect(normaliseSql(once)).toBe(once);
        },
      ),
    );
  });
});
