/** What happened to hints in words, made where they are read; the hints themselves are worded in words/. */
import { signed } from './figures.ts';
import { cuePredicate } from './words/cues.ts';
import type { GuidanceAuthor, HintEvent, HintReason, KeptPolicy } from './types.ts';

/** Why an event happened, as a sentence. */
export function reasonOf({
  type,
  before,
  pulledTo = 0,
  reason,
}: Pick<HintEvent, 'type' | 'before' | 'pulledTo' | 'reason'>): string {
  switch (reason.id) {
    case 'taught': {
      const what = taught(reason);
      return type === 'create' ? `New: ${what.charAt(0).toLowerCase()}${what.slice(1)}.` : `${what}.`;
    }
    case 'pulled':
      return `${used(reason.support)}; regularisation pulls it towards ${pulledTo === 0 ? 'the reference policy' : 'the policy the run started from'}.`;
    case 'unsupported':
      return `Weight ${signed(before ?? 0)} and the evidence (${reason.positive} of ${reason.support} completions above their group) no longer support it.`;
    case 'room':
      return `Made room: the policy keeps ${reason.most} hints, and this one weighed ${signed(before ?? 0)}.`;
    case 'merged-into':
      return `Always acted together with the hint for a question that ${cuePredicate(reason.cue)}, which says the same in fewer words.`;
    case 'merged-from':
      return `Took over the weight of the hint for a question that ${cuePredicate(reason.cue)}, which always acted together with it.`;
    case 'by-hand':
      return BY_HAND[type] ?? 'Changed by hand.';
    case 'undone':
      return 'A change by hand was taken back.';
    case 'imported':
      return `As the file ${reason.file} has it.`;
    case 'snapshot':
      return `Back to the snapshot “${reason.name}”.`;
    case 'went-back':
      return `Back to the policy after step ${reason.to}.`;
    case 'start':
      return reason.from === 'starter' ? 'From the starter policy.' : 'From a file.';
    case 'other-start':
      return 'Another start was chosen.';
    case 'kept':
      return keptSentence(reason);
    case 'undistilled':
      return 'Brought back as it was before the few were kept.';
    case 'distilled':
      return distilledSentence(reason);
    case 'guidance':
      return guidanceReason(reason);
    case 'told':
      return reason.text;
  }
}

const BY_HAND: Readonly<Partial<Record<HintEvent['type'], string>>> = {
  enable: 'Switched on by hand.',
  disable: 'Switched off by hand.',
  pin: 'Pinned by hand: training leaves it as it is.',
  unpin: 'The pin was taken out by hand.',
  put: 'Added by hand.',
  prune: 'Deleted by hand.',
  merge: 'Merged with another by hand.',
};

const used = (support: number): string => `${support} teaching ${support === 1 ? 'completion' : 'completions'} used it`;

function taught({ support, advantage }: Extract<HintReason, { id: 'taught' }>): string {
  return support === 0
    ? 'Completions that left it out differed from their group'
    : `${used(support)}, with a mean advantage of ${signed(advantage / support)}`;
}

function guidanceReason({ author, said, into, with: other }: Extract<HintReason, { id: 'guidance' }>): string {
  const merged =
    into !== undefined
      ? ` Merged into ${into}; it said:`
      : other !== undefined
        ? ` Merged with ${other}; it said:`
        : ' It said:';
  return `${authorSentence(author)}${said === undefined ? '' : `${merged} “${said}”`}`;
}

function authorSentence(author: GuidanceAuthor): string {
  if (author.by === 'model') return `Proposed by ${author.label} after step ${author.step}.`;
  return {
    wrote: 'Written by the reader.',
    reworded: 'Reworded by the reader.',
    accepted: 'Accepted by the reader.',
    vetoed: 'Vetoed by the reader.',
  }[author.did];
}

/** What distilling left of a policy, and what that is worth. */
export function distilledSentence({
  kept,
  of,
  same,
  questions,
}: Pick<Extract<HintReason, { id: 'distilled' }>, 'kept' | 'of' | 'same' | 'questions'>): string {
  return `Of ${of} learned hints ${kept} are kept, with weights fitted anew; ${same} of ${questions} training questions are answered by the very same decisions.`;
}

/** Which policy a run with validation kept, and why. */
export function keptSentence(kept: KeptPolicy): string {
  const { start, of } = kept;
  const questions = of === 1 ? 'one validation question' : `${of} validation questions`;
  if (kept.kept === 'best')
    return `The run beat its start on the ${questions} (${kept.right} of ${of} against ${start} of ${of}); the policy of step ${kept.step} is kept.`;
  return kept.most === null
    ? 'No step was taken; the start is kept.'
    : `The run did not beat its start on the ${questions} (${kept.most} of ${of} against ${start} of ${of}); the start is kept.`;
}
