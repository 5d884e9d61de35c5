/** Broken files of hints, in our form and in the reference's, and broken projects. */
import { toBase64 } from '../../src/recording/base64.ts';
import { MOST_DATABASE } from '../../src/recording/project.ts';
import type { BrokenInput, Kind } from './input.ts';

const DATABASE = new Uint8Array([1, 2, 3]);
const HINTS: Kind = 'hints';
const PROJECT: Kind = 'project';

const point = (step: number) => ({
  step,
  questionId: `q${step}`,
  rewardMean: 0.25,
  rewardSd: null,
  noSignalShare: 0,
  entropy: 1.5,
  kl: 0,
  diversity: 1,
  executedShare: 0.75,
  resampledGroups: 0,
  replayedCompletions: 0,
  hints: 2,
});
const evidenceOf = { support: 1, positive: 1, advantage: 1, steps: 1 };
const base = {
  cue: null,
  pattern: { kind: 'sql', parts: ['SUM'] },
  template: 'pattern',
  general: true,
  words: 0,
  weight: 1,
  evidence: evidenceOf,
};
const own = (over: object, top: object = {}) =>
  JSON.stringify({ format: 'grpo-sql-lab/hints', version: 3, hints: [{ ...base, ...over }], ...top });
const reference = (over: object) => JSON.stringify([{ hint_type: 'prefer', description: 'd', weight: 1, ...over }]);
const made = (over: object) =>
  JSON.stringify({
    format: 'grpo-sql-lab/project',
    version: 1,
    dataset: { name: 'shop', title: 'Shop' },
    feedback: [],
    runs: [],
    ...over,
  });
const run = (over: object) =>
  made({
    runs: [
      {
        begun: 0,
        sampler: { kind: 'sketch' },
        settings: {},
        state: { seed: 1, randomState: [1, 2, 3, 4], step: 2, hints: [], eventCount: 0, queue: [], summary: {} },
        history: [],
        ...over,
      },
    ],
  });
const snapshot = (over: object) => ({ name: 'a', step: 0, sequence: 0, at: 0, hints: [], ...over });
const ownProject = (over: object) => {
  const { runs } = JSON.parse(run({})) as { runs: unknown[] };
  const own = { database: toBase64(DATABASE), questions: '[]', ...over };
  return made({ dataset: { name: 'own-a', title: 'Mine', own }, runs });
};
const CASES: readonly (readonly [content: string, kind: Kind, message: RegExp])[] = [
  ['', HINTS, /^F is empty/],
  ['{', HINTS, /^F is not JSON/],
  ['null', HINTS, /^F is no hints file/],
  ['{"format":"grpo-sql-lab/feedback"}', HINTS, /^F is no hints file/],
  [own({}, { version: 4 }), HINTS, /hints of version 4; this program reads versions 2 and 3/],
  [own({}, { hints: {} }), HINTS, /^F must hold a list in "hints"/],
  [own({}, { hints: [7] }), HINTS, /^F: entry 1 is a number, not an object/],
  [own({}, { hints: [base, base] }), HINTS, /entry 2 has the key of an earlier hint/],
  [own({ cue: { kind: 'word', parts: ['a', 'b'] } }), HINTS, /entry 1, "cue" needs|entry 1, "cue" has 2 items/],
  [own({ cue: { kind: 'smell', parts: ['a'] } }), HINTS, /"cue" needs "kind" to be "word"/],
  [own({ pattern: { kind: 'pair', parts: ['a'] } }), HINTS, /"pattern" needs from 2 to 20 texts/],
  [own({ pattern: 7 }), HINTS, /needs an object in "pattern"/],
  [own({ template: 'guidance' }), HINTS, /needs a sentence as the pattern of guidance/],
  [own({ weight: 21 }), HINTS, /"weight" to be a number from -20 to 20/],
  [own({ weight: '1' }), HINTS, /"weight" to be a number from -20 to 20, but it is a string/],
  [own({ pinned: 'yes' }), HINTS, /needs "pinned" to be true or false/],
  [own({ enabled: 1 }), HINTS, /needs "enabled" to be true or false/],
  [own({ evidence: { ...evidenceOf, positive: 2 } }), HINTS, /more positive evidence than support/],
  [own({ evidence: { ...evidenceOf, support: 1.5 } }), HINTS, /"support" to be a whole number/],
  [own({ words: -1 }), HINTS, /"words" to be a number from 0/],
  ['{}', HINTS, /^F is no hints file/],
  ['["x"]', HINTS, /^F: entry 1 is a string, not an object/],
  [reference({ hint_type: 'like' }), HINTS, /entry 1 needs "hint_type" to be "prefer" or "avoid", but it is "like"/],
  [reference({ description: '' }), HINTS, /has an empty "description"/],
  [reference({ weight: null }), HINTS, /needs "weight" to be a number/],
  [reference({ weight: 1e9 }), HINTS, /"weight" to be a number from -20 to 20, but it is 1000000000/],
  [reference({ tables: 'orders' }), HINTS, /needs a list of texts in "tables"/],
  [reference({ tables: [1] }), HINTS, /needs texts in "tables", but one is a number/],
  [reference({ pattern: 7 }), HINTS, /needs the text "pattern"/],
  [reference({ cue: [] }), HINTS, /needs the text "cue"/],
  ['[]', PROJECT, /^F is no project/],
  [made({ version: 2 }), PROJECT, /project of version 2; this program reads version 1/],
  [made({ dataset: 7 }), PROJECT, /needs an object in "dataset"/],
  [made({ dataset: { name: 'mine', title: 'Mine' } }), PROJECT, /made on the dataset "mine", which is not here/],
  [
    made({ dataset: { name: 'shop', title: 'S', databaseSha256: 'x' } }),
    PROJECT,
    /needs 64 hexadecimal digits in "databaseSha256"/,
  ],
  [made({}), PROJECT, /^F holds no run/],
  [made({ dataset: { name: 'own-a', title: 'Mine' } }), PROJECT, /names a database of somebody’s own, and does not/],
  [ownProject({ database: '%' }), PROJECT, /needs base64 in "database"/],
  [ownProject({ database: 'AAAAA' }), PROJECT, /^The database in F was cut/],
  [ownProject({ questions: '{' }), PROJECT, /^F, "questions" is not JSON/],
  [ownProject({ questions: '[{}]' }), PROJECT, /^F, "questions": entry 1 needs the text "id"/],
  [ownProject({ definitions: '7' }), PROJECT, /^F, "definitions" must hold a list/],
  [ownProject({ notes: [7] }), PROJECT, /needs texts in "notes"/],
  [ownProject({ created: 'today' }), PROJECT, /needs "created" to be a number/],
  [
    ownProject({ database: toBase64(new Uint8Array(MOST_DATABASE + 1)) }),
    PROJECT,
    /^The database in F has more than 64 MB/,
  ],
  [run({ snapshots: [snapshot({ name: '' })] }), PROJECT, /"snapshots": entry 1 has an empty "name"/],
  [run({ snapshots: [snapshot({ step: 3 })] }), PROJECT, /needs "snapshots" in order/],
  [run({ snapshots: [snapshot({}), snapshot({})] }), PROJECT, /needs "snapshots" in order/],
  [run({ snapshots: [snapshot({ hints: [7] })] }), PROJECT, /"snapshots" 1, "hints": entry 1 is a number/],
  [run({ edited: 'yes' }), PROJECT, /needs "edited" to be true or false/],
  [made({ feedback: [{}] }), PROJECT, /"feedback": entry 1 needs the text "text"/],
  [made({ runs: 7 }), PROJECT, /needs a list in "runs"/],
  [run({ sampler: { kind: 'oracle' } }), PROJECT, /"runs": entry 1 needs in "sampler" where its groups come from/],
  [run({ start: 'file' }), PROJECT, /needs "start" to be "starter"/],
  [run({ state: {} }), PROJECT, /needs a list in "hints"/],
  [run({ settings: [] }), PROJECT, /needs an object in "settings"/],
  [run({ history: [point(3)] }), PROJECT, /needs the steps of "history" in order/],
  [run({ history: [point(2), point(1)] }), PROJECT, /needs the steps of "history" in order/],
  [run({ history: [{ ...point(1), kl: 'x' }] }), PROJECT, /"runs" 1, "history": entry 1 needs "kl" to be a number/],
  [run({ history: [{ ...point(1), components: { a: 'x' } }] }), PROJECT, /needs figures in "components"/],
];

export const TAKEN_HOME: readonly BrokenInput[] = CASES.map(([content, kind, message]) => ({
  kind,
  source: 'F',
  content,
  message,
}));
