import { beforeAll, expect, test } from 'vitest';
import { loadParser, type ParserObjection } from '../../src/sql/parse.ts';

let parserObjection: ParserObjection;

beforeAll(async () => {
  parserObjection = await loadParser();
});

test('says where a reader stops and what could stand there', () => {
  expect(parserObjection('SELECT name FROM t WHERE a = 1 GROUP name')).toEqual({
    at: 37,
    text: expect.stringContaining('after “GROUP”') as string,
  });
  expect(parserObjection('SELECT a, FROM t')?.text).toContain('“');
  expect(parserObjection('SELECT a FROM')?.text).toMatch(/^It breaks off after “FROM”/);
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
