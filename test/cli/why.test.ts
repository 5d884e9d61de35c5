import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { AskAnswer } from '../../src/ask/types.ts';
import { lab, LIBRARY_QUESTIONS, LIBRARY_SQL, newFolder } from './run.ts';

interface Told {
  readonly sql: string;
  readonly config: { readonly temperature: number };
  readonly linked: readonly { readonly words: string; readonly means: string }[];
  readonly decisions: readonly {
    readonly name: string;
    readonly chosen: string;
    readonly options: readonly {
      readonly label: string;
      readonly base: number;
      readonly logit: number;
      readonly probability: number;
      readonly hints: readonly { readonly key: string; readonly weight: number; readonly words: string }[];
    }[];
  }[];
}

const folder = newFolder();
const file = (name: string): string => join(folder, name);
const read = <T>(name: string): T => JSON.parse(readFileSync(file(name), 'utf8')) as T;
const QUESTION = 'List the names of authors from France.';

beforeAll(async () => {
  writeFileSync(file('library.sql'), LIBRARY_SQL);
  writeFileSync(file('questions.json'), JSON.stringify(LIBRARY_QUESTIONS));
  const data = ['--database', file('library.sql'), '--questions', file('questions.json')];
  const taught = ['--reward', 'gold', '--preset', 'tuned', '--set', 'validation_share=0', '--steps', '20'];
  await lab('train', ...data, ...taught, '--hints-in', 'none', '--hints-out', file('hints.json'));
});

const why = (...args: string[]): ReturnType<typeof lab> => lab('why', '--database', file('library.sql'), ...args);

describe('lab why', () => {
  it('says what was linked, every decision, and the SQL they make', async () => {
    const { code, stdout, stderr } = await why('--hints', 'none', QUESTION);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('“authors”: table authors (its name)\n');
    expect(stdout).toContain('“France”: value “France” of authors.country (as stored)\n');
    expect(stdout).toMatch(/^1\. frame: \d+ options\n {2}→ list {2}[\d.]+ %: base \+0\.00, hints \+0\.00$/m);
    expect(stdout.trimEnd().split('\n').at(-1)).toBe("SELECT name FROM authors WHERE country = 'France'");
    expect(stdout).not.toMatch(/When the question/);
  });

  it('adds up: base and hints are the logit, the logits the probabilities, the best of them the answer', async () => {
    expect((await why('--hints', file('hints.json'), '--json', file('why.json'), QUESTION)).code).toBe(0);
    const { decisions, config, sql } = read<Told>('why.json');
    const hints = decisions.flatMap(({ options }) => options.flatMap((option) => option.hints));
    expect(hints.length).toBeGreaterThan(0);
    for (const { name, chosen, options } of decisions) {
      expect(Math.max(...options.map(({ base }) => base)), name).toBe(0);
      const chances = options.map(({ logit }) => Math.exp(logit / config.temperature));
      const total = chances.reduce((sum, one) => sum + one, 0);
      for (const [i, option] of options.entries()) {
        const added = option.hints.reduce((sum, { weight }) => sum + weight, 0);
        expect(option.logit, name).toBeCloseTo(option.base + added, 9);
        expect(option.probability, name).toBeCloseTo((chances[i] ?? 0) / total, 9);
      }
      expect(options[0]).toMatchObject({
        label: chosen,
        probability: Math.max(...options.map((one) => one.probability)),
      });
    }
    const asked = ['ask', '--database', file('library.sql'), '--hints', file('hints.json'), '--samples', '1'];
    await lab(...asked, '--json', file('ask.json'), QUESTION);
    expect(sql).toBe(read<AskAnswer>('ask.json').candidates[0]?.sql);
  });

  it('lists under an option the hints that act on it, each in its sentence with what it adds', async () => {
    const { stdout } = await why('--hints', file('hints.json'), '--json', file('why.json'), QUESTION);
    const [first] = read<Told>('why.json').decisions;
    const [strongest] = first?.options[0]?.hints ?? [];
    expect(strongest?.words).toMatch(/\.$/);
    expect(stdout).toContain(`      +${strongest?.weight.toFixed(2)}  ${strongest?.words}\n`);
  });

  it('refuses an empty question, and takes no control character to the terminal', async () => {
    expect(await why('   ')).toMatchObject({ code: 2, stderr: 'lab: Type a question first.\n' });
    const { stdout } = await why('--hints', 'none', 'List the names of authors from “France\u001b[31m”.');
    expect(stdout).not.toContain('\u001b');
  });
});

describe('what a question was linked to', () => {
  it('has its numbers, dates and intents in the order of the words', async () => {
    await why(
      '--json',
      file('why.json'),
      'What is the total number of days per book for books with more than 100 pages since 2001?',
    );
    const { linked } = read<Told>('why.json');
    expect(linked).toEqual([
      { words: 'total number of', means: 'asks for COUNT' },
      { words: 'days', means: 'column loans.days (its name)' },
      { words: 'book', means: 'table books (its name)' },
      { words: 'book', means: 'column books.book_id (part of its name)' },
      { words: 'book', means: 'column loans.book_id (part of its name)' },
      { words: 'book', means: 'one row for each of these' },
      { words: '100', means: 'number: > 100' },
      { words: 'pages', means: 'column books.pages (its name)' },
      { words: '2001', means: 'number: >= 2001' },
      { words: '2001', means: 'year: >= 2001-01-01 to 2001-12-31' },
    ]);
  });
});
