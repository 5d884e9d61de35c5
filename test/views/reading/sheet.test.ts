import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { makeConfig } from '../../../src/grpo/config.ts';
import { LESSONS } from '../../../src/lessons/index.ts';
import { isRunLesson } from '../../../src/lessons/lesson.ts';
import { agreeing, sheetOf } from '../../../src/views/reading/sheet.ts';
import { stepOf, SPREAD } from '../fixture.ts';

const NOTHING = { step: null, config: makeConfig({}), points: [] };

describe('a sheet', () => {
  test.each(LESSONS.filter((lesson) => !isRunLesson(lesson)))('$id has questions, each with its answer', (lesson) => {
    const items = sheetOf(lesson, NOTHING);
    expect(items.length).toBeGreaterThan(0);
    for (const { question, answer } of items) {
      expect(question).toMatch(/\?$/);
      expect(answer.trim()).not.toBe('');
    }
  });

  test('of the published example has the figures that are right', () => {
    const lesson = LESSONS.find(({ id }) => id === 'what-is-an-advantage');
    const items = lesson === undefined ? [] : sheetOf(lesson, NOTHING);
    const at = items.findIndex(({ question }) => /0\.414.*0\.497.*0\.190.*0\.340/.test(question));
    const [, mean = NaN, sd = NaN] = /^mean (\S+), sd (\S+)$/.exec(items[at]?.answer ?? '')?.map(Number) ?? [];
    const advantages = (items[at + 1]?.answer ?? '').split(', ').map((text) => text.replace('−', '-').replace('+', ''));
    expect(advantages).toEqual(
      [0.414, 0.497, 0.19, 0.34].map((reward) => ((reward - mean) / (sd + 0.0001)).toFixed(2)),
    );
  });

  test('of a run is made from its group, and from nothing where there is none', async () => {
    const lesson = LESSONS.find(isRunLesson);
    if (lesson === undefined) throw new Error('There is no lesson on a run.');
    expect(sheetOf(lesson, NOTHING)).toEqual([]);
    const points = [0, 4].map((step) => ({
      step,
      right: step,
      answers: Array<boolean>(20).fill(false),
      accuracy: step / 20,
      low: 0,
      high: 1,
    }));
    const { step, config } = await stepOf(SPREAD);
    const items = sheetOf(lesson, { step, config, points });
    expect(
      items.map(({ question }) => question).filter((text) => /^The rewards of a group are/.test(text)),
    ).toHaveLength(1);
    expect(items.at(-1)).toEqual({ question: 'And after step 4?', answer: '4 of 20 (20%)' });
  });
});

test('what is worked out of printed figures is what is printed', () => {
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const less = (values: readonly number[], by: number): number[] => values.map((value) => value - by);
  const at = (values: readonly number[], digits: number): number[] =>
    values.map((value) => Number(value.toFixed(digits)) + 0);
  const rewards = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 2, maxLength: 8 });
  let told = 0;
  fc.assert(
    fc.property(rewards, (given) => {
      const [fine, middle, coarse] = agreeing(
        given,
        (values) => [mean(values)],
        (values, [by = 0]) => less(values, by),
      );
      if (coarse > 2) return;
      told++;
      const [printed = NaN] = at([mean(given)], middle);
      expect(at([mean(at(given, fine))], middle)).toEqual([printed]);
      expect(at(less(at(given, fine), printed), coarse)).toEqual(at(less(given, mean(given)), coarse));
    }),
  );
  expect(told).toBeGreaterThan(50);
});
