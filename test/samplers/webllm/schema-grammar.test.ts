import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SqliteDatabase } from '../../../src/database/sqlite-database.ts';
import { seededRandom } from '../../../src/grpo/random.ts';
import { schemaGrammar } from '../../../src/samplers/language/grammar.ts';
import { openTestDatabase, SHOP_SQL } from '../../database/helpers.ts';
import { derive, readGbnf } from '../../support/gbnf.ts';
import { FLEET_SQL } from '../sketch/fleet.ts';
import { END, openXgrammar, type ByteMatcher } from './xgrammar.ts';

const SCHEMAS: Readonly<Record<string, string>> = {
  'the shop': SHOP_SQL,
  'a few boats': FLEET_SQL,
  'names that are traps': `
    CREATE TABLE "count" ("select" INTEGER PRIMARY KEY, "a ""b"" \\ c" TEXT, "it's" REAL, "日本" TEXT);
    CREATE TABLE "a" (b INT REFERENCES "count" ("select"), "b.c" INT);
    INSERT INTO "count" VALUES (1, 'x', 2.5, '値');`,
};
const WALKS = 60;
const LONGEST = 500;

const engine = openXgrammar();

test('the engine knows a grammar that is none', async () => {
  await expect((await engine).compile('root ::= "SELECT 1" nothing')).rejects.toThrow();
});

describe.each(Object.entries(SCHEMAS))('the grammar of %s, in the engine that WebLLM runs', (_name, sql) => {
  let database: SqliteDatabase;
  let matcher: ByteMatcher;
  beforeAll(async () => {
    database = await openTestDatabase(sql);
    matcher = await (await engine).compile(schemaGrammar(database.schema));
  });
  afterAll(() => {
    database.close();
  });

  test('it accepts what the grammar derives, to its end', async () => {
    const grammar = readGbnf(schemaGrammar(database.schema));
    const { next } = seededRandom(11);
    for (let i = 0; i < 100; i++) {
      const text = derive(grammar, next);
      matcher.reset();
      const refused = [...new TextEncoder().encode(text)].findIndex((byte) => !matcher.accept(byte + 1));
      expect(refused, text).toBe(-1);
      expect(matcher.accept(END), text).toBe(true);
    }
  });

  test('what a model that knows nothing writes under it compiles', async () => {
    const { next } = seededRandom(3);
    const texts: string[] = [];
    for (let walk = 0; walk < WALKS; walk++) {
      matcher.reset();
      const bytes: number[] = [];
      while (bytes.length < LONGEST) {
        const allowed = await matcher.next();
        expect(allowed.length).toBeGreaterThan(0);
        // Ends where it may, now and then, and does not lose itself in a quoted value.
        const quote = 0x27 + 1;
        const token =
          allowed.includes(END) && next() < 0.3
            ? END
            : allowed.includes(quote) && next() < 0.2
              ? quote
              : (allowed[Math.floor(next() * allowed.length)] ?? END);
        expect(matcher.accept(token)).toBe(true);
        if (token === END) {
          texts.push(new TextDecoder().decode(Uint8Array.from(bytes)));
          break;
        }
        bytes.push(token - 1);
      }
    }
    expect(texts.length).toBeGreaterThan(WALKS / 2);
    expect(new Set(texts).size).toBeGreaterThan(WALKS / 4);
    const executions = await database.execute(texts);
    expect(
      executions.flatMap(({ status, error }, i) =>
        status === 'invalid' || status === 'refused' ? [{ sql: texts[i], error }] : [],
      ),
    ).toEqual([]);
  });
});
