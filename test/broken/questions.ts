/** Broken files of questions: ours, Spider's, BIRD's and CSV. */
import type { BrokenInput } from './input.ts';

const CASES: readonly (readonly [source: string, content: string, message: string])[] = [
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
  ['own.json', '', 'own.json is empty.'],
  ['own.json', '[{"id": "a", "question": "How many?"', 'own.json is not JSON: it breaks at line 1, column 37.'],
  ['spider.json', '[{"db_id": "d", "query": "SELECT 1"}]', 'spider.json: entry 1 needs the text "question".'],
  [
    'spider.json',
    '[{"db_id": "d", "question": 7, "query": "SELECT 1"}]',
    'spider.json: entry 1 needs the text "question".',
  ],
  [
    'spider.json',
    '{"data": [{"question": "How many?"}]}',
    'spider.json must hold a list ([…]) of questions, not an object.',
  ],
  ['bird.json', '[{"question": "How many?", "SQL": "SELECT 1"}, null]', 'bird.json: entry 2 is null, not an object.'],
  [
    'bird.json',
    JSON.stringify([{ db_id: 'd', question: 'How many?', evidence: 'x'.repeat(2000), SQL: 'SELECT 1' }]),
    'bird.json: entry 1: the question has 2012 characters, at most 2000 are read.',
  ],
  [
    'bird.json',
    JSON.stringify([{ question: 'How many?', SQL: 'x'.repeat(100_001) }]),
    'bird.json: entry 1: the SQL has 100001 characters, at most 100000.',
  ],
  ['q.csv', '', 'q.csv is empty.'],
  ['q.csv', 'question,sql\n', 'q.csv holds no question.'],
  [
    'q.csv',
    'question,sql\n"How many?,SELECT 1\n',
    'q.csv, line 2, column 1: a quoted cell begins here and its closing quote is missing.',
  ],
  ['q.csv', 'question,sql\nHow many?,\0\n', 'q.csv is no text: byte 24 is a zero.'],
];

export const QUESTIONS: readonly BrokenInput[] = CASES.map(([source, content, message]) => ({
  kind: 'questions',
  source,
  content,
  message,
}));
