import { expect, it } from 'vitest';
import { writeQuestions, parseQuestions } from '../../src/formats/dataset.ts';
import { DatasetError } from '../../src/formats/entry.ts';
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

it.each([
  ['q.json', '[]', 'q.json holds no question.'],
  ['q.json', '{}', 'q.json must hold a list ([…]) of questions, not an object.'],
  ['q.json', '[1]', 'q.json: entry 1 is a number, not an object.'],
  ['q.json', '[{"sql":"SELECT 1"}]', 'q.json: entry 1 needs the text "question".'],
  [
    'q.csv',
    'a,b\n1,2\n',
    'q.csv, line 1: no column is called “question”. The first line is to name the columns: question, sql.',
  ],
  ['q.csv', 'question,sql\n\n,SELECT 1\n', 'q.csv, line 3: there is no question.'],
  [
    'q.csv',
    'question,sql\nHow?,SELECT a, b FROM t\n',
    'q.csv, line 2: 3 cells for 2 columns. Put SQL with commas in quotes.',
  ],
  [
    'q.csv',
    `question\n${'x'.repeat(2001)}\n`,
    'q.csv, line 2: the question has 2001 characters, at most 2000 are read.',
  ],
])('%s: %s', (name, text, message) => {
  let refused: unknown = null;
  try {
    readQuestionFile(text, name);
  } catch (error) {
    refused = error;
  }
  expect(refused).toBeInstanceOf(DatasetError);
  expect((refused as Error).message).toBe(message);
});
