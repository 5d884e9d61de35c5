import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { parseHintsFile } from '../../src/formats/hints-file.ts';
import type { LeftOut, MeanOverDatabases } from '../../src/lab/leave-one-out.ts';
import { lab, LIBRARY_QUESTIONS, LIBRARY_SQL, newFolder } from './run.ts';

const folder = newFolder();
const file = (name: string): string => join(folder, name);
const text = (name: string): string => readFileSync(file(name), 'utf8');

function dataset(name: string, files: Readonly<Record<string, string>>): string {
  mkdirSync(file(name));
  for (const [inner, content] of Object.entries(files)) writeFileSync(join(file(name), inner), content);
  return file(name);
}

const LICENCE = 'CC0 1.0\n  Universal\n';
/** The library once more, with other words: authors are skippers, books are boats. */
const harbour = (given: string): string =>
  given
    .replaceAll('books', 'boats')
    .replaceAll('book', 'boat')
    .replaceAll('authors', 'skippers')
    .replaceAll('author', 'skipper')
    .replaceAll('pages', 'metres');
let two: string[];

beforeAll(() => {
  const library = dataset('library', {
    'schema.sql': LIBRARY_SQL,
    'questions.json': JSON.stringify(LIBRARY_QUESTIONS),
    'LICENSE.txt': LICENCE,
  });
  const boats = dataset('harbour', {
    'schema.sql': harbour(LIBRARY_SQL),
    'questions.json': harbour(JSON.stringify(LIBRARY_QUESTIONS)),
    LICENSE: `${'long '.repeat(100)}\n`,
  });
  two = ['--dataset', library, '--dataset', boats];
});

describe('pretrain', { timeout: 120_000 }, () => {
  it('writes general hints, what they were learned on and under which licence; the same bytes for the same arguments', async () => {
    const run = (name: string, ...more: string[]) =>
      lab('pretrain', ...two, '--passes', '4', '--hints-out', file(name), ...more);
    const outcome = await run('a.json', '--json', file('report.json'));
    expect([outcome.code, outcome.stderr]).toEqual([0, expect.stringMatching(/pass 4\/4: 6 questions/) as string]);
    expect(outcome.stdout).toMatch(
      /^\d+ general hints \(of \d+, distilled from \d+\), learned on 6 questions of 2 databases in 4 passes\.\n$/,
    );
    const { hints, sources } = parseHintsFile(text('a.json'), 'a.json');
    expect(hints.length).toBeGreaterThan(0);
    expect(hints.every(({ general, words }) => general && words < 2)).toBe(true);
    expect(sources).toEqual([
      { name: 'library', questions: 3, licence: 'CC0 1.0 Universal' },
      { name: 'harbour', questions: 3, licence: `${'long '.repeat(60)} …` },
    ]);
    await run('b.json');
    expect(text('b.json')).toBe(text('a.json'));
    await run('c.json', '--seed', '2');
    expect(text('c.json')).not.toBe(text('a.json'));
    const report = JSON.parse(text('report.json')) as { learned: unknown; config: { gold_weight: number } };
    expect(report).toMatchObject({
      format: 'grpo-sql-lab/pretraining',
      passes: 4,
      seed: 1,
      allQuestions: false,
      learned: { hints: hints.length },
      config: { gold_weight: 1, validity_weight: 0 },
    });
    expect(text('report.json')).not.toContain(folder);
    expect(
      (
        await lab(
          'evaluate',
          '--database',
          join(file('library'), 'schema.sql'),
          '--questions',
          join(file('library'), 'questions.json'),
          '--hints',
          file('a.json'),
          '--seeds',
          '1',
        )
      ).stderr,
    ).toContain('learned on library, harbour');
  });

  it('learns from held-out questions only when told to', async () => {
    await lab('pretrain', ...two, '--passes', '1', '--hints-out', file('all.json'), '--all-questions');
    expect(parseHintsFile(text('all.json'), 'all.json').sources.map(({ questions }) => questions)).toEqual([5, 5]);
  });

  it('--leave-one-out measures each on what the others taught', async () => {
    const { code, stdout } = await lab(
      'pretrain',
      ...two,
      '--passes',
      '2',
      '--leave-one-out',
      '--json',
      file('loo.json'),
    );
    expect(code).toBe(0);
    const {
      leaveOneOut: { databases, mean },
    } = JSON.parse(text('loo.json')) as {
      leaveOneOut: { databases: readonly LeftOut[]; mean: { all: MeanOverDatabases; heldOut: MeanOverDatabases } };
    };
    expect(
      databases.map(({ name, all, heldOut }) => [name, all.comparison.questions, heldOut?.comparison.questions]),
    ).toEqual([
      ['library', 6, 2],
      ['harbour', 6, 2],
    ]);
    expect(mean.all.starter).toBeCloseTo(
      ((databases[0]?.all.starter.accuracy ?? NaN) + (databases[1]?.all.starter.accuracy ?? NaN)) / 2,
      12,
    );
    expect(stdout).toMatch(/^left out +questions [^]*\nlibrary +6 [^]*\nharbour +6 [^]*\nmean /);
    const one = await lab(
      'pretrain',
      ...two,
      '--passes',
      '2',
      '--leave-one-out',
      '--left-out',
      'harbour',
      '--json',
      file('one.json'),
    );
    expect(one.code).toBe(0);
    expect(
      (JSON.parse(text('one.json')) as { leaveOneOut: { databases: readonly LeftOut[] } }).leaveOneOut.databases,
    ).toEqual(databases.slice(1));
  });

  it('refuses what cannot be carried out', async () => {
    const questions = JSON.stringify(LIBRARY_QUESTIONS);
    const sub = dataset('sub', {});
    const cases: readonly (readonly [readonly string[], RegExp])[] = [
      [[], /needs --dataset DIR/],
      [two, /Give --hints-out F .* --leave-one-out/],
      [[...two, '--hints-out', 'x', '--passes', '0'], /--passes must be a whole number/],
      [[...two, '--leave-one-out', 'yes'], /Unexpected argument 'yes'/],
      [[...two, '--leave-one-out', '--leave-one-out'], /was given 2 times/],
      [[...two, '--hints-out', 'x', '--left-out', 'library'], /--left-out goes with --leave-one-out/],
      [
        [...two, '--leave-one-out', '--left-out', 'library,shed'],
        /names "shed", but no dataset has that name: library, harbour/,
      ],
      [[...two.slice(0, 2), '--leave-one-out'], /needs two datasets or more/],
      [[...two, ...two.slice(0, 2), '--hints-out', 'x'], /Two datasets have the name "library"/],
      [['--dataset', sub, '--hints-out', 'x'], /has no db\.sqlite or schema\.sql/],
      [
        [
          '--dataset',
          dataset('free', { 'schema.sql': LIBRARY_SQL, 'questions.json': questions }),
          '--hints-out',
          file('x'),
        ],
        /has no LICENSE or LICENSE\.txt/,
      ],
      [
        [
          '--dataset',
          dataset('mute', { 'schema.sql': LIBRARY_SQL, 'questions.json': questions, LICENSE: '\n' }),
          '--hints-out',
          file('x'),
        ],
        /LICENSE is empty/,
      ],
      [
        [
          '--dataset',
          dataset('unasked', { 'schema.sql': LIBRARY_SQL, 'questions.json': '[]', LICENSE: LICENCE }),
          '--hints-out',
          file('x'),
        ],
        /nothing to learn from/,
      ],
      [
        [
          '--dataset',
          dataset('void', {
            'schema.sql': LIBRARY_SQL,
            'questions.json': JSON.stringify(LIBRARY_QUESTIONS.filter(({ id }) => id === 'nobody')),
            LICENSE: LICENCE,
          }),
          '--hints-out',
          file('x'),
        ],
        /nothing to learn from/,
      ],
      [[...two, '--hints-out', join(file('library'), 'questions.json')], /it is another file of this command/],
    ];
    for (const [args, message] of cases) {
      const { code, stderr, stdout } = await lab('pretrain', ...args);
      expect([code, stdout, stderr]).toEqual([2, '', expect.stringMatching(message) as string]);
    }
  });
});
