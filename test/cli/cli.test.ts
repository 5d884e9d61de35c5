import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { makeConfig } from '../../src/grpo/config.ts';
import type { HistoryPoint } from '../../src/grpo/run-store.ts';
import { reasonWords } from '../../src/grpo/reason-words.ts';
import type { PolicyHint, RewardReason } from '../../src/grpo/types.ts';
import type { EvaluationFile } from '../../src/cli/evaluation-file.ts';
import { lab, LIBRARY_QUESTIONS, LIBRARY_SQL, newFolder, start } from './run.ts';
import { identity } from '../grpo/identity.ts';

const folder = newFolder();
const file = (name: string): string => join(folder, name);
const database = file('library.sql');
const questions = file('questions.json');
const data = ['--database', database, '--questions', questions];
const readJson = (name: string): unknown => JSON.parse(readFileSync(file(name), 'utf8'));

beforeAll(() => {
  writeFileSync(database, LIBRARY_SQL);
  writeFileSync(questions, JSON.stringify(LIBRARY_QUESTIONS));
});

/** One line on stderr that begins with `lab: ` and matches, and exit code 2. */
async function expectRefusal(args: readonly string[], message: RegExp): Promise<void> {
  const { code, stderr, stdout } = await lab(...args);
  expect(stderr).toMatch(/^lab: [^\n]+\n$/);
  expect(stderr).toMatch(message);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
}

describe('arguments', { timeout: 120_000 }, () => {
  it.each<[string, string[], RegExp]>([
    ['no command', [], /command is missing: train, evaluate, score/],
    ['an unknown command', ['tune'], /Unknown command "tune"/],
    ['a property of objects', ['constructor'], /Unknown command "constructor"/],
    ['an unknown option', ['train', ...data, '--speed', '9'], /Unknown option '--speed'/],
    ['a stray word', ['train', ...data, 'fast'], /Unexpected argument 'fast'/],
    ['nothing required', ['train'], /needs --database DB and --questions Q/],
    ['a value left out', ['train', ...data, '--json'], /'--json <value>' argument missing/],
    ['an option twice', ['train', ...data, '--seed', '1', '--seed', '2'], /--seed was given 2 times/],
    [
      'half a step',
      ['train', ...data, '--steps', '1.5'],
      /--steps must be a whole number from 1 to 1000000, not "1.5"/,
    ],
    ['no steps', ['train', ...data, '--steps', '0'], /--steps must be a whole number/],
    ['a seed in words', ['train', ...data, '--seed', 'seven'], /--seed must be a whole number/],
    [
      'an unknown reward',
      ['train', ...data, '--reward', 'money'],
      /--reward must be reference-free or gold or feedback/,
    ],
    ['a weight for feedback without any', ['train', ...data, '--reward', 'feedback'], /give a file with --feedback F/],
    ['feedback without a weight', ['train', ...data, '--feedback', 'F'], /feedback has no weight/],
    ['an unknown preset', ['train', ...data, '--preset', 'best'], /--preset must be reference or tuned, not "best"/],
    ['half an entropy', ['train', ...data, '--entropy', 'some'], /--entropy must be on or off/],
    ['training on what is held out', ['train', ...data, '--split', 'held-out'], /--split must be train/],
    ['an unknown setting', ['train', ...data, '--set', 'nonsense=1'], /Unknown setting "nonsense"/],
    [
      'a setting out of range',
      ['train', ...data, '--set', 'group_size=1'],
      /Group size G \(group_size\) must be a whole number from 2 to 32, not "1"/,
    ],
    ['a setting without a value', ['train', ...data, '--set', 'group_size'], /--set needs name=value/],
    ['an unknown split', ['evaluate', ...data, '--split', 'test'], /--split must be held-out or train or all/],
    ['no SQL file', ['score', ...data], /needs --sql-file F/],
  ])('refuses %s', async (_what, args, message) => expectRefusal(args, message));

  it.each(['train', 'evaluate', 'score'])('%s --help names its options', async (command) => {
    const { code, stdout } = await lab(command, '--help');
    expect(code).toBe(0);
    for (const option of ['--database DB', '--questions Q', '--set name=value', '--json F'])
      expect(stdout).toContain(option);
  });

  it('--help lists the commands', async () => {
    const { code, stdout } = await lab('--help');
    expect(code).toBe(0);
    expect(stdout).toMatch(/train[^]*evaluate[^]*score/);
  });
});

describe('files', { timeout: 120_000 }, () => {
  const write = (name: string, text: string | Uint8Array): string => {
    writeFileSync(file(name), text);
    return file(name);
  };

  it('refuses what is missing, broken or no file', async () => {
    mkdirSync(file('sub'));
    await Promise.all([
      expectRefusal(
        ['train', '--database', file('gone.sqlite'), '--questions', questions],
        /Cannot read .*gone\.sqlite: there is no such file/,
      ),
      expectRefusal(['train', '--database', database, '--questions', file('gone.json')], /Cannot read .*gone\.json/),
      expectRefusal(['train', '--database', folder, '--questions', questions], /it is a folder/),
      expectRefusal(
        ['train', '--database', write('noise.sqlite', new Uint8Array(4096).fill(7)), '--questions', questions],
        /noise\.sqlite: .*not a SQLite database/,
      ),
      expectRefusal(
        ['train', '--database', write('empty.sqlite', ''), '--questions', questions],
        /empty\.sqlite: .*empty/,
      ),
      expectRefusal(
        ['train', '--database', database, '--questions', write('broken.json', '[{')],
        /broken\.json is not JSON/,
      ),
      expectRefusal(
        ['train', '--database', database, '--questions', write('latin.json', new Uint8Array([0x5b, 0xe9, 0x5d]))],
        /not UTF-8/,
      ),
      expectRefusal(
        [
          'train',
          '--database',
          database,
          '--questions',
          write('twice.json', JSON.stringify([LIBRARY_QUESTIONS[0], LIBRARY_QUESTIONS[0]])),
        ],
        /twice\.json: entry 2 \("count"\) has the id of entry 1/,
      ),
      expectRefusal(
        ['train', '--database', database, '--questions', write('none.json', '[]')],
        /no question to train on/,
      ),
      expectRefusal(['evaluate', ...data, '--hints', write('hints-broken.json', '{"format":"else"}')], /no hints file/),
      expectRefusal(
        [
          'score',
          ...data,
          '--sql-file',
          write('unknown.json', '[{"id":"count","sql":"SELECT 1"},{"id":"who","sql":"SELECT 1"}]'),
        ],
        /unknown\.json: entry 2 \("who"\) answers no question/,
      ),
      expectRefusal(
        [
          'score',
          '--database',
          database,
          '--questions',
          write('bad-gold.json', '[{"id":"x","question":"x?","sql":"SELECT nothing FROM nowhere","split":"train"}]'),
          '--sql-file',
          write('x.json', '[{"id":"x","sql":"SELECT 1"}]'),
        ],
        /gold SQL of question "x" does not run/,
      ),
    ]);
  });

  it('refuses outputs that cannot be written, before it works', async () => {
    await Promise.all([
      expectRefusal(
        ['train', ...data, '--json', file('no/such/a.json')],
        /Cannot write --json .*no such file or folder/,
      ),
      expectRefusal(['train', ...data, '--json', folder], /it is a folder/),
      expectRefusal(['train', ...data, '--json', questions], /it is another file of this command/),
      expectRefusal(
        ['train', ...data, '--json', file('same.json'), '--hints-out', file('same.json')],
        /it is another file of this command/,
      ),
      expectRefusal(['evaluate', ...data, '--json', database], /it is another file of this command/),
    ]);
    expect(JSON.parse(readFileSync(questions, 'utf8'))).toEqual(LIBRARY_QUESTIONS);
  });
});

describe('train', { timeout: 120_000 }, () => {
  interface Training {
    readonly seed: number;
    readonly steps: number;
    readonly reward: string;
    readonly config: unknown;
    readonly hints: readonly PolicyHint[];
    readonly history: readonly HistoryPoint[];
    readonly summary: { readonly totalSteps: number; readonly hints: number };
    readonly events: Record<string, number>;
    readonly dataset: { readonly trainingQuestions: number; readonly leftOut: readonly string[] };
  }

  it('writes the same file from another process', async () => {
    const args = ['train', ...data, '--hints-in', 'none', '--steps', '10', '--json'];
    const outcome = await start([...args, file('p1.json')]).ended;
    expect(outcome).toMatchObject({ code: 0, signal: null });
    expect(outcome.stdout).toMatch(/^10 steps on 5 questions: [^\n]+\n$/);
    await lab(...args, file('p2.json'));
    expect(readFileSync(file('p2.json'), 'utf8')).toBe(readFileSync(file('p1.json'), 'utf8'));
    const refused = await start(['train', ...data, '--steps', 'x']).ended;
    expect(refused).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(/^lab: [^\n]+\n$/) as string });
  });

  it('writes the same bytes for the same arguments, and others for another seed', async () => {
    const train = (name: string, seed: string) =>
      lab(
        'train',
        ...data,
        '--hints-in',
        'none',
        '--steps',
        '25',
        '--seed',
        seed,
        '--set',
        'group_size=6',
        '--json',
        file(`${name}.json`),
        '--hints-out',
        file(`${name}-hints.json`),
      );
    const [a] = await Promise.all([train('a', '7'), train('b', '7'), train('c', '8')]);
    expect(a.code).toBe(0);
    expect(a.stderr).toMatch(/step 24\/25/);
    const bytes = (name: string) => readFileSync(file(name), 'utf8');
    expect(bytes('b.json')).toBe(bytes('a.json'));
    expect(bytes('b-hints.json')).toBe(bytes('a-hints.json'));
    expect(bytes('c.json')).not.toBe(bytes('a.json'));
    expect(bytes('a.json')).not.toContain(folder);
    const result = readJson('a.json') as Training;
    expect(result).toMatchObject({
      seed: 7,
      steps: 25,
      reward: 'reference-free',
      config: makeConfig({ group_size: 6 }),
      summary: { totalSteps: 25, hints: result.hints.length },
      dataset: { trainingQuestions: 5, leftOut: [] },
    });
    expect(result.history.map((point) => point.step)).toEqual(Array.from({ length: 25 }, (_, i) => i + 1));
    expect(
      result.history.every((point) =>
        LIBRARY_QUESTIONS.some(({ id, split }) => id === point.questionId && split === 'train'),
      ),
    ).toBe(true);
    expect(result.events['create']).toBeGreaterThanOrEqual(result.hints.length);
    // A key follows from cue and pattern, so the file does without.
    const hints = result.hints.map((hint) => ({ ...hint, key: undefined }));
    expect(readJson('a-hints.json')).toEqual({
      ...{ format: 'grpo-sql-lab/hints', version: 3, hints },
      config: result.config,
      dataset: expect.objectContaining({ databaseSha256: expect.stringMatching(/^[\da-f]{64}$/) as string }) as object,
    });
  });

  it('with the gold reward, leaves out questions that gold cannot judge', async () => {
    const { code, stderr } = await lab(
      'train',
      ...data,
      '--hints-in',
      'none',
      '--steps',
      '20',
      '--reward',
      'gold',
      '--json',
      file('gold.json'),
    );
    expect(code).toBe(0);
    expect(stderr).toMatch(/2 questions left out/);
    const result = readJson('gold.json') as Training;
    expect(result.config).toMatchObject({
      gold_weight: 1,
      validity_weight: 0,
      execution_weight: 0,
      quality_weight: 0,
      format_weight: 0,
    });
    expect(result.dataset).toMatchObject({ trainingQuestions: 3, leftOut: ['nobody', 'own'] });
    expect(result.history.every(({ rewardMean }) => rewardMean !== null)).toBe(true);
  });

  it('goes on from hints of a file, and refuses a file that was tampered with', async () => {
    const hint: PolicyHint = {
      ...identity(null, 'test'),
      tables: [],
      template: 'pattern',
      general: true,
      words: 0,
      weight: 0.5,
      evidence: { support: 3, positive: 2, advantage: 1.5, steps: 2 },
      createdAt: 1,
      updatedAt: 2,
      enabled: true,
    };
    const withHints = (name: string, hints: unknown): string => {
      writeFileSync(file(name), JSON.stringify({ format: 'grpo-sql-lab/hints', version: 2, hints }));
      return file(name);
    };
    const good = await lab(
      'train',
      ...data,
      '--steps',
      '1',
      '--hints-in',
      withHints('in.json', [hint]),
      '--json',
      file('continued.json'),
    );
    expect(good.code).toBe(0);
    const result = readJson('continued.json') as Training;
    expect(result.hints.find(({ key }) => key === hint.key)).toEqual(hint);
    expect(result.events['restore']).toBe(1);
    await Promise.all([
      expectRefusal(
        ['train', ...data, '--hints-in', withHints('in1.json', [{ ...hint, weight: 99 }])],
        /in1\.json: entry 1 \("\* | test"\) needs "weight" to be a number from -20 to 20/,
      ),
      expectRefusal(
        ['train', ...data, '--hints-in', withHints('in2.json', [{ ...hint, weight: 6 }])],
        /weighs 6, more than weight_limit 5/,
      ),
      expectRefusal(['train', ...data, '--hints-in', withHints('in3.json', [hint, hint])], /key of an earlier hint/),
      expectRefusal(
        [
          'train',
          ...data,
          '--hints-in',
          withHints('in4.json', [{ ...hint, evidence: { ...hint.evidence, support: -1 } }]),
        ],
        /"support"/,
      ),
      expectRefusal(
        ['train', ...data, '--hints-in', withHints('in5.json', [{ ...hint, hintType: 'avoid' }])],
        /says "avoid" with the weight 0.5/,
      ),
      expectRefusal(
        ['train', ...data, '--hints-in', withHints('in6.json', { 0: hint })],
        /must hold a list in "hints"/,
      ),
    ]);
  });

  it('leaves nothing behind when it is interrupted', async () => {
    const before = readdirSync(folder);
    writeFileSync(file('kept.json'), 'as it was');
    const { child, ended } = start([
      'train',
      ...data,
      '--hints-in',
      'none',
      '--steps',
      '1000000',
      '--json',
      file('kept.json'),
      '--hints-out',
      file('never.json'),
    ]);
    // The first line of progress says that the training begins.
    child.stderr?.once('data', () => setTimeout(() => child.kill('SIGINT'), 200));
    const { code, stderr } = await ended;
    expect(code).toBe(130);
    expect(stderr).toMatch(/Interrupted/);
    expect(readFileSync(file('kept.json'), 'utf8')).toBe('as it was');
    expect(readdirSync(folder).sort()).toEqual([...before, 'kept.json'].sort());
  });
});

describe('evaluate', { timeout: 120_000 }, () => {
  it('measures held-out questions, the same way every time', async () => {
    const evaluate = (name: string) =>
      lab('evaluate', ...data, '--hints', 'none', '--seeds', '2', '--json', file(name));
    const [a] = await Promise.all([evaluate('e1.json'), evaluate('e2.json')]);
    expect(a.code).toBe(0);
    expect(a.stdout).toMatch(/^2 questions, 2 facts \(held-out\), 0 hints: greedy/);
    expect(readFileSync(file('e2.json'), 'utf8')).toBe(readFileSync(file('e1.json'), 'utf8'));
    const { questions, figures, sets } = readJson('e1.json') as EvaluationFile;
    expect(questions).toBe(2);
    const asked = sets.flatMap(({ perQuestion }) => perQuestion);
    expect(asked.map(({ id }) => id)).toEqual(['loans', 'titles']);
    expect(asked.every(({ groups, greedy }) => groups.flat().length === 8 && greedy?.sql.startsWith('SELECT'))).toBe(
      true,
    );
    const { greedy, pass1, passG } = figures;
    expect(greedy?.accuracy).toBe(asked.filter((one) => one.greedy?.right).length / 2);
    expect(passG?.accuracy).toBeGreaterThanOrEqual(pass1?.accuracy ?? 1);
    for (const interval of [greedy, pass1, passG]) {
      expect(interval?.low).toBeLessThanOrEqual(interval?.accuracy ?? -1);
      expect(interval?.high).toBeGreaterThanOrEqual(interval?.accuracy ?? 2);
    }
  });

  it('measures the best of a group in the place of the greedy answer', async () => {
    const { code, stdout, stderr } = await lab(
      ...['evaluate', ...data, '--hints', 'none', '--seeds', '1', '--answer', 'best', '--json', file('best.json')],
    );
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/^2 questions, 2 facts \(held-out\), 0 hints: best of 32 \d+ %/);
    const { figures, sets } = readJson('best.json') as EvaluationFile;
    const asked = sets.flatMap(({ perQuestion }) => perQuestion);
    expect(asked.every(({ greedy, best }) => greedy === null && best?.sql.startsWith('SELECT'))).toBe(true);
    expect(figures.best?.accuracy).toBe(asked.filter(({ best }) => best?.right).length / 2);
    expect(figures.greedy).toBeUndefined();
    const other = await lab('evaluate', ...data, '--answer', 'best', '--sampler', 'replay');
    expect([other.code, other.stderr]).toEqual([2, expect.stringContaining('built-in sampler')]);
  });

  it('takes the hints that train wrote', async () => {
    await lab(
      'train',
      ...data,
      '--hints-in',
      'none',
      '--steps',
      '30',
      '--reward',
      'gold',
      '--hints-out',
      file('learned.json'),
    );
    const { code, stdout } = await lab(
      'evaluate',
      ...data,
      '--split',
      'all',
      '--hints',
      file('learned.json'),
      '--json',
      file('e3.json'),
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(/^6 questions, 6 facts \(all\), [1-9]\d* hints/);
    expect(readJson('e3.json')).toMatchObject({ questions: 6, withoutGold: 1, weakGold: 1 });
  });
});

describe('score', { timeout: 120_000 }, () => {
  it('scores each text as it stands', async () => {
    const bomb = "SELECT instr(hex(zeroblob(16000)) || 'a', hex(zeroblob(15000)) || 'b') FROM books, loans";
    writeFileSync(
      file('sql.json'),
      JSON.stringify([
        { id: 'count', sql: 'SELECT COUNT(*) AS books FROM books' },
        { id: 'count', sql: 'SELECT COUNT(*) FROM loans' },
        { id: 'loans', sql: 'SELECT COUNT(loan_id) FROM loans' },
        { id: 'own', sql: 'SELECT title FROM books WHERE pages > 300' },
        { id: 'titles', sql: 'SELEC title FROM books' },
        { id: 'titles', sql: '' },
        { id: 'titles', sql: 'DROP TABLE books' },
        { id: 'titles', sql: bomb },
        { id: 'titles', sql: 'SELECT title FROM books' },
      ]),
    );
    const { code, stdout } = await lab('score', ...data, '--sql-file', file('sql.json'), '--json', file('scores.json'));
    expect(code).toBe(0);
    expect(stdout).toMatch(/^9 SQL texts scored/);
    const { items } = readJson('scores.json') as {
      items: {
        id: string;
        validity: number;
        execution: number;
        quality: number;
        format: number;
        total: number;
        executed: boolean;
        matchesGold: boolean | null;
        reasons: Record<string, (RewardReason & { text: string })[]>;
      }[];
    };
    expect(items.map(({ matchesGold }) => matchesGold)).toEqual([
      true,
      false,
      true,
      null,
      false,
      false,
      false,
      false,
      true,
    ]);
    expect(items.map(({ validity }) => validity === 1).slice(0, 7)).toEqual([
      true,
      true,
      true,
      true,
      false,
      false,
      false,
    ]);
    expect(items.map(({ executed }) => executed).slice(0, 7)).toEqual([true, true, true, true, false, false, false]);
    expect(items[8]?.executed).toBe(true);
    for (const item of items) {
      for (const value of [item.validity, item.execution, item.quality, item.format, item.total])
        expect(Math.abs(value)).toBeLessThanOrEqual(1);
      expect(Object.keys(item.reasons)).toEqual(expect.arrayContaining(['validity', 'execution', 'quality', 'format']));
      for (const { text, ...reason } of Object.values(item.reasons).flat()) expect(text).toBe(reasonWords(reason));
    }
    expect(items[0]?.total).toBeGreaterThan(items[4]?.total ?? 1);
  });
});
