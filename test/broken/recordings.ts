/** A recording, and what can be wrong with one. */
import { DEFAULT_CONFIG } from '../../src/grpo/config.ts';
import { EMPTY_SUMMARY } from '../../src/grpo/metrics.ts';
import { LIMITS, type Recording } from '../../src/recording/format.ts';
import { RecordingWriter } from '../../src/recording/writer.ts';
import { normaliseSql } from '../../src/sql/normalise.ts';
import { identity } from '../grpo/identity.ts';
import type { BrokenInput } from './input.ts';

/** The whole of a recording as a file. */
export function recordingToText({ entries, ...header }: Recording): string {
  const writer = new RecordingWriter(header);
  for (const entry of entries) writer.add(entry);
  return writer.text();
}

export const small: Recording = {
  dataset: 'shop',
  sampler: { id: 'sketch', label: 'Sketch', isLanguageModel: false },
  learning: 'on',
  distribution: true,
  config: DEFAULT_CONFIG,
  feedback: [
    {
      dataset: 'shop',
      question: 'How many?',
      text: 'SELECT 1',
      sql: normaliseSql('SELECT 1'),
      thumb: 'up',
      corrected: null,
      at: 5,
    },
  ],
  state: {
    seed: 1,
    randomState: [1, 2, 3, 4],
    step: 0,
    eventCount: 0,
    queue: ['q1'],
    summary: EMPTY_SUMMARY,
    start: { k: 0.5 },
    answers: [{ questionId: 'q1', choices: [0, 1] }],
    hints: [
      {
        ...identity(null, 'p', 'k'),
        tables: ['t'],
        template: 'pattern',
        general: true,
        words: 0,
        weight: 0.5,
        evidence: { support: 1, positive: 1, advantage: 1, steps: 1 },
        createdAt: 0,
        updatedAt: 0,
        enabled: true,
      },
    ],
  },
  entries: [
    {
      kind: 'step',
      questions: [{ id: 'q1', question: 'How many?' }],
      pool: [{ id: 'q1', question: 'How many?' }],
      calls: [
        {
          method: 'generateGroup',
          question: 'How many?',
          temperature: 0.7,
          count: 1,
          drawn: 3,
          samples: [
            {
              text: 'SELECT 1',
              sql: 'SELECT 1',
              logProbability: -0,
              referenceLogProbability: -2.5,
              choices: [1],
              origin: { model: 'M', how: 'live' },
              features: [
                {
                  feature: {
                    ...identity('many', 'COUNT'),
                    tables: ['t'],
                    template: 'operator',
                    general: true,
                    words: 1,
                  },
                  value: 1,
                  expected: 0.25,
                },
              ],
              decisions: [{ name: 'frame', chosen: 'count', probability: 0.5, referenceProbability: 0.25 }],
            },
          ],
        },
      ],
    },
    { kind: 'configure', settings: { learning_rate: 0.2 } },
    {
      kind: 'events',
      events: [
        {
          sequence: 0,
          step: 1,
          type: 'prune',
          key: 'k',
          before: 0.5,
          after: null,
          gradientTerm: 0,
          decayTerm: 0,
          causes: [],
          reason: { id: 'by-hand' },
        },
      ],
    },
  ],
};

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
export const parsed = (): Json => JSON.parse(recordingToText(small)) as Json;

/** The file with another value at a place. */
export function changed(path: readonly (string | number)[], value: Json | undefined): string {
  const root = parsed();
  let node = root as Record<string | number, Json>;
  for (const name of path.slice(0, -1)) node = node[name] as Record<string | number, Json>;
  const last = path.at(-1) ?? '';
  if (value === undefined) delete node[last];
  else node[last] = value;
  return JSON.stringify(root);
}

const group = ['entries', 0, 'calls', 0] as const;
const drawnSample = [...group, 'samples', 0] as const;
const FAULTS: readonly (readonly [path: readonly (string | number)[], value: Json | undefined, message: string])[] = [
  [['format'], 'other', 'run.json is no recording: "format" must be "grpo-sql-lab/recording".'],
  [['version'], 3, 'run.json is a recording of version 3; this program reads versions 1 and 2.'],
  [['dataset'], 7, 'run.json needs the text "dataset", but it is a number.'],
  [['databaseSha256'], 'XYZ', 'needs 64 hexadecimal digits'],
  [['sampler'], undefined, 'needs an object in "sampler"'],
  [['learning'], 'maybe', '"learning" to be "on" or "off" or "shuffled"'],
  [['config', 'learning_rate'], 1e9, 'run.json: Learning rate (learning_rate) must be a number from 0 to 2'],
  [
    ['config', 'learning_rate'],
    { toString: 0 },
    'run.json, "config" needs a setting in "learning_rate", but it is an object.',
  ],
  [['config', 'no_such_setting'], 1, 'Unknown setting "no_such_setting"'],
  [['state', 'randomState'], [1, 2, 3], 'needs four numbers in "randomState"'],
  [['state', 'randomState', 0], 0x100000000, 'needs whole numbers from 0 to 4294967295'],
  [['state', 'hints', 0, 'weight'], 1e6, 'needs "weight" to be a number from -20 to 20'],
  [['state', 'summary', 'totalSteps'], -1, 'needs "totalSteps" to be a number from 0'],
  [['state', 'answers', 0, 'choices', 0], 0.5, 'needs whole numbers from 0'],
  [['state', 'start', 'k'], 'heavy', 'needs "k" to be a number'],
  [['feedback', 0, 'thumb'], 'sideways', '"thumb" to be "up" or "down"'],
  [['texts'], {}, 'run.json needs a list in "texts", but it is an object.'],
  [['texts', 0], 'x'.repeat(LIMITS.text + 1), 'needs texts of at most 200000 characters'],
  [['numbers', 0], '0.25', 'needs numbers in "numbers", but one is not'],
  [['features', 0, 2], 99, 'run.json, "features": entry 1 refers to pattern 99'],
  [['cues', 0, 'parts'], ['a', 'b'], 'has 2 items in "parts", at most 1 are read'],
  [['patterns', 0, 'kind'], 'odd', '"kind" to be'],
  [['features', 0, 3], 17, 'refers to template 17'],
  [['features', 0, 5], -1, 'needs a whole number of words'],
  [['features', 0], [], 'needs 0 or 1'],
  [['pools', 0, 0], 4, 'refers to question 4, but there are 1'],
  [['pools', 0], [], 'draws from no question'],
  [['entries'], 3, 'needs a list in "entries"'],
  [['entries', 0], [], 'run.json, "entries": entry 1 is a list, not an object.'],
  [['entries', 0, 'kind'], 'stroll', '"kind" to be "step" or "configure"'],
  [['entries', 0, 'pool'], 1, 'refers to pool 1, but there are 1'],
  [['entries', 0, 'questions'], [], 'has no question'],
  [
    ['entries', 0, 'questions'],
    Array.from({ length: 33 }, () => 0),
    'has 33 items in "questions", at most 32 are read',
  ],
  [['entries', 1, 'settings'], { temperature: 'hot' }, 'Temperature (temperature) must be a number from 0.05 to 2'],
  [['entries', 2, 'events', 0, 'type'], 'explode', 'entry 1 ("k") needs "type" to be'],
  [
    ['entries', 2, 'events', 0, 'hint'],
    { key: 'k' },
    'run.json, entry 3, "events": entry 1 ("k"), "hint" needs "template"',
  ],
  [[...group, 'method'], 'hack', '"method" to be "generateGroup"'],
  [[...group, 'drawn'], 1e12, `drew 1000000000000 numbers, at most ${LIMITS.drawn} are read`],
  [[...group, 'temperature'], -1, 'needs "temperature" to be a number from 0'],
  [[...group, 'question'], 50, 'refers to text 50'],
  [[...drawnSample, 'features'], [0, 1], 'needs a multiple of 3 numbers in "features", but has 2'],
  [[...drawnSample, 'features', 0], -1, 'refers to feature -1, but there are 1'],
  [[...drawnSample, 'decisions', 2], 9, 'refers to number 9'],
  [[...drawnSample, 'logProbability'], 'Infinity', 'needs "logProbability" to be "-Infinity"'],
  [[...drawnSample, 'origin', 'how'], 'telepathy', '"how" to be "live" or "recorded"'],
];

export const RECORDINGS: readonly BrokenInput[] = [
  { kind: 'recording', source: 'run.json', content: '{', message: 'run.json is not JSON' },
  {
    kind: 'recording',
    source: 'run.json',
    content: '[]',
    message: 'run.json is no recording: "format" must be "grpo-sql-lab/recording".',
  },
  ...FAULTS.map(([path, value, message]): BrokenInput => ({
    kind: 'recording',
    source: 'run.json',
    content: changed(path, value),
    message,
  })),
];
