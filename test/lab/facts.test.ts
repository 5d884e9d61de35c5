import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseQuestions } from '../../src/formats/dataset.ts';
import type { Question } from '../../src/grpo/types.ts';
import { countsText, factsIn, factsOf, sumByFact } from '../../src/lab/facts.ts';

const asked = (id: string, sql?: string): Question => ({
  id,
  question: id,
  split: 'held-out',
  ...(sql === undefined ? {} : { sql }),
});

describe('facts', () => {
  it('are classes of gold SQL that differs in spelling alone, named by their first question', () => {
    const facts = factsOf([
      asked('a', 'SELECT COUNT(*) FROM t'),
      asked('b', 'select count( * ) from "t";'),
      asked('c', 'SELECT COUNT(*) FROM u'),
      asked('d'),
      asked('e'),
    ]);
    expect([...facts.values()]).toEqual(['a', 'a', 'c', 'd', 'e']);
    expect(factsIn(['b', 'unknown', 'c'], facts)).toEqual(['a', 'unknown', 'c']);
  });

  it('the shop’s 160 held-out questions ask for 65', () => {
    const text = readFileSync(new URL('../../public/datasets/shop/questions.json', import.meta.url), 'utf8');
    const questions = parseQuestions(text, 'questions.json').filter(({ split }) => split === 'held-out');
    const facts = new Set(factsOf(questions).values()).size;
    expect(countsText({ questions: questions.length, facts })).toBe('160 questions, 65 facts');
  });

  it('are summed in the order in which they first occur', () => {
    expect(sumByFact([1, 0.5, 0.25], ['x', 'y', 'x'])).toEqual([
      { sum: 1.25, questions: 2 },
      { sum: 0.5, questions: 1 },
    ]);
    expect(() => sumByFact([1], [])).toThrow(RangeError);
    expect(countsText({ questions: 1, facts: 1 })).toBe('1 question, 1 fact');
  });
});
