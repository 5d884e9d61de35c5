import { expect, test } from 'vitest';
import { seededRandom } from '../../src/grpo/random.ts';
import { extractSql } from '../../src/sql/extract.ts';
import { SQL_CORPUS } from './sql-corpus.ts';
import {
  DRAFTS,
  ENCODINGS,
  FENCES,
  JSONS,
  LAYOUTS,
  picker,
  PROSE,
  QUOTES,
  TAGS,
  THOUGHTS,
  TOKENS,
  UNENDED,
  type Wrapping,
} from './wrappings.ts';

/** White space and a last semicolon aside. */
const flat = (sql: string): string =>
  sql
    .replace(/\s+/g, ' ')
    .replace(/[\s;]+$/, '')
    .trim();
const HOLDERS = [QUOTES, FENCES, TAGS, JSONS, LAYOUTS];
const EVERY = [...HOLDERS.flat(), ...ENCODINGS, ...PROSE, ...THOUGHTS, ...TOKENS];

test('every query of the corpus comes back out of every single wrapping', () => {
  const pick = picker(seededRandom(1).next);
  let tried = 0;
  const wrong: string[] = [];
  for (const sql of SQL_CORPUS)
    for (const { name, wrap, fits } of EVERY) {
      if (fits?.(sql) === false) continue;
      tried += 1;
      const text = wrap(sql, pick);
      const got = extractSql(text).sql;
      if (flat(got) !== flat(sql)) wrong.push(`${name}: ${JSON.stringify(text)} gave ${JSON.stringify(got)}`);
    }
  expect(tried).toBeGreaterThan(5000);
  expect(wrong).toEqual([]);
}, 120_000);

test('thousands of wrappings composed by chance', () => {
  const random = seededRandom(2);
  const pick = picker(random.next);
  const wrong: string[] = [];
  for (let tried = 0; tried < 3000;) {
    const sql = pick(SQL_CORPUS);
    const steps: Wrapping[] = [];
    const maybe = (chance: number, from: readonly Wrapping[]): void => {
      if (random.next() < chance) steps.push(pick(from));
    };
    maybe(0.2, ENCODINGS);
    maybe(0.75, pick(HOLDERS));
    maybe(0.2, pick([FENCES, TAGS, JSONS]));
    maybe(0.6, PROSE);
    maybe(0.4, THOUGHTS);
    maybe(0.4, TOKENS);
    let text = sql;
    if (
      !steps.every(({ fits, wrap }) => {
        const whole = fits?.(text) !== false;
        if (whole) text = wrap(text, pick);
        return whole;
      })
    )
      continue;
    tried += 1;
    const got = extractSql(text).sql;
    if (flat(got) !== flat(sql))
      wrong.push(`${steps.map(({ name }) => name).join(' + ')}: ${JSON.stringify(text)} gave ${JSON.stringify(got)}`);
  }
  expect(wrong).toEqual([]);
}, 120_000);

test('never a draft out of reasoning that has not ended', () => {
  for (const open of UNENDED)
    for (const draft of DRAFTS) expect([open, draft, extractSql(open + draft).sql]).toEqual([open, draft, '']);
});
