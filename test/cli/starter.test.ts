import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { chosenHints } from '../../src/cli/starter.ts';
import { hintsToText } from '../../src/formats/hints-file.ts';
import type { Feedback } from '../../src/grpo/feedback.ts';
import { STARTER } from '../views/fixture.ts';
import { lab, LIBRARY_QUESTIONS, LIBRARY_SQL, newFolder } from './run.ts';

const feedbackToText = (feedback: readonly object[]): string =>
  JSON.stringify({ format: 'grpo-sql-lab/feedback', version: 1, feedback });

const folder = newFolder();
const file = (name: string): string => join(folder, name);
const data = ['--database', file('library.sql'), '--questions', file('questions.json')];
const read = (name: string): Record<string, unknown> =>
  JSON.parse(readFileSync(file(name), 'utf8')) as Record<string, unknown>;

beforeAll(() => {
  writeFileSync(file('library.sql'), LIBRARY_SQL);
  writeFileSync(file('questions.json'), JSON.stringify(LIBRARY_QUESTIONS));
  writeFileSync(file('starter.json'), hintsToText(STARTER));
  writeFileSync(file('broken.json'), '{');
});

describe('the hints a command begins with', () => {
  it('are those of the starter policy unless something else is chosen', () => {
    for (const chosen of [undefined, 'starter'])
      expect(chosenHints(chosen, file('starter.json'))).toEqual({
        hints: STARTER,
        sources: [],
        from: 'starter',
        path: null,
        warning: null,
      });
    expect(chosenHints('none', file('starter.json'))).toEqual({
      hints: [],
      sources: [],
      from: 'none',
      path: null,
      warning: null,
    });
    expect(chosenHints(file('starter.json'), file('gone.json'))).toEqual({
      hints: STARTER,
      sources: [],
      from: 'file',
      path: file('starter.json'),
      warning: null,
    });
  });

  it('are none, with a warning, where there is no starter policy; asked for by name it must be there, and be whole', () => {
    expect(chosenHints(undefined, file('gone.json'))).toMatchObject({
      hints: [],
      from: 'none',
      warning: expect.stringMatching(
        /^Warning: there is no starter policy \(public\/starter\/hints\.json is missing\)/,
      ) as string,
    });
    expect(() => chosenHints('starter', file('gone.json'))).toThrow('There is no starter policy');
    expect(() => chosenHints(undefined, file('broken.json'))).toThrow('public/starter/hints.json is not JSON');
  });

  it('are named in the results of train and evaluate', async () => {
    expect(
      (await lab('train', ...data, '--steps', '1', '--hints-in', file('starter.json'), '--json', file('t.json'))).code,
    ).toBe(0);
    expect(read('t.json')).toMatchObject({ hintsFrom: 'file' });
    expect((await lab('evaluate', ...data, '--seeds', '1', '--hints', 'none', '--json', file('e.json'))).code).toBe(0);
    expect(read('e.json')).toMatchObject({ sets: [{ hintsFrom: 'none', hints: 0 }] });
  });
});

describe('train on what people said', () => {
  const said = (question: string, text: string, over: Partial<Feedback> = {}): Feedback => ({
    dataset: 'library',
    question,
    sql: text,
    text,
    thumb: 'up',
    corrected: null,
    at: 1,
    ...over,
  });

  it('rewards it alone, and takes corrected SQL for gold', async () => {
    writeFileSync(
      file('said.json'),
      feedbackToText([
        said('Which books are long?', 'SELECT title FROM books', {
          thumb: 'down',
          corrected: 'SELECT title FROM books WHERE pages > 300',
        }),
        said('Another question?', 'SELECT 1'),
      ]),
    );
    const alone = await lab(
      'train',
      ...data,
      '--hints-in',
      'none',
      '--steps',
      '5',
      '--reward',
      'feedback',
      '--feedback',
      file('said.json'),
      '--json',
      file('alone.json'),
    );
    expect([alone.code, alone.stderr]).toEqual([
      0,
      expect.stringContaining('feedback on 2 SQL texts, 1 of them for these training questions') as string,
    ]);
    expect(read('alone.json')).toMatchObject({
      reward: 'feedback',
      feedback: 2,
      config: { feedback_weight: 1, quality_weight: 0 },
    });
    expect(read('alone.json')['summary']).toMatchObject({ totalGroups: 5, scoredGroups: 1 });
    await lab(
      'train',
      ...data,
      '--hints-in',
      'none',
      '--steps',
      '1',
      '--reward',
      'gold',
      '--set',
      'feedback_weight=1',
      '--feedback',
      file('said.json'),
      '--json',
      file('gold.json'),
    );
    expect(read('gold.json')['dataset']).toMatchObject({ leftOut: ['nobody'] });
  });

  it.each([
    ['another format', '{"format":"else"}', /no feedback file/],
    ['another version', '{"format":"grpo-sql-lab/feedback","version":9}', /version 9/],
    [
      'nothing said',
      feedbackToText([said('Q?', 'SELECT 1', { thumb: null })]),
      /entry 1 has neither a thumb nor a corrected SQL/,
    ],
    [
      'two thumbs on one SQL',
      feedbackToText([said('Q?', 'SELECT 1'), said('Q?', 'select  1;', { thumb: 'down' })]),
      /entry 2 judges the same SQL for the same question as entry 1/,
    ],
    [
      'no thumb that is known',
      feedbackToText([said('Q?', 'SELECT 1', { thumb: 'sideways' as 'up' })]),
      /"thumb" to be "up" or "down"/,
    ],
  ])('refuses a file with %s', async (_, text, message) => {
    writeFileSync(file('bad.json'), text);
    const { code, stderr } = await lab('train', ...data, '--reward', 'feedback', '--feedback', file('bad.json'));
    expect([code, stderr]).toEqual([2, expect.stringMatching(message) as string]);
  });
});
