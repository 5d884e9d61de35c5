import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { SHIPPED } from '../../src/engine/data/shipped.ts';
import { parseQuestions } from '../../src/formats/dataset.ts';
import { makeConfig } from '../../src/grpo/config.ts';
import { factsOf } from '../../src/lab/facts.ts';
import { THE_REWARD_IS_FOOLED } from '../../src/lessons/fooled.ts';
import { LESSONS } from '../../src/lessons/index.ts';
import { beginningOf, isRunLesson, MOST_SCREENS } from '../../src/lessons/lesson.ts';
import { FROM_ONE_DATABASE_TO_ANOTHER } from '../../src/lessons/starter.ts';
import { WATCH_IT_LEARN } from '../../src/lessons/watch-it-learn.ts';
import { curvesOf, filesOf } from './train.ts';

describe.each(LESSONS)('lesson $id', (lesson) => {
  test('has at most five screens that each say what to do', () => {
    expect(lesson.screens.length).toBeGreaterThan(0);
    expect(lesson.screens.length).toBeLessThanOrEqual(MOST_SCREENS);
    for (const { title, say, act, see } of lesson.screens)
      for (const text of [title, say, act, see]) expect(text.trim()).not.toBe('');
  });

  test('has an address of its own', () => {
    expect(LESSONS.filter(({ id }) => id === lesson.id)).toEqual([lesson]);
    expect(lesson.id).toMatch(/^[\w-]+$/);
  });
});

test.each(LESSONS.filter(isRunLesson))('$id has a dataset that ships, and settings that are allowed', (lesson) => {
  expect(SHIPPED.map(({ name }) => name)).toContain(lesson.dataset);
  expect(makeConfig(lesson.settings)).toMatchObject(lesson.settings);
});

test('the run of a lesson is told from another’s by dataset and seed', () => {
  const marks = LESSONS.filter(isRunLesson).map(({ dataset, seed }) => `${dataset} ${seed}`);
  expect(new Set(marks).size).toBe(marks.length);
});

test('whoever comes in at a screen begins with what earlier screens would have pressed', () => {
  expect(beginningOf(THE_REWARD_IS_FOOLED, 2).settings.gold_weight).toBeUndefined();
  expect(beginningOf(THE_REWARD_IS_FOOLED, 3).settings.gold_weight).toBe(4);
  expect(beginningOf(FROM_ONE_DATABASE_TO_ANOTHER, 1).start).toBe('none');
  expect(beginningOf(FROM_ONE_DATABASE_TO_ANOTHER, 2).start).toBe('starter');
});

test('each of the twenty facts has wordings to train on and one that is never trained on', () => {
  const path = filesOf(WATCH_IT_LEARN).questions;
  const questions = parseQuestions(readFileSync(path, 'utf8'), path);
  const facts = factsOf(questions);
  const splits = new Map<string, string[]>();
  for (const { id, split } of questions) {
    const fact = facts.get(id) ?? '';
    splits.set(fact, [...(splits.get(fact) ?? []), split]);
  }
  expect(splits.size).toBe(20);
  for (const of of splits.values()) expect(of.sort()).toEqual(['held-out', 'train', 'train', 'train', 'train']);
  const words = (split: string): string[] =>
    questions.filter((question) => question.split === split).map(({ question }) => question.toLowerCase());
  expect(words('held-out').filter((text) => words('train').includes(text))).toEqual([]);
});

test(
  'untrained at most 30 % of unseen wordings are right, after its steps at least 85 %',
  { timeout: 300_000 },
  async () => {
    // Of twenty seeds twenty do (test/bench/lesson.ts); the page's own is among these.
    for (const { right, of } of await curvesOf(WATCH_IT_LEARN, [WATCH_IT_LEARN.seed, 1, 2], WATCH_IT_LEARN.steps)) {
      expect((right[0] ?? NaN) / of).toBeLessThanOrEqual(0.3);
      expect((right.at(-1) ?? NaN) / of).toBeGreaterThanOrEqual(0.85);
    }
  },
);
