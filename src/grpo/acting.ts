/**
 * With how much of its weight a hint acts: none when its template is switched off, less while its evidence is thin.
 * The sampler, the update and an evaluation all ask here, so that what is drawn, taught and measured is one policy.
 */
import type { GRPOConfig } from './config.ts';
import type { HintFeature, HintTemplate, PolicyHint } from './types.ts';

/** The settings that decide it. */
export type ActingConfig = Pick<
  GRPOConfig,
  | 'evidence_hold'
  | 'template_pattern'
  | 'template_operator'
  | 'template_name'
  | 'template_pair'
  | 'template_link'
  | 'template_guidance'
  | 'template_bigram'
>;

/** Every template on, nothing held down: a weight acts as it stands. */
export const ACTS_IN_FULL: ActingConfig = {
  evidence_hold: 0,
  template_pattern: true,
  template_operator: true,
  template_name: true,
  template_pair: true,
  template_link: true,
  template_guidance: true,
  template_bigram: true,
};

/** The setting that switches a template on. */
const SWITCH: Readonly<Record<HintTemplate, Exclude<keyof ActingConfig, 'evidence_hold'>>> = {
  pattern: 'template_pattern',
  operator: 'template_operator',
  name: 'template_name',
  pair: 'template_pair',
  link: 'template_link',
  guidance: 'template_guidance',
};

/** Whether features of this kind act and learn at all. */
export function isAllowed(feature: Pick<HintFeature, 'template' | 'words'>, config: ActingConfig): boolean {
  return config[SWITCH[feature.template]] && (feature.words !== 2 || config.template_bigram);
}

/**
 * n / (n + c): the share of its weight with which a hint acts that n completions taught. It is the shrinkage of a mean
 * of n observations towards a prior that weighs as much as c of them (the posterior mean of a normal with known
 * variances). Exactly 1 for c = 0.
 */
export function actingShare(support: number, hold: number): number {
  return hold === 0 ? 1 : support / (support + hold);
}

/** The logit a hint adds where it fires: with a pin the reader vouches for it in the place of evidence. */
export function actingWeight(hint: PolicyHint, config: ActingConfig): number {
  return hint.enabled && isAllowed(hint, config)
    ? hint.weight * (hint.pinned === true ? 1 : actingShare(hint.evidence.support, config.evidence_hold))
    : 0;
}

/** The weight with which the hint acts with this logit, as far as `weight_limit` lets it. */
export function weightActing(
  { evidence }: Pick<PolicyHint, 'evidence'>,
  logit: number,
  { evidence_hold, weight_limit }: Pick<GRPOConfig, 'evidence_hold' | 'weight_limit'>,
): number {
  const share = actingShare(evidence.support, evidence_hold);
  return share === 0 ? 0 : Math.max(-weight_limit, Math.min(weight_limit, logit / share));
}
