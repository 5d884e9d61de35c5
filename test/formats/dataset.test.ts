import { describe, expect, it } from 'vitest';
import { DatasetError, LIMITS, parseAnswers, parseDefinitions, parseQuestions } from '../../src/formats/dataset.ts';

const good = { id: 'a', question: 'How many?', sql: 'SELECT 1', split: 'train' };
const parse = (value: unknown) => parseQuestions(JSON.stringify(value), 'q.json');

describe('parseQuestions', () => {
  it('reads every field of the format and leaves the others', () => {
    expect(
      parse([
        { ...good, sql_alternatives: ['SELECT 2'], level: 'hard', note: 'x' },
        { id: 'b', question: 'Who?', split: 'held-out' },
      ]),
    ).toEqual([
      { id: 'a', question: 'How many?', sql: 'SELECT 1', sqlAlternatives: ['SELECT 2'], level: 'hard', split: 'train' },
      { id: 'b', question: 'Who?', split: 'held-out' },
    ]);
  });

  it('reads an empty list, a byte-order mark, and null for what is left out', () => {
    expect(parse([])).toEqual([]);
    expect(parseQuestions(`\uFEFF${JSON.stringify([{ ...good, sql: null, level: null }])}`, 'q.json')).toEqual([
      { id: 'a', question: 'How many?', split: 'train' },
    ]);
  });

  it.each<[string, unknown, RegExp]>([
    ['an object', { questions: [] }, /q\.json must hold a list.*an object/],
    ['null', null, /not null/],
    ['a number in the list', [good, 3], /entry 2 is a number, not an object/],
    ['a list in the list', [[good]], /entry 1 is a list/],
    ['no id', [{ ...good, id: undefined }], /entry 1 needs the text "id", but it is nothing/],
    ['an empty id', [{ ...good, id: ' ' }], /entry 1 \(" "\) has an empty "id"/],
    ['a long id', [{ ...good, id: 'x'.repeat(LIMITS.id + 1) }], /201 characters in "id"/],
    ['the same id twice', [good, { ...good, id: 'b' }, good], /entry 3 \("a"\) has the id of entry 1/],
    ['no question', [{ id: 'a', split: 'train' }], /entry 1 \("a"\) needs the text "question"/],
    ['an empty question', [{ ...good, question: '\n' }], /has an empty "question"/],
    ['a long question', [{ ...good, question: 'x'.repeat(2001) }], /2001 characters in "question", at most 2000/],
    ['a number for SQL', [{ ...good, sql: 4 }], /needs the text "sql", but it is a number/],
    ['no split', [{ id: 'a', question: 'x' }], /needs "split" to be "train" or "held-out", but it is nothing/],
    ['an unknown split', [{ ...good, split: 'test' }], /but it is "test"/],
    ['an unknown level', [{ ...good, level: 'extreme' }], /"easy" or "medium" or "hard", but it is "extreme"/],
    [
      'alternatives that are no list',
      [{ ...good, sql_alternatives: 'SELECT 1' }],
      /needs a list of texts in "sql_alternatives"/,
    ],
    [
      'an alternative that is no text',
      [{ ...good, sql_alternatives: [null] }],
      /needs texts in "sql_alternatives", but one is null/,
    ],
    [
      'alternatives to nothing',
      [{ ...good, sql: undefined, sql_alternatives: ['SELECT 1'] }],
      /"sql_alternatives" without "sql"/,
    ],
    [
      'a field of the prototype',
      [Object.assign(Object.create({ split: 'train' }) as object, { id: 'a', question: 'x' })],
      /needs "split"/,
    ],
  ])('refuses %s', (_what, value, message) => {
    expect(() => parse(value)).toThrow(DatasetError);
    expect(() => parse(value)).toThrow(message);
  });

  it('says where the JSON breaks, in one line', () => {
    const broken = () => parseQuestions('[{"id":\n "a",}]', 'q.json');
    expect(broken).toThrow(/^q\.json is not JSON: [^\n]+$/);
    expect(() => parseQuestions('', 'q.json')).toThrow(/^q\.json is empty\.$/);
  });

  it('refuses a file that is too large before reading it', () => {
    expect(() => parseQuestions(' '.repeat(LIMITS.file + 1), 'q.json')).toThrow(/too large/);
    expect(() => parse(Array.from({ length: LIMITS.questions + 1 }, () => 0))).toThrow(/has 50001 entries/);
  });
});

describe('parseDefinitions and parseAnswers', () => {
  it('read their formats', () => {
    expect(parseDefinitions('[{"term":"revenue","means":"money","sql":"SELECT 1"}]', 'd.json')).toEqual([
      { term: 'revenue', means: 'money', sql: 'SELECT 1' },
    ]);
    expect(parseAnswers('[{"id":"a","sql":""},{"id":"a","sql":"SELECT 1"}]', 'f.json')).toEqual([
      { id: 'a', sql: '' },
      { id: 'a', sql: 'SELECT 1' },
    ]);
  });

  it('name the entry that is wrong', () => {
    expect(() => parseDefinitions('[{"term":"revenue","means":"money"}]', 'd.json')).toThrow(
      'd.json: entry 1 ("revenue") needs the text "sql", but it is nothing.',
    );
    expect(() => parseAnswers('[{"id":"a","sql":"x"},{"id":"a"}]', 'f.json')).toThrow(
      'f.json: entry 2 ("a") needs the text "sql", but it is nothing.',
    );
  });
});
