/**
 * Which guidance hints are in the prompt of a completion: a decision of the policy, drawn for each hint with the
 * probability σ(w) (grpo/guidance.ts), so that a sentence is tried against its absence and earns or loses weight like
 * every other hint.
 */
import { patternWords } from '../../grpo/wording.ts';
import { inclusionProbability, MOST_GUIDANCE } from '../../grpo/guidance.ts';
import type { DecisionRecord, FeatureUse, PolicyHint, PolicyView, Random } from '../../grpo/types.ts';
import { CHARACTERS_PER_TOKEN } from './prompt.ts';

/**
 * Share of the prompt budget that guidance may take: sentences that were drawn are in the prompt, whatever else has to
 * go.
 */
const SHARE = 0.25;

export interface GuidanceDraw {
  /** Those that are in. */
  readonly hints: readonly PolicyHint[];
  /** value 1 where it is in, 0 where it is not; expected σ(w). */
  readonly features: readonly FeatureUse[];
  readonly decisions: readonly DecisionRecord[];
}

export const NO_GUIDANCE: GuidanceDraw = { hints: [], features: [], decisions: [] };

/**
 * The hints that are considered: switched on, the heaviest `MOST_GUIDANCE` that fit into a quarter of the prompt all
 * together; in order of key.
 */
export function consideredGuidance(policy: PolicyView, promptTokens: number): PolicyHint[] {
  let room = promptTokens * CHARACTERS_PER_TOKEN * SHARE;
  return policy.hints
    .filter(({ template, enabled }) => template === 'guidance' && enabled)
    .sort((a, b) => Math.abs(policy.weightOf(b.key)) - Math.abs(policy.weightOf(a.key)) || (a.key < b.key ? -1 : 1))
    .slice(0, MOST_GUIDANCE)
    .filter(({ pattern }) => {
      const length = patternWords(pattern).length + 3;
      const fits = length <= room;
      if (fits) room -= length;
      return fits;
    })
    .sort((a, b) => (a.key < b.key ? -1 : 1));
}

/** One draw for each hint, in their order; without chance, the more probable side of each: in when w > 0. */
export function drawGuidance(
  considered: readonly PolicyHint[],
  policy: PolicyView,
  random: Random | null,
): GuidanceDraw {
  const drawn = considered.map((hint) => {
    const weight = policy.weightOf(hint.key);
    const p = inclusionProbability(weight);
    return { hint, p, isIn: random === null ? weight > 0 : random() < p };
  });
  return {
    hints: drawn.filter(({ isIn }) => isIn).map(({ hint }) => hint),
    features: drawn.map(({ hint: { key, cue, pattern, tables, template, general, words }, p, isIn }): FeatureUse => ({
      feature: { key, cue, pattern, tables, template, general, words },
      value: isIn ? 1 : 0,
      expected: p,
    })),
    // With all weights 0 a sentence is in every other prompt.
    decisions: drawn.map(({ hint, p, isIn }): DecisionRecord => ({
      name: `guidance: ${patternWords(hint.pattern)}`,
      chosen: isIn ? 'in the prompt' : 'left out',
      probability: isIn ? p : 1 - p,
      referenceProbability: 0.5,
    })),
  };
}
