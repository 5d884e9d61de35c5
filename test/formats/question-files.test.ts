import { expect, it } from 'vitest';
import { writeQuestions, parseQuestions } from '../../src/formats/dataset.ts';
import { databasesIn, readQuestionFile } from '../../src/formats/question-files.ts';
import type { Question, Schema } from '../../src/grpo/types.ts';

const schema = {
  tables: ['singer', 'concert'].map((name) => ({ name, kind: 'table', columns: [], foreignKeys: [], rowCount: 1 })),
  profiles: [],
} satisfies Schema;

it('reads our own files, with sides, alternatives and levels', () => {
  const own: Question[] = [
    {
      id: 'a',
      question: 'How many?',
      split: 'held-out',
      sql: 'SELECT 1',
      sqlAlternatives: ['SELECT 1.0'],
      level: 'easy',
    },
    { id: 'b', question: 'Which?', split: 'train' },
  ];
  const text = writeQuestions(own);
  expect(parseQuestions(text, 'f')).toEqual(own);
  expect(readQuestionFile(text, 'f.json').questions).toEqual([
    {
      ...{ id: 'a', question: 'How many?', sql: 'SELECT 1', sqlAlternatives: ['SELECT 1.0'], split: 'held-out' },
      ...{ level: 'easy', database: null },
    },
    {
      ...{ id: 'b', question: 'Which?', sql: null, sqlAlternatives: [], split: 'train', level: null, database: null },
    },
  ]);
});

it('reads files of Spider and of BIRD, and tells which database fits', () => {
  const spider = [
    { db_id: 'concert_singer', query: 'SELECT count(*) FROM singer', question: 'How many singers?', sql: { from: {} } },
    { db_id: 'concert_singer', query: 'SELECT T1.a FROM concert AS T1 JOIN singer AS T2', question: 'Which?' },
    { db_id: 'world', query: 'SELECT name FROM country', question: 'Which countries?' },
  ];
  const { questions, notes } = readQuestionFile(JSON.stringify(spider), 'dev.json');
  expect(questions.map(({ sql }) => sql)).toEqual(spider.map(({ query }) => query));
  expect(notes).toEqual([]);
  expect(databasesIn(questions, schema)).toEqual([
    { name: 'concert_singer', questions: 2, fit: 1 },
    { name: 'world', questions: 1, fit: 0 },
  ]);
  const bird = readQuestionFile(
    '[{"db_id":"d","question":"How many?","evidence":"young means age < 30","SQL":"WITH x AS (SELECT 1 FROM singer) SELECT * FROM x"}]',
    'dev.json',
  );
  expect(bird.questions[0]?.question).toBe('How many? (young means age < 30)');
  expect(bird.notes).toEqual(['The evidence of 1 questions stands in brackets behind their text.']);
  expect(databasesIn(bird.questions, schema)[0]?.fit).toBe(1);
});

it('reads CSV with the columns that there are', () => {
  const { questions } = readQuestionFile('Question;SQL;split\nHow many?;"SELECT a, b FROM t";dev\nWhich?;;\n', 'q.csv');
  expect(questions.map(({ question, sql, split }) => [question, sql, split])).toEqual([
    ['How many?', 'SELECT a, b FROM t', 'held-out'],
    ['Which?', null, null],
  ]);
});

it('reads a table of feedback: what was corrected, or had a thumb up, is the answer key', () => {
  const text =
    'question,sql,thumb,corrected\nHow many?,SELECT 2,down,SELECT 1\nWhich?,SELECT 3,up,\nWho?,SELECT 4,down,\n';
  const { questions, notes } = readQuestionFile(text, 'feedback.csv');
  expect(questions.map(({ question, sql }) => [question, sql])).toEqual([
    ['How many?', 'SELECT 1'],
    ['Which?', 'SELECT 3'],
    ['Who?', null],
  ]);
  expect(notes).toHaveLength(1);
});
