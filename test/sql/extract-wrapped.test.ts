import { expect, test } from 'vitest';
import { seededRandom } from '../../src/grpo/random.ts';
import { extractSql } from '../../src/sql/extract.ts';
import { lexCode } from '../../src/sql/lex.ts';
import { readQuery } from '../../src/sql/query-grammar.ts';
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

const HOSTILE = [
  ...[
    'SELECT ',
    'SELECT a FROM t ',
    'select a from t;\n',
    "SELECT a FROM t WHERE b = '",
    '(SELECT a FROM ',
    'WITH a AS (',
  ],
  ...['{"a":', '[{"a": 1,', '{"sql": "SELECT 1"} ', '[plan]', '【思考】', '<think>', '</think>', "'</think>' "],
  ...['```sql\nSELECT a\n', "'SELECT a'", '"SELECT a\n', '“SELECT a ', 'SELECT a &lt; ', 'SELECT \\* ', '*/\nSELECT '],
  ...['/* SELECT a */\nSELECT ', '-- a\nSELECT b\n', '| SELECT a | b |\n', '> SELECT a\n', 'SELECT a，', '="SELECT \\'],
];
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

test('what a longer search by chance found', () => {
  for (const [text, sql] of [
    ['{"output": "\\u001b[32mSELECT a FROM t\\u001b[0m"}', 'SELECT a FROM t'],
    [`{"query": "SELECT a FROM t WHERE b = ''";\nHaving said that, check.`, "SELECT a FROM t WHERE b = ''"],
    [`{"sql": "SELECT a FROM t WHERE b = 'x'"；[|endofturn|]`, "SELECT a FROM t WHERE b = 'x'"],
    ['(SELECT name\nFROM people\n\nWHERE age > 30)<eos>', 'SELECT name\nFROM people\n\nWHERE age > 30'],
    ['(SELECT name\nFROM people\n\nWHERE age > 30)\n\n**Note:** a', 'SELECT name\nFROM people\n\nWHERE age > 30'],
    ['$\\boxed{**SELECT a FROM t WHERE b > 30**}$', 'SELECT a FROM t WHERE b > 30'],
    [
      "**SELECT a FROM t WHERE b LIKE '%z' COLLATE NOCASE**.[/INST]",
      "SELECT a FROM t WHERE b LIKE '%z' COLLATE NOCASE",
    ],
    ['$\\boxed{~~~~~text\nSELECT a FROM t}$！', 'SELECT a FROM t'],
    ["'SELECT\u3000a\u3000FROM\u3000x'", 'SELECT a FROM x'],
  ] as const)
    expect([text, extractSql(text).sql]).toEqual([text, sql]);
});

test('never a draft out of reasoning that has not ended', () => {
  for (const open of UNENDED)
    for (const draft of DRAFTS) expect([open, draft, extractSql(open + draft).sql]).toEqual([open, draft, '']);
});

test('where nothing but prose is, there is no SQL', () => {
  for (const text of [
    "I'm sorry, I can't select that data.",
    "With the given schema, there's no way to answer.",
    'Please select one from the list below.',
    "Here's my plan: select the columns, join the tables, with a group by.",
    '无法回答这个问题。',
    '申し訳ありませんが、SELECT文を書けません。',
    '{"sql": null}',
    '```sql\n```',
  ])
    expect([text, extractSql(text).sql]).toEqual([text, '']);
});

test('what is wrong or breaks off is never cut until it is right', () => {
  for (const text of [
    'select name, age from person where',
    'select t2.name, count(*) from a as t1 join b as t2 on',
    "SELECT a FROM t WHERE b > (SELECT MAX(c) FROM u WHERE d IN ('English', 'French', 'German'))\nGROUP BY",
    'SELECT count(*) FROM t - SELECT count(*) FROM u',
    "(SELECT a FROM t WHERE b = 'x') INTERSECT (SELECT a FROM t WHERE b = 'y')",
  ])
    expect(isWholeQuery(extractSql(text).sql)).toBe(false);
});

function isWholeQuery(sql: string): boolean {
  const tokens = lexCode(sql);
  return readQuery({ token: (i) => tokens[i] ?? null, gap: () => ' ' }).ends.at(-1)?.tokens === tokens.length;
}

/** Milliseconds of this process's own work, of the best of three: what else the machine does counts little. */
function workOf(text: string): number {
  return Math.min(
    ...[1, 2, 3].map(() => {
      const start = process.cpuUsage();
      extractSql(text);
      return process.cpuUsage(start).user / 1000;
    }),
  );
}

test('the work grows no faster than the text, whatever it repeats', () => {
  const steep: string[] = [];
  for (const unit of HOSTILE) {
    const [short, long] = [10_000, 80_000].map((length) => workOf(unit.repeat(length / unit.length)));
    // Eight times the text: quadratic work takes 64 times as long. Below two milliseconds the meter says little.
    if (long! > 32 * Math.max(short!, 2)) steep.push(`${JSON.stringify(unit)}: ${short} and ${long} ms`);
  }
  expect(steep).toEqual([]);
}, 120_000);
