/** Broken files of descriptions, feedback and completions, and projects whose own database is damaged. */
import { toBase64 } from '../../src/recording/base64.ts';
import { databaseFile } from '../database/damaged.ts';
import { bytesOf, type BrokenInput, type Kind } from './input.ts';

const HEADER = 'original_column_name,column_name,column_description,data_format,value_description';

const feedback = (over: object, top: object = {}): string => {
  const judged = { dataset: 'shop', question: 'How many?', text: 'SELECT 1', thumb: 'up', corrected: null, at: 1 };
  return JSON.stringify({ format: 'grpo-sql-lab/feedback', version: 1, feedback: [{ ...judged, ...over }], ...top });
};

const completions = (over: object): string =>
  JSON.stringify([{ id: 'q1', completions: [{ text: 'SELECT 1' }], ...over }]);

/** A project whose own database has these bytes. */
const project = (database: Uint8Array, over: object = {}): Uint8Array =>
  bytesOf(
    JSON.stringify({
      format: 'grpo-sql-lab/project',
      version: 1,
      dataset: { name: 'own-a', title: 'Mine', own: { database: toBase64(database), questions: '[]', ...over } },
      feedback: [],
      runs: [
        {
          begun: 0,
          sampler: { kind: 'sketch' },
          settings: {},
          state: { seed: 1, randomState: [1, 2, 3, 4], step: 0, hints: [], eventCount: 0, queue: [], summary: {} },
          history: [],
        },
      ],
    }),
  );

const CASES: readonly (readonly [kind: Kind, source: string, content: BrokenInput['content'], message: RegExp])[] = [
  ['descriptions', 'sales.csv', `${HEADER}\nname,x,,,`, /^sales\.csv: there is no table “sales” here/],
  ['descriptions', 'customers.csv', ' \n', /^customers\.csv is empty/],
  [
    'descriptions',
    'customers.csv',
    'name,sense\nid,x',
    /^customers\.csv, line 1: a column original_column_name is needed/,
  ],
  [
    'descriptions',
    'customers.csv',
    `${HEADER}\nid,"x,,,`,
    /^customers\.csv, line 2, column 4: a quoted cell begins here/,
  ],
  ['descriptions', 'customers.csv', `${HEADER}\nA9,x,,,`, /^customers\.csv: none of its columns is one of customers/],
  ['descriptions', 'customers.csv', `${HEADER}\n${'x'.repeat(5e6)}`, /^customers\.csv is too large/],
  ['descriptions', 'customers.csv', `${HEADER}\nid,\0,,,`, /^customers\.csv is no text: byte \d+ is a zero/],

  ['feedback', 'f.json', '', /^f\.json is empty/],
  ['feedback', 'f.json', '[', /^f\.json is not JSON/],
  ['feedback', 'f.json', '[]', /^f\.json is no feedback file/],
  [
    'feedback',
    'f.json',
    feedback({}, { version: 2 }),
    /^f\.json has feedback of version 2; this program reads version 1/,
  ],
  ['feedback', 'f.json', feedback({}, { version: undefined }), /^f\.json has feedback without a version/],
  ['feedback', 'f.json', feedback({}, { feedback: {} }), /^f\.json must hold a list in "feedback"/],
  ['feedback', 'f.json', feedback({}, { feedback: [7] }), /^f\.json: entry 1 is a number/],
  ['feedback', 'f.json', feedback({ text: 7 }), /entry 1 needs the text "text", but it is a number/],
  ['feedback', 'f.json', feedback({ thumb: 'sideways' }), /"thumb" to be "up" or "down", but it is "sideways"/],
  ['feedback', 'f.json', feedback({ thumb: null }), /has neither a thumb nor a corrected SQL/],
  ['feedback', 'f.json', feedback({ at: -1 }), /needs "at" to be a number from 0/],
  ['feedback', 'f.json', feedback({ comment: '' }), /has an empty "comment"/],
  ['feedback', 'f.json', feedback({ text: 'x'.repeat(100_001) }), /has 100001 characters in "text"/],

  ['completions', 'c.json', '', /^c\.json is empty/],
  ['completions', 'c.json', '{"id": ', /^c\.json is not JSON/],
  ['completions', 'c.json', '{}', /^c\.json must hold a list \(\[…\]\), not an object/],
  ['completions', 'c.json', '[]', /^c\.json holds no completion/],
  [
    'completions',
    'c.json',
    completions({ id: 'elsewhere' }),
    /^c\.json: none of its completions is for a question of this dataset/,
  ],
  ['completions', 'c.json', completions({ id: 7 }), /entry 1 needs the text "id", but it is a number/],
  ['completions', 'c.json', completions({ completions: 'SELECT 1' }), /entry 1 \("q1"\) needs a list in "completions"/],
  ['completions', 'c.json', completions({ completions: [7] }), /has a completion that is a number/],
  ['completions', 'c.json', completions({ completions: [{}] }), /needs the text "text", but it is nothing/],
  [
    'completions',
    'c.json',
    completions({ completions: [{ text: '', correct: 'yes' }] }),
    /"correct" to be true or false/,
  ],
  [
    'completions',
    'c.json',
    completions({ completions: Array<number>(2001).fill(0) }),
    /has 2001 completions, at most 2000/,
  ],

  ['project', 'p.json', project(bytesOf('no database')), /^p\.json: .*The file is text/],
  [
    'project',
    'p.json',
    async () => project((await databaseFile()).subarray(0, 20_000)),
    /^p\.json: .*cut off: it has 20,000 bytes/,
  ],
  [
    'project',
    'p.json',
    async () => project(await databaseFile((bytes) => bytes.fill(0x55, bytes.length >> 1, (bytes.length >> 1) + 8192))),
    /^p\.json: .*The database is damaged/,
  ],
];

export const OTHER_FILES: readonly BrokenInput[] = CASES.map(([kind, source, content, message]) => ({
  kind,
  source,
  content,
  message,
}));
