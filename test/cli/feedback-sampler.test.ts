import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { TrainingSummary } from '../../src/grpo/types.ts';
import type { Recording } from '../../src/recording/format.ts';
import { parseRecording } from '../../src/recording/recording-file.ts';
import { lab, LIBRARY_QUESTIONS, LIBRARY_SQL, newFolder } from './run.ts';

const folder = newFolder();
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string): string => join(folder, name);
writeFileSync(file('db.sql'), LIBRARY_SQL);
writeFileSync(file('q.json'), JSON.stringify(LIBRARY_QUESTIONS));
const data = ['--database', file('db.sql'), '--questions', file('q.json')];

const record = (question: string, text: string, thumb: 'up' | 'down', corrected: string | null = null) => ({
  dataset: 'library',
  question,
  text,
  thumb,
  corrected,
  at: 1,
});
function feedbackFile(name: string, feedback: readonly object[]): string {
  writeFileSync(file(name), JSON.stringify({ format: 'grpo-sql-lab/feedback', version: 1, feedback }));
  return file(name);
}
const train = (...more: readonly string[]) => lab('train', ...data, '--sampler', 'feedback', ...more);

const LONG = 'Which books are long?';
const COUNT = 'How many books are there?';
/** What was judged or written for `LONG`, and for `COUNT`. */
const TEXTS = [
  'SELECT title FROM books',
  'SELECT pages FROM books',
  'SELECT title FROM books WHERE pages > 300',
  'SELECT title FROM books WHERE pages >= 340',
];
const COUNTED = 'SELECT COUNT(*) FROM books';
const SAID = [
  record(LONG, 'SELECT title FROM books', 'down', 'SELECT title FROM books WHERE pages > 300'),
  record(LONG, 'SELECT pages FROM books', 'down'),
  record(LONG, 'SELECT title FROM books WHERE pages >= 340', 'up'),
  record(COUNT, COUNTED, 'up'),
];

/** SQL texts of the samples of a recorded run, by question. */
function groupsOf({ entries }: Recording): { readonly question: string; readonly sql: readonly string[] }[] {
  return entries.flatMap((entry) =>
    entry.kind === 'step'
      ? entry.calls.flatMap((call) =>
          call.method === 'generateGroup'
            ? [{ question: call.question, sql: call.samples.map(({ sql }) => sql).sort() }]
            : [],
        )
      : [],
  );
}

describe('train --sampler feedback', () => {
  it('makes groups of what people judged or wrote, and of nothing else', async () => {
    const said = feedbackFile('said.json', SAID);
    const { code, stderr } = await train(
      ...['--feedback', said, '--reward', 'feedback', '--steps', '4'],
      ...['--json', file('out.json'), '--record', file('run.json')],
    );
    expect([code, stderr]).toEqual([0, expect.stringContaining('1 of the questions have one SQL text only')]);
    expect(stderr).toContain('completions by What people judged and wrote');
    expect(stderr).toContain('3 questions left out: ');
    const result = JSON.parse(readFileSync(file('out.json'), 'utf8')) as {
      readonly summary: TrainingSummary;
      readonly hints: readonly { readonly weight: number }[];
    };
    expect(result).toMatchObject({ sampler: 'feedback', hintsFrom: 'none', reward: 'feedback', feedback: 4 });
    expect(result.summary).toMatchObject({ totalSteps: 4, noSignalGroups: 2 });
    expect(result.hints.length).toBeGreaterThan(0);
    const groups = groupsOf(parseRecording(readFileSync(file('run.json'), 'utf8'), 'run.json'));
    expect(groups).toHaveLength(4);
    for (const { question, sql } of groups) expect(sql).toEqual(question === LONG ? [...TEXTS].sort() : [COUNTED]);
  });

  it('is scored by the reward that is chosen: without a feedback weight, corrected SQL is no gold', async () => {
    const said = feedbackFile('said.json', SAID);
    const { code } = await train('--feedback', said, '--steps', '2', '--json', file('free.json'));
    expect(code).toBe(0);
    expect(JSON.parse(readFileSync(file('free.json'), 'utf8'))).toMatchObject({ reward: 'reference-free' });
    const gold = await train('--feedback', said, '--steps', '2', '--reward', 'gold', '--json', file('gold.json'));
    expect(gold.code).toBe(0);
    // `own` has a corrected SQL, and no gold of its own.
    expect(JSON.parse(readFileSync(file('gold.json'), 'utf8'))).toMatchObject({
      dataset: { trainingQuestions: 1, leftOut: expect.arrayContaining(['own']) as unknown },
    });
  });

  it.each([
    ['no file', [], '--sampler feedback needs the feedback its groups are made of: --feedback F.'],
    ['a file without records', ['--feedback', feedbackFile('none.json', [])], 'none.json has no feedback'],
    [
      'feedback on other questions',
      ['--feedback', feedbackFile('other.json', [record('Another question?', 'SELECT 1', 'up')])],
      'its questions are not theirs',
    ],
    ['what belongs to another sampler', ['--completions', 'F'], '--completions needs --sampler replay.'],
  ])('%s is the caller’s fault, in one line', async (_name, more, message) => {
    const { code, stderr } = await train(...more);
    expect([code, stderr.trim().split('\n')]).toEqual([2, [expect.stringContaining(message)]]);
  });

  it('with --verbose says of each sample what becomes of it, and again when the run is played back', async () => {
    const said = feedbackFile('said.json', SAID);
    const run = file('verbose.json');
    const { code, stderr } = await train(
      ...['--feedback', said, '--reward', 'feedback', '--steps', '2', '--verbose', '--record', run],
    );
    expect(code).toBe(0);
    const samples = (text: string) => text.slice(text.indexOf('Step 1\n')).replace(/^step .*\n/gm, '');
    expect(stderr).toContain(`Question: ${LONG}\n`);
    for (const text of TEXTS) expect(stderr).toMatch(new RegExp(`^  SQL \\d: ${text.replace('*', '\\*')}$`, 'm'));
    expect(stderr.match(/^ {2}SQL \d: advantage=\+\d\.\d{3} → REINFORCE$/gm)).toHaveLength(2);
    expect(stderr.match(/^ {2}SQL \d: advantage=-\d\.\d{3} → PENALIZE$/gm)).toHaveLength(2);
    const again = await lab('train', ...data, '--sampler', 'replay', '--recording', run, '--verbose');
    expect([again.code, samples(again.stderr)]).toEqual([0, samples(stderr)]);
  });

  it('is for training alone', async () => {
    const { code, stderr } = await lab('evaluate', ...data, '--sampler', 'feedback');
    expect([code, stderr]).toEqual([2, expect.stringContaining('--sampler must be sketch or endpoint or replay')]);
  });
});
