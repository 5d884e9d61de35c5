/** Reads the parts of a recording that are the trainer's own: its state, and events of its log. Throws DatasetError. */
import { EMPTY_SUMMARY } from '../grpo/metrics.ts';
import type { HintEvent, HintEventType, PolicyHint, TrainerState, TrainingSummary } from '../grpo/types.ts';
import { Entry } from '../formats/entry.ts';
import { parseEvidence, parseHint } from '../formats/hints-file.ts';
import type { ReadTables } from './calls.ts';
import { LIMITS } from './format.ts';
import { wholeNumbers } from './numbers.ts';
import { readReason } from './reason.ts';

const MOST = Number.MAX_VALUE;
const WORD = 0xffffffff;

export function readState(read: Entry, source: string, keyOf: ReadTables['keyOf']): TrainerState {
  const hints = readHints(read.list('hints', LIMITS.hints), `${source}, "state.hints"`);
  const start = read.has('start') ? readWeights(read, 'start', keyOf) : undefined;
  const answers = read.has('answers')
    ? read.list('answers', LIMITS.questions).map((item, index) => {
        const answer = new Entry(item, `${source}, "state.answers"`, index);
        return {
          questionId: answer.text('questionId', LIMITS.id),
          choices: wholeNumbers(answer, 'choices', LIMITS.list, Number.MAX_SAFE_INTEGER),
        };
      })
    : undefined;
  const randomState = wholeNumbers(read, 'randomState', 4, WORD);
  if (randomState.length !== 4) throw read.error('needs four numbers in "randomState"');
  return {
    seed: read.count('seed'),
    randomState,
    step: read.count('step'),
    hints,
    eventCount: read.count('eventCount'),
    queue: read.texts('queue', LIMITS.id, LIMITS.questions),
    summary: readSummary(read.entry('summary')),
    ...(start === undefined ? {} : { start }),
    ...(answers === undefined ? {} : { answers }),
  };
}

const EVENT_TYPES: Readonly<Record<HintEventType, true>> = {
  create: true,
  propose: true,
  update: true,
  decay: true,
  merge: true,
  prune: true,
  edit: true,
  disable: true,
  enable: true,
  pin: true,
  unpin: true,
  put: true,
  restore: true,
};

export function readEvent(item: unknown, source: string, index: number, keyOf: ReadTables['keyOf']): HintEvent {
  const read = new Entry(item, source, index);
  const named = read.text('key', LIMITS.key);
  // Recordings of version 1 say null for a hint that is gone.
  const hint = read.has('hint') && !read.isNull('hint') ? parseHint(read.entry('hint')) : undefined;
  const key = keyOf(named);
  if (hint !== undefined && hint.key !== key) throw read.error('holds the hint of another key');
  return {
    sequence: read.count('sequence'),
    step: read.count('step'),
    type: read.choice('type', Object.keys(EVENT_TYPES) as HintEventType[]),
    key,
    ...(hint === undefined ? {} : { hint }),
    ...(read.has('evidence') ? { evidence: parseEvidence(read.entry('evidence')) } : {}),
    before: nullable(read, 'before'),
    after: nullable(read, 'after'),
    gradientTerm: read.number('gradientTerm', -MOST, MOST),
    decayTerm: read.number('decayTerm', -MOST, MOST),
    ...(read.has('pulledTo') ? { pulledTo: read.number('pulledTo', -MOST, MOST) } : {}),
    ...(read.has('share') ? { share: read.number('share', 0, 1) } : {}),
    causes: read.list('causes', LIMITS.calls).map((cause, i) => {
      const given = new Entry(cause, `${source}, "causes"`, i);
      return {
        group: given.count('group'),
        completion: given.count('completion'),
        advantage: given.number('advantage', -MOST, MOST),
        activity: given.number('activity', -MOST, MOST),
      };
    }),
    reason: readReason(read),
  };
}

function nullable(read: Entry, name: string): number | null {
  return read.isNull(name) ? null : read.number(name, -MOST, MOST);
}

export function readHints(items: readonly unknown[], source: string): PolicyHint[] {
  const keys = new Set<string>();
  return items.map((item, index) => {
    const read = new Entry(item, source, index);
    const hint = parseHint(read);
    if (keys.has(hint.key)) throw read.error('has the key of an earlier hint; keys must differ');
    keys.add(hint.key);
    return hint;
  });
}

/** Numbers by key, whatever the keys are called. */
function readWeights(read: Entry, name: string, keyOf: ReadTables['keyOf']): Record<string, number> {
  const weights = read.entry(name);
  return Object.fromEntries(weights.names(LIMITS.hints).map((key) => [keyOf(key), weights.number(key, -MOST, MOST)]));
}

/** Counts that this program has and the file has not are 0. */
function readSummary(read: Entry): TrainingSummary {
  const { averageReward: _read, ...counts } = EMPTY_SUMMARY;
  const given = Object.fromEntries(Object.keys(counts).map((name) => [name, read.has(name) ? read.count(name) : 0]));
  return {
    ...EMPTY_SUMMARY,
    ...given,
    averageReward: read.has('averageReward') ? read.number('averageReward', -MOST, MOST) : null,
  };
}
