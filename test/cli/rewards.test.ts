import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { lab, LIBRARY_QUESTIONS, LIBRARY_SQL, newFolder } from './run.ts';

const folder = newFolder();
const file = (name: string): string => join(folder, name);
const write = (name: string, value: unknown): string => {
  writeFileSync(file(name), typeof value === 'string' ? value : JSON.stringify(value));
  return file(name);
};
const data = ['--database', file('library.sql'), '--questions', file('questions.json')];
const COMPLETIONS = [
  {
    id: 'count',
    completions: [
      { source: 'good', text: '```sql\nSELECT COUNT(*) FROM books;\n```' },
      { source: 'good', text: 'SELECT COUNT(book_id) FROM books' },
      { source: 'bad', text: 'SELECT title FROM books' },
      { source: 'bad', text: 'SELECT COUNT(*) FORM books' },
    ],
  },
  {
    id: 'french',
    completions: [
      { source: 'good', text: "SELECT name FROM authors WHERE country = 'France'" },
      { source: 'good', text: "SELECT name FROM authors WHERE country = 'France'" },
      { source: 'bad', text: 'SELECT name FROM authors', correct: false },
      { source: 'bad', text: 'I do not know.' },
    ],
  },
  // Without gold and without flags nothing can be judged.
  { id: 'own', completions: [{ source: 'good', text: 'SELECT title FROM books' }] },
];

interface Measured {
  readonly auc: Readonly<Record<string, number | null>>;
  readonly pairs: Readonly<Record<string, number>>;
  readonly bestOfG?: Readonly<Record<string, number>>;
  readonly questions: number;
  readonly completions: number;
  readonly distinctSql: number;
  readonly right: number;
}

beforeAll(() => {
  write('library.sql', LIBRARY_SQL);
  write('questions.json', LIBRARY_QUESTIONS);
  write('completions.json', COMPLETIONS);
});

async function measured(...args: string[]): Promise<Measured> {
  const { code, stderr } = await lab('rewards', ...data, ...args, '--json', file('out.json'));
  expect(stderr).not.toMatch(/lab:/);
  expect(code).toBe(0);
  return JSON.parse(readFileSync(file('out.json'), 'utf8')) as Measured;
}

describe('rewards', { timeout: 120_000 }, () => {
  it('measures completions of a file against gold where they have no flag', async () => {
    const out = await measured('--completions', file('completions.json'), '--group-size', '4');
    expect(out).toMatchObject({ questions: 2, completions: 8, distinctSql: 7, right: 4 });
    // Distinct texts: 2 right × 2 wrong, and 1 right × 2 wrong.
    expect(out.pairs['total']).toBe(6);
    expect(out.auc['total']).toBe(1);
    expect(out.auc['validity']).toBeGreaterThan(0.5);
    expect(Object.keys(out.bestOfG ?? {})).toEqual([
      'random',
      'runnable',
      'vote',
      'reward',
      'rewardWithAgreement',
      'oracle',
    ]);
    expect(out.bestOfG).toMatchObject({ random: 0.5, vote: 1, reward: 1, rewardWithAgreement: 1, oracle: 1 });
    expect(out.bestOfG?.['runnable']).toBeCloseTo(2 / 3, 9);
  });

  it('takes a flag before gold, and only the sources asked for', async () => {
    const flagged = [
      {
        id: 'count',
        completions: [
          { source: 'a', text: 'SELECT COUNT(*) FROM books', correct: false },
          { source: 'b', text: 'SELECT title FROM books', correct: true },
        ],
      },
    ];
    const out = await measured('--completions', write('flagged.json', flagged));
    expect(out.auc['total']).toBe(0);
    const good = await measured('--completions', file('completions.json'), '--sources', 'good');
    expect(good).toMatchObject({ completions: 4, right: 4 });
    expect(good.auc['total']).toBeNull();
  });

  it('draws groups from the sketch sampler without a file, the same for the same seed', async () => {
    const first = await measured('--seed', '3');
    expect(first.bestOfG).toBeUndefined();
    expect(first.pairs['total']).toBeGreaterThan(0);
    expect(first.auc['total']).toBeGreaterThan(0.7);
    expect(await measured('--seed', '3')).toEqual(first);
  });

  it.each([
    ['no list', '{}', /completions\.json|bad\.json must hold a list/],
    ['no text', [{ id: 'count', completions: [{ source: 'a' }] }], /entry 1 .*"text"/],
    [
      'a flag that is none',
      [{ id: 'count', completions: [{ text: 'SELECT 1', correct: 'yes' }] }],
      /"correct" to be true or false/,
    ],
    [
      'an id twice',
      [
        { id: 'count', completions: [] },
        { id: 'count', completions: [] },
      ],
      /ids must differ/,
    ],
    ['nothing to judge', [{ id: 'own', completions: [{ text: 'SELECT 1' }] }], /No completion can be judged/],
  ])('refuses a file with %s', async (_name, content, message) => {
    const { code, stderr } = await lab('rewards', ...data, '--completions', write('bad.json', content));
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });

  it('refuses sources that are not there, or without a file', async () => {
    expect(
      (await lab('rewards', ...data, '--completions', file('completions.json'), '--sources', 'nobody')).stderr,
    ).toMatch(/no completion from "nobody".*bad, good/);
    expect((await lab('rewards', ...data, '--sources', 'good')).code).toBe(2);
    expect((await lab('rewards', ...data, '--group-size', '1')).code).toBe(2);
  });
});
