/**
 * Guidance hints: sentences in the prompt of a language model, proposed by the model after a group it can learn from,
 * or by the reader. (Experience in words in the place of a parameter update: Training-Free GRPO, arXiv 2510.08191.
 * There the library is only edited by the model; here a sentence also has a weight, which advantages move, and every
 * change is an event.)
 *
 * A sentence with the weight w is in the prompt of a completion with the probability σ(w) = 1/(1 + e^−w), drawn anew
 * for each. That draw is a decision of the policy, so its gradient is the score function of a Bernoulli variable,
 * exactly:
 *
 *   ∂/∂w ln P(b) = b − σ(w)      for b = 1 (in) or 0 (out)
 *
 * which is `value − expected` of gradient.ts with value = b and expected = σ(w).
 */
import { patternWords } from './wording.ts';
import type { HintChange, PolicyLayer } from './policy.ts';
import { exp } from './portable-math.ts';
import type { GuidanceAuthor, HintCause, HintEvent, HintPattern, HintReason, PolicyHint } from './types.ts';

/** A proposed sentence begins here: in 52 % of the prompts, so that it is soon tried against its absence. */
export const GUIDANCE_WEIGHT = 0.1;
/** What a reader's consent raises it to at least, or the weight limit if that is lower: in 88 % of the prompts. */
export const ACCEPTED_WEIGHT = 2;
/** A sentence this heavy was accepted, or has earned its place: reflection may not change or delete it. */
export const HELD_WEIGHT = 1;
/** Characters a sentence may have. */
export const GUIDANCE_LENGTH = 300;
/** Sentences that are considered for one prompt, the heaviest; and how many that are switched on there may be. */
export const MOST_GUIDANCE = 12;
/** Fewer words say nothing. */
const LEAST_WORDS = 3;

const KEY = 'guidance:';

export type GuidanceOperation =
  | { readonly op: 'add'; readonly text: string }
  | { readonly op: 'update'; readonly id: string; readonly text: string }
  | { readonly op: 'merge'; readonly ids: readonly [string, string]; readonly text: string }
  | { readonly op: 'delete'; readonly id: string };

/** Where a change comes from. */
export interface GuidanceSource {
  readonly step: number;
  readonly author: GuidanceAuthor;
  /** The completions that were shown. */
  readonly causes?: readonly HintCause[];
}

/**
 * A sentence that cannot be taken, or an operation on one that is not there. The message says why, fit for a reader.
 */
export class GuidanceError extends Error {
  override readonly name = 'GuidanceError';
}

/** Probability that a sentence of this weight is in a prompt. */
export function inclusionProbability(weight: number): number {
  return 1 / (1 + exp(-weight));
}

/** The guidance among the hints, those switched off included, in order of key. */
export function guidanceAmong(hints: readonly PolicyHint[]): PolicyHint[] {
  return hints.filter(({ template }) => template === 'guidance').sort((a, b) => (a.key < b.key ? -1 : 1));
}

/**
 * The sentence as it is kept: on one line, without control characters.
 * Throws GuidanceError for one that is too short or long, or that is there already (vetoed ones included). `apart`
 * names hints it may equal.
 */
function checkSentence(text: string, hints: readonly PolicyHint[], apart: readonly string[] = []): string {
  const sentence = text.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim();
  if (sentence === '') throw new GuidanceError('The sentence is empty.');
  if (sentence.length > GUIDANCE_LENGTH)
    throw new GuidanceError(`The sentence has ${sentence.length} characters, more than ${GUIDANCE_LENGTH}.`);
  if ((sentence.match(/[\p{L}\p{N}]+/gu) ?? []).length < LEAST_WORDS)
    throw new GuidanceError(`“${sentence}” is no sentence that says when to do what.`);
  const plain = comparable(sentence);
  const same = guidanceAmong(hints).find(
    (hint) => !apart.includes(hint.key) && comparable(patternWords(hint.pattern)) === plain,
  );
  if (same !== undefined)
    throw new GuidanceError(
      same.enabled ? `${same.key} says the same already.` : `${same.key} says the same and was vetoed.`,
    );
  return sentence;
}

const comparable = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();

/**
 * Carries out one operation, as events of the policy. add: weight `GUIDANCE_WEIGHT`, no evidence yet. update: another
 * text, weight and evidence stay. merge: the heavier of the two stays with its weight and evidence under the new text,
 * the other goes. delete: it goes.
 *
 * Throws GuidanceError, and then nothing has changed. `byReader` also allows what reflection may not: vetoed and heavy
 * sentences.
 */
export function applyGuidance(
  policy: PolicyLayer,
  operation: GuidanceOperation,
  source: GuidanceSource,
  byReader = false,
): HintEvent[] {
  return policy.amend(changesFor(policy, operation, source, byReader), source.step);
}

/**
 * The operation as it would be carried out on these hints, its sentence in the form that is kept. Throws GuidanceError.
 */
export function checkOperation(
  hints: readonly PolicyHint[],
  operation: GuidanceOperation,
  byReader = false,
): GuidanceOperation {
  const find = (id: string): PolicyHint => {
    const hint = guidanceOf(hints, id);
    if (byReader) return hint;
    if (!hint.enabled) throw new GuidanceError(`${id} was vetoed and stays as it is.`);
    if (hint.pinned === true) throw new GuidanceError(`${id} is pinned: only the reader changes it.`);
    if (hint.weight >= HELD_WEIGHT)
      throw new GuidanceError(
        `${id} weighs ${hint.weight.toFixed(2)}: from ${HELD_WEIGHT} on only the reader changes it.`,
      );
    return hint;
  };
  switch (operation.op) {
    case 'add':
      if (guidanceAmong(hints).filter(({ enabled }) => enabled).length >= MOST_GUIDANCE)
        throw new GuidanceError(
          `There are ${MOST_GUIDANCE} guidance hints already: one has to be merged or deleted first.`,
        );
      return { op: 'add', text: checkSentence(operation.text, hints) };
    case 'update': {
      const hint = find(operation.id);
      const text = checkSentence(operation.text, hints, [operation.id]);
      if (patternWords(hint.pattern) === text) throw new GuidanceError(`${operation.id} says just that already.`);
      return { op: 'update', id: operation.id, text };
    }
    case 'merge':
      if (operation.ids[0] === operation.ids[1]) throw new GuidanceError('A hint cannot be merged with itself.');
      operation.ids.forEach(find);
      return { op: 'merge', ids: operation.ids, text: checkSentence(operation.text, hints, operation.ids) };
    case 'delete':
      find(operation.id);
      return operation;
  }
}

function changesFor(
  policy: PolicyLayer,
  given: GuidanceOperation,
  { step, author, causes }: GuidanceSource,
  byReader: boolean,
): HintChange[] {
  const { hints } = policy;
  const operation = checkOperation(hints, given, byReader);
  const why = (more: Omit<Extract<HintReason, { id: 'guidance' }>, 'id' | 'author'> = {}): HintReason => ({
    id: 'guidance',
    author,
    ...more,
  });
  switch (operation.op) {
    case 'add': {
      const hint = newHint(freeKey(policy), operation.text, step);
      return [{ type: 'propose', key: hint.key, hint, reason: why(), causes }];
    }
    case 'update': {
      const hint = guidanceOf(hints, operation.id);
      return [
        {
          type: 'edit',
          key: hint.key,
          hint: withText(hint, operation.text, step),
          reason: why({ said: patternWords(hint.pattern) }),
          causes,
        },
      ];
    }
    case 'merge': {
      const a = guidanceOf(hints, operation.ids[0]);
      const b = guidanceOf(hints, operation.ids[1]);
      const [kept, gone] = b.weight > a.weight ? [b, a] : [a, b];
      return [
        {
          type: 'merge',
          key: gone.key,
          hint: null,
          reason: why({ said: patternWords(gone.pattern), into: kept.key }),
          causes,
        },
        {
          type: 'merge',
          key: kept.key,
          hint: withText(kept, operation.text, step),
          reason: why({ said: patternWords(kept.pattern), with: gone.key }),
          causes,
        },
      ];
    }
    case 'delete': {
      const hint = guidanceOf(hints, operation.id);
      return [{ type: 'prune', key: hint.key, hint: null, reason: why({ said: patternWords(hint.pattern) }), causes }];
    }
  }
}

/**
 * The reader agrees: the weight rises to `ACCEPTED_WEIGHT`, if it was lower, and the hint is switched on. Throws
 * GuidanceError.
 */
export function acceptGuidance(policy: PolicyLayer, id: string, step: number, weightLimit: number): HintEvent[] {
  const hint = guidanceOf(policy.hints, id);
  const weight = Math.max(hint.weight, Math.min(ACCEPTED_WEIGHT, weightLimit));
  if (weight === hint.weight && hint.enabled) return [];
  return policy.amend(
    [
      {
        type: 'edit',
        key: id,
        reason: by('accepted'),
        hint: { ...hint, weight, enabled: true, updatedAt: step },
      },
    ],
    step,
  );
}

/** The reader's own words for it. Throws GuidanceError. */
export function editGuidance(policy: PolicyLayer, id: string, text: string, step: number): HintEvent[] {
  guidanceOf(policy.hints, id);
  return applyGuidance(policy, { op: 'update', id, text }, { step, author: { by: 'reader', did: 'reworded' } }, true);
}

/** The reader refuses it: switched off, and kept so that it is not proposed again. Throws GuidanceError. */
export function vetoGuidance(policy: PolicyLayer, id: string, step: number): HintEvent[] {
  const hint = guidanceOf(policy.hints, id);
  if (!hint.enabled) return [];
  return policy.amend(
    [{ type: 'disable', key: id, reason: by('vetoed'), hint: { ...hint, enabled: false, updatedAt: step } }],
    step,
  );
}

const by = (did: 'accepted' | 'vetoed'): HintReason => ({ id: 'guidance', author: { by: 'reader', did } });

function guidanceOf(hints: readonly PolicyHint[], id: string): PolicyHint {
  const hint = hints.find(({ key, template }) => key === id && template === 'guidance');
  if (hint === undefined) throw new GuidanceError(`There is no guidance hint ${id.slice(0, 40)}.`);
  return hint;
}

/** Numbered by its place in the log, which only grows; hints from a file may have taken the number. */
function freeKey(policy: PolicyLayer): string {
  let number = policy.eventCount;
  while (policy.has(`${KEY}${number}`)) number++;
  return `${KEY}${number}`;
}

const sentence = (text: string): HintPattern => ({ kind: 'sentence', parts: [text] });

function newHint(key: string, text: string, step: number): PolicyHint {
  return {
    key,
    cue: null,
    pattern: sentence(text),
    tables: [],
    template: 'guidance',
    general: true,
    words: 0,
    weight: GUIDANCE_WEIGHT,
    evidence: { support: 0, positive: 0, advantage: 0, steps: 0 },
    createdAt: step,
    updatedAt: step,
    enabled: true,
  };
}

const withText = (hint: PolicyHint, text: string, step: number): PolicyHint => ({
  ...hint,
  pattern: sentence(text),
  updatedAt: step,
});

/** What a reader does about hints in words. */
export type GuidanceAct =
  | { readonly does: 'add'; readonly text: string }
  | { readonly does: 'accept'; readonly key: string }
  | { readonly does: 'reword'; readonly key: string; readonly text: string }
  | { readonly does: 'veto'; readonly key: string };

/** Puts a reader's act into effect and returns its events. Throws GuidanceError when it cannot be done. */
export function actOnGuidance(
  policy: PolicyLayer,
  act: GuidanceAct,
  { step, weightLimit }: { readonly step: number; readonly weightLimit: number },
): HintEvent[] {
  switch (act.does) {
    case 'add':
      return applyGuidance(
        policy,
        { op: 'add', text: act.text },
        { step, author: { by: 'reader', did: 'wrote' } },
        true,
      );
    case 'accept':
      return acceptGuidance(policy, act.key, step, weightLimit);
    case 'reword':
      return editGuidance(policy, act.key, act.text, step);
    case 'veto':
      return vetoGuidance(policy, act.key, step);
  }
}
