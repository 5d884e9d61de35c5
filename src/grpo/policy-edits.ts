/**
 * What a reader does to hints beyond a weight or a switch (policy.ts, `edit`), each as events of the log: so that a run
 * with edits replays to the bit, and each of them can be taken back.
 */
import { featureKey, patternKey } from './feature-key.ts';
import type { HintChange, PolicyLayer } from './policy.ts';
import type { HintEvent, HintFeature, HintReason, PolicyHint } from './types.ts';

/** A change of hints that cannot be made. The message says why, fit for a reader. */
export class PolicyEditError extends Error {
  override readonly name = 'PolicyEditError';
}

/** How the hints with some keys are to be; null for one that is not to be there. */
export type Wanted = readonly { readonly key: string; readonly hint: PolicyHint | null }[];

/** Puts hints as they are wanted. Those that are so already have no event. */
export function putHints(policy: PolicyLayer, wanted: Wanted, step: number, reason: HintReason): HintEvent[] {
  const changes = wanted.flatMap(({ key, hint }): HintChange[] => {
    const now = policy.hintOf(key);
    if (hint === null) return now === undefined ? [] : [{ type: 'prune', key, hint, reason }];
    return now !== undefined && isSame(now, hint) ? [] : [{ type: 'put', key, hint, reason }];
  });
  return policy.amend(changes, step);
}

/** What takes the policy from its hints to those of a snapshot. */
export function wantedFor(policy: PolicyLayer, snapshot: readonly PolicyHint[]): Wanted {
  const kept = new Set(snapshot.map(({ key }) => key));
  return [
    ...policy.hints.flatMap(({ key }) => (kept.has(key) ? [] : [{ key, hint: null }])),
    ...snapshot.map((hint) => ({ key: hint.key, hint })),
  ];
}

/** As the hints of these keys are now: what takes a change of them back. */
export function standing(policy: PolicyLayer, keys: readonly string[]): Wanted {
  return keys.map((key) => ({ key, hint: policy.hintOf(key) ?? null }));
}

/** A reader's own hint of a feature that the sampler has. Throws PolicyEditError. */
export function addHint(
  policy: PolicyLayer,
  feature: HintFeature,
  { weight, pinned }: { readonly weight: number; readonly pinned: boolean },
  { step, weightLimit }: { readonly step: number; readonly weightLimit: number },
): HintEvent[] {
  if (!Number.isFinite(weight) || Math.abs(weight) > weightLimit)
    throw new PolicyEditError(`A weight is a number from −${weightLimit} to ${weightLimit}.`);
  const key = featureKey(feature.cue, feature.pattern);
  if (policy.has(key)) throw new PolicyEditError('The policy has this hint already: change its weight instead.');
  const hint: PolicyHint = {
    ...feature,
    key,
    weight,
    evidence: { support: 0, positive: 0, advantage: 0, steps: 0 },
    createdAt: step,
    updatedAt: step,
    enabled: true,
    ...(pinned ? { pinned } : {}),
  };
  return putHints(policy, [{ key, hint }], step, { id: 'by-hand' });
}

/** Takes hints out of the policy. Throws PolicyEditError for one that is not there. */
export function deleteHints(policy: PolicyLayer, keys: readonly string[], step: number): HintEvent[] {
  for (const key of keys) hintOf(policy, key);
  return putHints(
    policy,
    keys.map((key) => ({ key, hint: null })),
    step,
    { id: 'by-hand' },
  );
}

/**
 * One hint takes the weight of another that does the same, which goes: for the questions of both nothing changes, for
 * the others of `into` it weighs more. Its evidence stays its own. Throws PolicyEditError.
 */
export function mergeHints(
  policy: PolicyLayer,
  { from, into }: { readonly from: string; readonly into: string },
  { step, weightLimit }: { readonly step: number; readonly weightLimit: number },
): HintEvent[] {
  const [gone, kept] = [hintOf(policy, from), hintOf(policy, into)];
  if (from === into) throw new PolicyEditError('A hint cannot be merged with itself.');
  if (patternKey(gone.pattern) !== patternKey(kept.pattern) || gone.template === 'guidance')
    throw new PolicyEditError('Only hints that do the same can be merged.');
  const weight = kept.weight + gone.weight;
  if (Math.abs(weight) > weightLimit)
    throw new PolicyEditError(`Together they would weigh ${weight.toFixed(2)}, beyond the limit of ${weightLimit}.`);
  const reason = { id: 'by-hand' } as const;
  return policy.amend(
    [
      { type: 'merge', key: from, hint: null, reason },
      { type: 'merge', key: into, hint: { ...kept, weight, updatedAt: step }, reason },
    ],
    step,
  );
}

function hintOf(policy: PolicyLayer, key: string): PolicyHint {
  const hint = policy.hintOf(key);
  if (hint === undefined) throw new PolicyEditError('This hint is no longer part of the policy.');
  return hint;
}

/** Whether two hints are the same in everything that the log keeps. */
export function isSame(a: PolicyHint, b: PolicyHint): boolean {
  return (
    a === b ||
    (a.weight === b.weight &&
      a.enabled === b.enabled &&
      a.pinned === b.pinned &&
      a.createdAt === b.createdAt &&
      a.updatedAt === b.updatedAt &&
      a.evidence.support === b.evidence.support &&
      a.evidence.positive === b.evidence.positive &&
      a.evidence.advantage === b.evidence.advantage &&
      a.evidence.steps === b.evidence.steps &&
      patternKey(a.pattern) === patternKey(b.pattern))
  );
}
