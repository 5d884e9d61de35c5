import { describe, expect, it } from 'vitest';
import type { Question } from '../../../src/grpo/types.ts';
import { howToLearn, isHowToLearn, nextStep } from '../../../src/views/data/next-step.ts';

const question = (id: string, over: Partial<Question> = {}): Question => ({
  id,
  question: `${id}?`,
  split: 'train',
  sql: 'SELECT 1',
  ...over,
});
const { sql: _, ...without } = question('b');

describe('the next step with questions of one’s own', () => {
  it('is to learn, where a question for training has an answer key that may be trained on', () => {
    expect(nextStep([question('a'), without, question('c', { split: 'held-out' })], 1, true)).toEqual({
      say: '1 question with an answer key to learn from; another has no SQL, or SQL that returns nothing, 0 or NULL.',
      missing: '',
    });
    expect(nextStep([question('a'), question('b'), without], 0, false).say).toMatch(/^2 questions /);
  });

  it.each([
    ['all are held out', [question('a', { split: 'held-out' })], 0, 'every question is held out'],
    [
      'none for training has SQL',
      [without, question('c', { split: 'held-out' })],
      1,
      'no question for training has its SQL',
    ],
    ['no answer says anything', [question('a'), without], 2, 'returns nothing, or only 0 and NULL'],
  ] as const)('says what is missing where %s', (_name, questions, leftOut, words) => {
    expect(nextStep(questions, leftOut, true)).toEqual({ say: '', missing: expect.stringContaining(words) as string });
  });
});

describe('how long to learn', () => {
  it('is told by what is measured: questions it never saw, where there are some with SQL', () => {
    expect(howToLearn([question('a'), question('b', { split: 'held-out' })])).toContain('right on questions it never');
    expect(howToLearn([question('a'), { ...without, split: 'held-out' }])).toContain('Reward, under Learning');
  });

  it('is known again, to be taken away where there is no Run', () => {
    expect(isHowToLearn(howToLearn([question('a')]))).toBe(true);
    expect(isHowToLearn('The link begins a run of its own.')).toBe(false);
  });
});
