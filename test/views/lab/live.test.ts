import { expect, it } from 'vitest';
import type { LiveAnswer, LiveQuestion } from '../../../src/lab/live-comparison.ts';
import { byChange, distinctAnswers, questionChoices, rightText, usualQuestions } from '../../../src/views/lab/live.ts';

const answer = (right: boolean, sql = right ? 'SELECT 1' : 'SELECT 2'): LiveAnswer => ({ sql, text: '', right });
const question = (id: string, withHints: readonly LiveAnswer[], withoutHints: readonly LiveAnswer[]): LiveQuestion => ({
  ...{ id, question: id, fact: id, hints: 1, once: false, weakGold: false },
  withHints,
  withoutHints,
});

it('offers as many questions as there are, and 30 unless there are fewer', () => {
  expect(questionChoices(160)).toEqual([10, 30, 100, 160]);
  expect(questionChoices(30)).toEqual([10, 30]);
  expect(questionChoices(7)).toEqual([7]);
  expect([160, 7].map(usualQuestions)).toEqual([30, 7]);
});

it('tells what hints changed, question by question', () => {
  const questions = [
    question('same', [answer(true)], [answer(true)]),
    question('worse', [answer(false)], [answer(true)]),
    question('better', [answer(true), answer(true)], [answer(true), answer(false)]),
  ];
  const { better, worse, same } = byChange(questions);
  expect([better, worse, same].map((group) => group.map(({ id }) => id))).toEqual([['better'], ['worse'], ['same']]);
});

it('says in words how many answers are right, and shows different ones once', () => {
  expect(rightText([answer(true)])).toBe('right');
  expect(rightText([answer(false)])).toBe('wrong');
  const several = [answer(false), answer(true), answer(true), answer(true, 'SELECT 1.0')];
  expect(rightText(several)).toBe('3 of 4 right');
  expect(distinctAnswers(several).map(({ answer: { sql }, times }) => [sql, times])).toEqual([
    ['SELECT 1', 2],
    ['SELECT 2', 1],
    ['SELECT 1.0', 1],
  ]);
});
