/** Reads why a hint changed, as an event of a recording says it. Throws DatasetError. */
import type { Entry } from '../formats/entry.ts';
import type { GuidanceAuthor, HintReason } from '../grpo/types.ts';
import { parseCue } from '../formats/hints-file.ts';
import { LIMITS } from './format.ts';

type ReasonId = HintReason['id'];

const READ: { readonly [id in ReasonId]: (read: Entry) => Omit<Extract<HintReason, { id: id }>, 'id'> } = {
  taught: (read) => ({ support: read.count('support'), advantage: finite(read, 'advantage') }),
  pulled: (read) => ({ support: read.count('support') }),
  unsupported: (read) => ({ positive: read.count('positive'), support: read.count('support') }),
  room: (read) => ({ most: read.count('most') }),
  'merged-into': (read) => ({ cue: parseCue(read.entry('cue')) }),
  'merged-from': (read) => ({ cue: parseCue(read.entry('cue')) }),
  'by-hand': () => ({}),
  undone: () => ({}),
  imported: (read) => ({ file: read.text('file', LIMITS.name) }),
  snapshot: (read) => ({ name: read.text('name', LIMITS.name) }),
  'went-back': (read) => ({ to: read.count('to') }),
  start: (read) => ({ from: read.choice('from', ['starter', 'file']) }),
  'other-start': () => ({}),
  kept: (read) => {
    const counts = { start: read.count('start'), of: read.count('of') };
    return read.choice('kept', ['best', 'start']) === 'best'
      ? { kept: 'best', step: read.count('step'), right: read.count('right'), ...counts }
      : { kept: 'start', most: read.isNull('most') ? null : read.count('most'), ...counts };
  },
  undistilled: () => ({}),
  distilled: (read) => ({
    kept: read.count('kept'),
    of: read.count('of'),
    same: read.count('same'),
    questions: read.count('questions'),
  }),
  guidance: (read) => ({
    author: readAuthor(read.entry('author')),
    ...optional(read, 'said'),
    ...optional(read, 'into'),
    ...optional(read, 'with'),
  }),
  told: (read) => ({ text: read.text('text', LIMITS.key) }),
};

/** The reason in `read`; recordings of version 1 hold a sentence there. */
export function readReason(read: Entry): HintReason {
  if (typeof read.value('reason') === 'string') return { id: 'told', text: read.text('reason', LIMITS.key) };
  const reason = read.entry('reason');
  const id = reason.choice('id', Object.keys(READ) as ReasonId[]);
  return { id, ...READ[id](reason) } as HintReason;
}

function readAuthor(read: Entry): GuidanceAuthor {
  return read.choice('by', ['model', 'reader']) === 'model'
    ? { by: 'model', label: read.text('label', LIMITS.name), step: read.count('step') }
    : { by: 'reader', did: read.choice('did', ['wrote', 'reworded', 'accepted', 'vetoed']) };
}

function optional<N extends string>(read: Entry, name: N): Partial<Record<N, string>> {
  return read.has(name) ? ({ [name]: read.text(name, LIMITS.key) } as Partial<Record<N, string>>) : {};
}

const finite = (read: Entry, name: string): number => read.number(name, -Number.MAX_VALUE, Number.MAX_VALUE);
