import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { GRPOConfig } from '../../src/grpo/config.ts';
import type { HistoryPoint } from '../../src/grpo/run-store.ts';
import type { PolicyHint } from '../../src/grpo/types.ts';
import { CHOICE_STEPS, CHOICE_TRAINING } from '../../src/lab/choice-training.ts';
import type { EvaluationFile } from '../../src/cli/evaluation-file.ts';
import { lab, LIBRARY_QUESTIONS, LIBRARY_SQL, newFolder } from './run.ts';

const SINGER = fileURLToPath(new URL('../../public/datasets/concert_singer/', import.meta.url));
const singer = (name: string): string => join(SINGER, name);
const DATA = ['--database', singer('db.sqlite'), '--questions', singer('questions.json')];
const REPLAY = ['--sampler', 'replay', '--completions', singer('completions.json')];
const folder = newFolder();
const file = (name: string): string => join(folder, name);
const text = (name: string): string => readFileSync(file(name), 'utf8');
const read = <T>(name: string): T => JSON.parse(text(name)) as T;

interface Training {
  readonly config: GRPOConfig;
  readonly hintsFrom: string;
  readonly reward: string;
  readonly steps: number;
  readonly history: readonly HistoryPoint[];
  readonly hints: readonly PolicyHint[];
  readonly summary: unknown;
}
/**
 * A folder of the library, with what a model answered to its questions; `files` replaces what is there, or leaves it
 * out.
 */
function library(name: string, files: Readonly<Record<string, unknown>> = {}): string {
  mkdirSync(file(name));
  const completions = LIBRARY_QUESTIONS.map(({ id, sql = 'SELECT 1' }) => ({
    id,
    completions: [
      { source: 'a', text: sql },
      { source: 'b', text: 'SELECT title FROM books' },
      { source: 'c', text: 'SELECT pages FROM books' },
    ],
  }));
  const all = {
    'schema.sql': LIBRARY_SQL,
    'questions.json': LIBRARY_QUESTIONS,
    'completions.json': completions,
    ...files,
  };
  for (const [one, content] of Object.entries(all)) {
    if (content !== undefined)
      writeFileSync(join(file(name), one), typeof content === 'string' ? content : JSON.stringify(content));
  }
  return file(name);
}

/** Two held-out questions, the one with completions and the other with gold. */
function goldless(): string[] {
  const at = library('goldless', {
    'questions.json': LIBRARY_QUESTIONS.filter(({ id }) => id === 'own' || id === 'loans').map((question) => ({
      ...question,
      split: 'held-out',
    })),
    'completions.json': [{ id: 'own', completions: [{ text: 'SELECT title FROM books' }] }],
  });
  return [
    '--database',
    join(at, 'schema.sql'),
    '--questions',
    join(at, 'questions.json'),
    '--sampler',
    'replay',
    '--completions',
    join(at, 'completions.json'),
  ];
}

describe('train on recorded completions', { timeout: 120_000 }, () => {
  const args = ['train', ...DATA, ...REPLAY, '--reward', 'gold', '--steps', '20'];

  it('teaches a choice: its settings, no hints to begin with, only what links', async () => {
    const { code, stderr } = await lab(
      ...args,
      '--json',
      file('trained.json'),
      '--hints-out',
      file('hints.json'),
      '--record',
      file('run.json'),
    );
    expect(code).toBe(0);
    expect(stderr).toMatch(
      /^training on 21 questions, reward gold, completions by Recorded completions of 30 models\n/,
    );
    const { config, hintsFrom, reward, steps, hints, history } = read<Training>('trained.json');
    expect({ hintsFrom, reward, steps }).toEqual({ hintsFrom: 'none', reward: 'gold', steps: 20 });
    expect(config).toMatchObject({ ...CHOICE_TRAINING, gold_weight: 1, quality_weight: 0 });
    expect(hints.length).toBeGreaterThan(0);
    expect(hints.every(({ template }) => template === 'link')).toBe(true);
    expect(history).toHaveLength(20);
  });

  it('is played back to the bit', async () => {
    expect(
      await lab(
        'train',
        ...DATA,
        '--sampler',
        'replay',
        '--recording',
        file('run.json'),
        '--json',
        file('played.json'),
        '--hints-out',
        file('played-hints.json'),
      ),
    ).toMatchObject({ code: 0 });
    const [before, after] = [read<Training>('trained.json'), read<Training>('played.json')];
    expect(after.history).toEqual(before.history);
    expect(after.summary).toEqual(before.summary);
    expect(text('played-hints.json')).toBe(text('hints.json'));
  });

  it('draws its groups by the reference-free reward, whatever the reward that teaches', async () => {
    // Half of it cannot run: at temperature .1 that is as good as never drawn, at 2 and evenly it is.
    const six = [1, 2, 3, 4, 5, 6];
    const half = [
      ...six.map((i) => `SELECT COUNT(*) FROM books LIMIT ${i}`),
      ...six.map((i) => `SELECT nothing${i} FROM books`),
    ];
    const at = library('half', {
      'completions.json': [{ id: 'count', completions: half.map((text) => ({ source: 'a', text })) }],
    });
    const trained = (...more: string[]) =>
      lab(
        'train',
        '--database',
        join(at, 'schema.sql'),
        '--questions',
        join(at, 'questions.json'),
        '--sampler',
        'replay',
        '--completions',
        join(at, 'completions.json'),
        '--reward',
        'gold',
        '--steps',
        '10',
        '--set',
        'group_size=4',
        ...more,
        '--json',
        file('half.json'),
      );
    expect((await trained()).code).toBe(0);
    expect(read<Training>('half.json').history.map(({ rewardMean }) => rewardMean)).toEqual(
      Array.from({ length: 10 }, () => 1),
    );
    expect((await trained('--set', 'temperature=2')).code).toBe(0);
    expect(read<Training>('half.json').history.some(({ rewardMean }) => (rewardMean ?? 1) < 1)).toBe(true);
  });

  it('keeps to what is set', async () => {
    expect(
      await lab(
        'train',
        ...DATA,
        ...REPLAY,
        '--steps',
        '3',
        '--set',
        'temperature=0.5',
        '--set',
        'template_operator=true',
        '--preset',
        'tuned',
        '--hints-in',
        'starter',
        '--json',
        file('set.json'),
      ),
    ).toMatchObject({ code: 0 });
    const { config, hintsFrom, reward } = read<Training>('set.json');
    expect({ hintsFrom, reward }).toEqual({ hintsFrom: 'starter', reward: 'reference-free' });
    expect(config).toMatchObject({
      temperature: 0.5,
      template_operator: true,
      group_size: 8,
      learning_rate: CHOICE_TRAINING.learning_rate,
      validation_share: 0.2,
    });
  });
});

describe('evaluate on recorded completions', { timeout: 120_000 }, () => {
  it('measures ten groups of eight, and compares nothing without hints', async () => {
    const { code, stdout } = await lab('evaluate', ...DATA, ...REPLAY, '--json', file('none.json'));
    expect(code).toBe(0);
    expect(read<EvaluationFile>('none.json')).toMatchObject({
      groupSize: 8,
      seeds: 10,
      questions: 24,
      sets: [{ hints: 0, hintsFrom: 'none' }],
      comparison: { difference: 0 },
    });
    expect(stdout).toMatch(
      /at random 8\d\.\d \([\d.]+–[\d.]+\), by majority 9\d\.\d .*, by reward 9\d\.\d .*, the best possible /,
    );
    expect(stdout).toContain('There are no hints, so there is nothing to compare');
    expect(stdout).not.toContain('by hints');
  });

  it('says what hints do to the choice, whichever way it falls', async () => {
    const { stdout } = await lab(
      'evaluate',
      ...DATA,
      ...REPLAY,
      '--hints',
      file('hints.json'),
      '--seeds',
      '2',
      '--set',
      'group_size=4',
      '--json',
      file('with.json'),
    );
    const { comparison, ...about } = read<EvaluationFile>('with.json');
    expect(about).toMatchObject({ groupSize: 4, seeds: 2 });
    expect(stdout).toMatch(/by hints [\d.]+ .*, by reward and hints [\d.]+ \([\d.]+–[\d.]+\)/);
    expect(stdout).toContain(
      `By reward and hints against by reward, question by question: ${comparison?.verdict} Gained ${comparison?.gained.length}, lost ${comparison?.lost.length} of 24.`,
    );
    expect(stdout).toContain('The gold SQL of 4 returns nothing, 0 or NULL');
  });
});

describe('evaluate over pools', { timeout: 120_000 }, () => {
  it('teaches and measures each folder as train and evaluate do, and pools their questions', async () => {
    const books = library('books');
    const { code, stdout, stderr } = await lab(
      'evaluate',
      '--sampler',
      'replay',
      '--pool',
      SINGER,
      '--pool',
      books,
      '--steps',
      '20',
      '--seeds',
      '2',
      '--json',
      file('pools.json'),
    );
    expect({ code, stderr }).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/^concert_singer: \d+ hints, taught on 21 questions\n/) as string,
    });
    const { sets, training, ...pooled } = read<EvaluationFile>('pools.json');
    expect(training).toMatchObject({
      steps: 20,
      seed: 42,
      target: 0.02,
      targetReached: (pooled.comparison?.difference ?? NaN) >= 0.02,
    });
    expect(
      sets.map(({ name, questions, taught }) => [name, questions, taught?.trainingQuestions, taught?.leftOut.length]),
    ).toEqual([
      ['concert_singer', 24, 21, 0],
      ['books', 2, 3, 2],
    ]);
    expect(pooled).toMatchObject({ questions: 26, groupSize: 8, seeds: 2 });
    const [first, second] = sets;
    expect(pooled.figures.reward?.accuracy).toBeCloseTo(
      ((first?.figures.reward?.accuracy ?? NaN) * 24 + (second?.figures.reward?.accuracy ?? NaN) * 2) / 26,
      12,
    );

    // By hand: the hints that the same training wrote, on the same groups.
    await lab(
      'evaluate',
      ...DATA,
      ...REPLAY,
      '--hints',
      file('hints.json'),
      '--seeds',
      '2',
      '--json',
      file('by-hand.json'),
    );
    const byHand = read<EvaluationFile>('by-hand.json');
    expect(first?.figures).toEqual(byHand.figures);
    expect(first?.comparison).toEqual(byHand.comparison);
    expect(first?.perQuestion).toEqual(byHand.sets[0]?.perQuestion);

    expect(stdout).toMatch(
      /^right in % +questions +facts +at random .*\nconcert_singer +24 +12 .*\nbooks +2 +2 .*\nall +26 +14 /,
    );
    expect(stdout).toContain(
      `By reward and hints against by reward, question by question: ${pooled.comparison?.verdict}`,
    );
    expect(stdout).toMatch(/Aimed at: \+2\.0 points\. (Reached|Not reached): [+−]\d+\.\d\.\n$/);
    expect(text('pools.json')).not.toContain(folder);
  });

  const pool = ['--sampler', 'replay', '--pool'];
  it.each<[string, () => string[], RegExp]>([
    [
      'a folder without completions',
      () => [...pool, library('bare', { 'completions.json': undefined })],
      /--pool .*bare has no completions\.json\./,
    ],
    ['a folder that is not there', () => [...pool, file('gone')], /--pool .*gone has no db\.sqlite or schema\.sql\./],
    [
      'a broken file, also of the last folder, before anything is trained',
      () => [...pool, SINGER, ...pool.slice(2), library('broken', { 'completions.json': '{}' })],
      /broken.completions\.json must hold a list/,
    ],
    [
      'completions of other questions',
      () => [
        ...pool,
        library('others', { 'completions.json': [{ id: 'nobody-asked', completions: [{ text: 'SELECT 1' }] }] }),
      ],
      /has no completion for any of the 3 questions/,
    ],
    [
      'nothing to train on',
      () => [
        ...pool,
        library('untaught', { 'questions.json': LIBRARY_QUESTIONS.filter(({ split }) => split !== 'train') }),
      ],
      /has no question to train on/,
    ],
    [
      'nothing held out',
      () => [
        ...pool,
        library('unmeasured', { 'questions.json': LIBRARY_QUESTIONS.filter(({ split }) => split === 'train') }),
      ],
      /has no held-out question with gold SQL and completions/,
    ],
    ['two folders of one name', () => [...pool, SINGER, '--pool', SINGER], /Two pools have the name "concert_singer"/],
    [
      'a database beside it',
      () => [...pool, SINGER, '--database', singer('db.sqlite')],
      /--database cannot be given with --pool: a folder has its own files/,
    ],
    [
      'completions beside it',
      () => [...pool, SINGER, '--completions', singer('completions.json')],
      /--completions cannot be given with --pool/,
    ],
    [
      'hints beside it',
      () => [...pool, SINGER, '--hints', 'none'],
      /--hints cannot be given with --pool: hints are learned on each folder/,
    ],
    ['the questions that teach', () => [...pool, SINGER, '--split', 'train'], /--split must be held-out, not "train"/],
    ['another sampler', () => ['--pool', SINGER], /--pool needs --sampler replay/],
    [
      'an output over an input',
      () => [...pool, SINGER, '--json', singer('questions.json')],
      /it is another file of this command/,
    ],
    ['steps of nothing', () => [...DATA, ...REPLAY, '--steps', '5'], /--steps needs --pool/],
    ['no folder and no database', () => ['--sampler', 'replay'], /evaluate needs --database DB and --questions Q/],
    [
      'completions without gold to measure by',
      () => goldless(),
      /None of the 2 questions has both gold SQL and completions/,
    ],
  ])('refuses %s', async (_what, args, message) => {
    const { code, stdout, stderr } = await lab('evaluate', ...args());
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr.trimEnd().split('\n').at(-1)).toMatch(message);
  });

  it('writes nothing when a later folder fails', async () => {
    const late = library('late', {
      'completions.json': [{ id: 'count', completions: [{ text: 'SELECT COUNT(*) FROM books' }] }],
    });
    expect(
      await lab('evaluate', ...pool, late, '--steps', '2', '--seeds', '1', '--json', file('late.json')),
    ).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('has no completion for any of the 2 questions') as string,
    });
    expect(existsSync(file('late.json'))).toBe(false);
  });
});

describe('help', () => {
  it('says what recorded completions change', async () => {
    const [train, evaluate] = [await lab('train', '--help'), await lab('evaluate', '--help')];
    const flat = (one: string): string => one.replace(/\s+/g, ' ');
    expect(flat(train.stdout)).toContain(`steps to take (100; ${CHOICE_STEPS} with --completions)`);
    for (const [name, value] of Object.entries(CHOICE_TRAINING))
      expect(flat(train.stdout)).toContain(`${name}=${String(value)}`);
    expect(evaluate.stdout).toMatch(/--database DB .*\(required without --pool\)/);
    expect(evaluate.stdout).toMatch(
      /--pool DIR +replay: a folder with db\.sqlite or schema\.sql, questions\.json and completions\.json/,
    );
  });
});
