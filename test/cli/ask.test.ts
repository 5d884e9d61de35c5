import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { answerLines, tableLines } from '../../src/cli/answer-text.ts';
import type { AskAnswer } from '../../src/ask/types.ts';
import { hintsToText } from '../../src/formats/hints-file.ts';
import type { SqlValue } from '../../src/grpo/types.ts';
import { STARTER } from '../views/fixture.ts';
import { lab, LIBRARY_SQL, newFolder } from './run.ts';

const SHOP = fileURLToPath(new URL('../../public/datasets/shop/db.sqlite', import.meta.url));
const folder = newFolder();
const file = (name: string): string => join(folder, name);
const readAnswer = (name: string): AskAnswer => JSON.parse(readFileSync(file(name), 'utf8')) as AskAnswer;

const candidateOf = (sql: string): AskAnswer['candidates'][number] => ({
  ...{ sql, text: sql, count: 1, greedy: true, rowCount: 1, hintScore: 0, hintCount: 0, hints: [], said: null },
  ...{ rewards: { components: {}, total: 0.5 }, agreement: { same: 0, others: 1 }, score: 0.5, logProbability: -1 },
  ...{ why: '', execution: { status: 'rows', columns: ['n'], rows: [[1]], truncated: false } },
});

beforeAll(() => {
  writeFileSync(file('library.sql'), LIBRARY_SQL);
  writeFileSync(file('hints.json'), hintsToText(STARTER));
});

describe('lab ask', { timeout: 120_000 }, () => {
  it('answers on the shop with the starter policy: table, SQL, hints, runners-up', async () => {
    const { code, stdout, stderr } = await lab(
      'ask',
      '--database',
      SHOP,
      '--json',
      file('shop.json'),
      'How many customers are from France?',
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(
      /^[\w*() ]+\n─+\n +34\n\(1 row\)\n\nSELECT COUNT\(\*\).*FROM customers WHERE country = 'France'\n\n(About|Fewer than) \d+ in \d+ answers like this are right\. \d+ of the \d+ candidates that ran give this result\. .* Every name and value in the question was found in the database\.\nChosen out of 32 candidates: reward and likelihood \+\d\.\d\d/,
    );
    expect(stdout).toMatch(/\nHints that acted:\n {2}[+−]\d\.\d\d {2}(When the question |\p{Lu}\p{L}+ )/u);
    const answer = readAnswer('shop.json');
    expect(answer).toMatchObject({
      question: 'How many customers are from France?',
      samples: 32,
      seed: 42,
      hints: true,
      scoredBy: 'reward+likelihood',
      note: null,
      sure: { confirmed: false, unlinked: [], from: { own: false } },
    });
    expect(answer.candidates[0]).toMatchObject({ why: '', execution: { rows: [[34]] } });
    if (answer.candidates.length > 1) expect(stdout).toContain(`Runners-up:\n 2. `);
    for (const { why } of answer.candidates.slice(1)) expect(stdout).toContain(why.replace(/\s+/g, ' '));
  });

  it('measures how sure it may be on own questions, which have to be enough', async () => {
    const questions = file('questions.json');
    writeFileSync(
      questions,
      JSON.stringify([
        { id: 'a', question: 'How many books are there?', sql: 'SELECT COUNT(*) FROM books', split: 'held-out' },
      ]),
    );
    const asked = ['ask', '--database', file('library.sql'), '--questions', questions, 'How many authors are there?'];
    const { code, stderr } = await lab(...asked, '--json', file('own.json'));
    expect(code, stderr).toBe(0);
    // One says less than those of other databases do.
    expect(readAnswer('own.json')).toMatchObject({ sure: { from: { own: false } } });
    const few = await lab(...asked.slice(0, 3), '--questions', file('nowhere.json'), 'How many authors?');
    expect(few.code).toBe(2);
  });

  it('says which readings there are where it is unsure', () => {
    const [first, second] = [candidateOf('SELECT 1'), candidateOf('SELECT 2')];
    const text = answerLines({
      ...{ question: 'q', sampler: { id: 's', label: 's', isLanguageModel: false }, hints: true, seed: 1, samples: 2 },
      ...{ scoredBy: 'reward+likelihood', note: null, candidates: [first, second] },
      sure: {
        ...{ probability: 0.3, evidence: [], unsure: true, confirmed: false, margin: 0.01, unlinked: [] },
        ...{ from: { questions: 1, databases: 1, own: false }, basis: '' },
        ...{ says: 'About 3 in 10 answers like this are right.', because: ['None gives another.'] },
      },
      readings: { rival: 1, words: ['Number of books', 'Total of pages'] },
    });
    expect(text).toContain('Unsure. About 3 in 10 answers like this are right. None gives another.');
    expect(text).toContain('  This answer: Number of books.');
    expect(text).toContain('  Number 2: Total of pages.');
  });

  it('says the same for the same arguments, and obeys --samples, --seed, --hints and --set', async () => {
    const asked = ['ask', '--database', file('library.sql'), 'List the names of authors from France.'];
    const first = await lab(...asked);
    expect(await lab(...asked)).toEqual(first);
    const { code } = await lab(
      ...asked,
      '--samples',
      '1',
      '--seed',
      '3',
      '--hints',
      'none',
      '--set',
      'temperature=0.3',
      '--json',
      file('one.json'),
    );
    expect(code).toBe(0);
    expect(readAnswer('one.json')).toMatchObject({
      samples: 1,
      seed: 3,
      candidates: [{ greedy: true, count: 1, hints: [] }],
    });
    expect((await lab(...asked, '--hints', file('hints.json'))).code).toBe(0);
  });

  it('writes what JSON does not have: 64-bit integers and bytes', async () => {
    writeFileSync(
      file('wide.sql'),
      "CREATE TABLE stars (name TEXT, distance INTEGER, picture BLOB); INSERT INTO stars VALUES ('Vega', 9007199254740993, x'00ff');",
    );
    const { code, stdout } = await lab(
      'ask',
      '--database',
      file('wide.sql'),
      '--hints',
      'none',
      '--samples',
      '16',
      '--set',
      'temperature=2',
      '--json',
      file('wide.json'),
      'Show the name, distance and picture of stars',
    );
    expect(code).toBe(0);
    const cells = readAnswer('wide.json').candidates.flatMap(({ execution }) => execution.rows.flat() as unknown[]);
    expect(cells).toContain('9007199254740993');
    expect(stdout).toContain('SELECT');
  });

  it('says when nothing could be linked', async () => {
    const { code, stdout } = await lab('ask', '--database', file('library.sql'), 'zxcv qwerty?');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Nothing in the question could be linked to this database.*authors, books, loans/);
  });

  it.each<[string, string[], RegExp]>([
    ['no question', [], /ask needs one QUESTION, in quotes where it has spaces, not 0/],
    ['a question without quotes', ['How', 'many', 'books?'], /not 3/],
    ['an empty question', [' '], /Type a question first/],
    ['a question that is too long', ['x'.repeat(2001)], /at most 2000 characters/],
    ['too many candidates', ['--samples', '33', 'Q?'], /--samples must be a whole number from 1 to 32/],
    ['an unknown setting', ['--set', 'nonsense=1', 'Q?'], /Unknown setting "nonsense"/],
    ['hints that are not there', ['--hints', file('gone.json'), 'Q?'], /gone\.json/],
    ['an output over its input', ['--json', file('library.sql'), 'Q?'], /another file of this command/],
  ])('refuses %s', async (_what, args, message) => {
    const { code, stdout, stderr } = await lab('ask', '--database', file('library.sql'), ...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^lab: [^\n]+\n$/);
    expect(stderr).toMatch(message);
  });

  it('--help shows the question and the options', async () => {
    const { code, stdout } = await lab('ask', '--help');
    expect(code).toBe(0);
    expect(stdout).toMatch(/QUESTION +the question, in quotes \(required\)\n +--database DB/);
  });
});

describe('the table', () => {
  const table = (
    columns: readonly string[],
    rows: readonly (readonly SqlValue[])[],
    over: { rowCount?: number; truncated?: boolean } = {},
  ): string[] =>
    tableLines({
      execution: { status: rows.length === 0 ? 'empty' : 'rows', columns, rows, truncated: over.truncated ?? false },
      rowCount: over.rowCount ?? rows.length,
    });

  it('aligns numbers to the right, cuts long cells, names NULL and bytes', () => {
    expect(
      table(
        ['n', 'name', 'b'],
        [
          [1, 'Ada', null],
          [12.5, 'x'.repeat(50), new Uint8Array(3)],
        ],
      ),
    ).toEqual([
      '   n  name                              b',
      '────  ────────────────────────────────  ─────────',
      '   1  Ada                               NULL',
      `12.5  ${'x'.repeat(31)}…  (3 bytes)`,
      '(2 rows)',
    ]);
  });

  it('says how many rows and columns are not shown', () => {
    const columns = Array.from({ length: 12 }, (_, i) => `c${i}`);
    expect(table(columns, [columns.map((_, i) => i)], { rowCount: 347 }).at(-1)).toBe(
      '(the first 1 of 347 rows, 2 more columns)',
    );
    expect(table(['a'], [[1]], { rowCount: 5000, truncated: true }).at(-1)).toBe(
      '(the first 1 of more than 5000 rows)',
    );
    expect(table(['a'], [])).toEqual(['No rows: it ran, and nothing matched.']);
  });

  it('lets no escape sequence through, from cells, names, SQL or reasons', () => {
    const evil = 'red\u001b[31m\u009b1m\nnext\u202e';
    const candidate = {
      sql: `SELECT '${evil}'`,
      text: '',
      count: 1,
      greedy: true,
      rowCount: 1,
      rewards: { components: {}, total: 0.5 },
      hintScore: 1,
      hintCount: 1,
      hints: [
        {
          key: 'k',
          cue: { kind: 'word', parts: [evil] },
          pattern: { kind: 'sql', parts: [evil] },
          template: 'name',
          weight: 1,
          times: 1,
        },
      ],
      agreement: { same: 0, others: 0 },
      score: 0.5,
      said: null,
      logProbability: null,
      why: evil,
      execution: { status: 'rows', columns: [evil], rows: [[evil]], truncated: false },
    } as const;
    const text = answerLines({
      question: evil,
      sampler: { id: 's', label: 's', isLanguageModel: true },
      hints: true,
      seed: 1,
      samples: 2,
      scoredBy: 'reward+hints',
      note: evil,
      sure: null,
      readings: null,
      candidates: [candidate, candidate],
    }).join('\n');
    expect(text).toContain('red [31m 1m next');
    expect([...text].filter((character) => /[\p{Cc}\p{Cf}]/u.test(character) && character !== '\n')).toEqual([]);
  });
});
