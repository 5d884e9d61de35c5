import { beforeAll, expect, test } from 'vitest';
import { reasonWords } from '../../src/grpo/reason-words.ts';
import type { Explanation } from '../../src/sql/explain.ts';
import { loadParser, type ParserObjection } from '../../src/sql/parse.ts';

let parserObjection: ParserObjection;
const said = (found: Explanation | null): string => (found === null ? '' : reasonWords(found.message));

beforeAll(async () => {
  parserObjection = await loadParser();
});

test('says where a reader stops and what could stand there', () => {
  const found = parserObjection('SELECT name FROM t WHERE a = 1 GROUP name');
  expect(found?.at).toBe(37);
  expect(said(found)).toContain('after “GROUP”');
  expect(said(parserObjection('SELECT a, FROM t'))).toContain('“');
  expect(said(parserObjection('SELECT a FROM'))).toMatch(/^It breaks off after “FROM”/);
});
test('has no objection to plain SQL, in comments or out', () => {
  expect(parserObjection("SELECT a /* ( */ FROM t -- GROUP\n WHERE b = '(('")).toBeNull();
});
test('is not asked where it could be kept busy', () => {
  expect(parserObjection(`SELECT ${'('.repeat(30)}1 +${')'.repeat(30)}`)).toBeNull();
  expect(parserObjection('SELECT ((1')).toBeNull();
  expect(parserObjection(`SELECT ${'a, '.repeat(1000)}`)).toBeNull();
});
test('offsets survive comments', () => {
  const sql = 'SELECT a /* left out */ FROM t GROUP a';
  expect(sql.slice(parserObjection(sql)?.at)).toMatch(/^\s*a?$/);
});
