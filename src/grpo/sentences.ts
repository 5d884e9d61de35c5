/** Hints and what happened to them in words, made where they are read. */
import { cueWords, patternWords } from './wording.ts';
import type { GuidanceAuthor, HintEvent, HintCue, HintFeature, HintReason, KeptPolicy, PolicyHint } from './types.ts';

const signed = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(2)}`;
const completions = (count: number): string => `${count} completion${count === 1 ? '' : 's'}`;

/** What a weight does to its pattern. */
export function hintType(weight: number): 'prefer' | 'avoid' {
  return weight < 0 ? 'avoid' : 'prefer';
}

/** A hint in one sentence, with what taught it. */
export function describeHint({
  cue,
  pattern,
  template,
  weight,
  evidence,
}: Pick<PolicyHint, 'cue' | 'pattern' | 'template' | 'weight' | 'evidence'>): string {
  const { support, advantage } = evidence;
  const average = signed(advantage / support);
  const words = patternWords(pattern);
  if (template === 'guidance') {
    const shown = `Mean advantage ${average} in ${completions(support)} that ${support === 1 ? 'was' : 'were'} given it.`;
    return support === 0 ? words : `${words} ${shown}`;
  }
  const when = cue === null ? 'For every question' : `When the question says “${cueWords(cue)}”`;
  const what = `${when}, ${hintType(weight)} ${words}`;
  return support === 0 ? `${what}.` : `${what}: mean advantage ${average} in ${completions(support)}.`;
}

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
      return `Always fired together with “${cueWords(reason.cue)}”, which says the same in fewer words.`;
    case 'merged-from':
      return `Took over the weight of “${cueWords(reason.cue)}”, which always fired together with it.`;
    case 'by-hand':
      return type === 'enable'
        ? 'Switched on by hand.'
        : type === 'disable'
          ? 'Switched off by hand.'
          : 'Changed by hand.';
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

/** Characters of a cue or pattern that a sentence repeats. */
const LONGEST_IN_SENTENCE = 400;
/** |weight| from which a hint is worded as strong, and as usual. */
const STRONG_WEIGHT = 1;
const USUAL_WEIGHT = 0.4;

/**
 * A hint as a prompt says it: “When the question says “how many”, usually prefer COUNT(*).” `weight` is that with which
 * it acts.
 */
export function hintSentence(hint: Pick<HintFeature, 'cue' | 'pattern' | 'template'>, weight: number): string {
  const pattern = oneLine(patternWords(hint.pattern));
  if (hint.template === 'guidance') return pattern;
  const size = Math.abs(weight);
  const advice = `${size >= STRONG_WEIGHT ? 'strongly' : size >= USUAL_WEIGHT ? 'usually' : 'slightly'} ${hintType(weight)} ${pattern}.`;
  return hint.cue === null
    ? `${advice.charAt(0).toUpperCase()}${advice.slice(1)}`
    : `When the question ${cueInWords(hint.cue)}, ${advice}`;
}

/** Hints may come from anybody's file: none writes more than its own line into a prompt. */
function oneLine(text: string): string {
  return text
    .slice(0, LONGEST_IN_SENTENCE)
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim();
}

function cueInWords(cue: HintCue): string {
  if (cue.kind === 'start') return `begins with “${oneLine(cueWords({ ...cue, kind: 'bigram' }))}”`;
  const words = oneLine(cueWords(cue));
  return cue.kind === 'typed' ? `has ${words}` : `says “${words}”`;
}

/** The strongest hints as sentences: the guidance a language model's system prompt gets. */
export function guidance(hints: readonly PolicyHint[], limit = 20): string[] {
  return [...hints]
    .filter((hint) => hint.enabled && (hint.template === 'guidance' ? hint.weight > 0 : hint.weight !== 0))
    .sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight))
    .slice(0, limit)
    .map((hint) => hintSentence(hint, hint.weight));
}
