import sqlite3InitModule from '@sqlite.org/sqlite-wasm';
import { beforeAll, describe, expect, test } from 'vitest';
import { seededRandom } from '../../src/grpo/random.ts';
import { lexCode } from '../../src/sql/lex.ts';
import { readQuery } from '../../src/sql/query-grammar.ts';
import { SQL_CORPUS } from './sql-corpus.ts';

/** Does all of it read as one query? */
function accepts(sql: string): boolean {
  const tokens = lexCode(sql);
  if (tokens.some((token) => !token.closed || token.kind === 'unknown')) return false;
  return readQuery({ token: (i) => tokens[i] ?? null, gap: () => ' ' }).ends.at(-1)?.tokens === tokens.length;
}

let verdict: (sql: string) => boolean;
beforeAll(async () => {
  const sqlite = await sqlite3InitModule();
  const database = new sqlite.oo1.DB(':memory:');
  /** SQLite's verdict on the shape alone: an unknown table is found after it. */
  verdict = (sql) => {
    try {
      database.prepare(sql).finalize();
      return true;
    } catch (error) {
      return !/syntax error|incomplete input|unrecognized token|unknown join type/.test(String(error));
    }
  };
});

describe('what SQLite reads is read', () => {
  test.each(SQL_CORPUS.map((sql) => [sql]))('%s', (sql) => {
    expect(verdict(sql)).toBe(true);
    expect(accepts(sql)).toBe(true);
  });
});

test('thousands of changed queries get the verdict of SQLite', () => {
  const random = seededRandom(7);
  const below = (n: number): number => Math.floor(random.next() * n);
  const words = SQL_CORPUS.map((sql) => lexCode(sql).map((token) => token.text));
  const all = words.flat();
  let refused = 0;
  const different: string[] = [];
  for (let i = 0; i < 20_000; i += 1) {
    const tokens = [...(words[below(words.length)] ?? [])];
    for (let changes = 1 + below(2); changes > 0; changes -= 1) {
      const at = below(tokens.length);
      const kind = below(4);
      if (kind === 0) tokens.splice(at, 1);
      else if (kind === 1) tokens.splice(at, 0, all[below(all.length)] ?? '');
      else if (kind === 2) tokens[at] = all[below(all.length)] ?? '';
      else tokens.length = at + 1;
    }
    const sql = tokens.join(' ');
    if (!/^(?:select|with|values)\b/i.test(sql)) continue;
    const right = verdict(sql);
    if (!right) refused += 1;
    if (accepts(sql) !== right) different.push(`${String(right)}: ${sql}`);
  }
  expect(refused).toBeGreaterThan(5000);
  expect(different).toEqual([]);
});
