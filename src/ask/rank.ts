/** A group as candidates, the best first. Pure. */
import { SHOWN_ROWS } from '../grpo/trainer.ts';
import type { Execution, PolicyView, Sample, ScoredRewards } from '../grpo/types.ts';
import { compareMembers } from './choose.ts';
import type { Member } from './evidence.ts';
import { SHOWN_HINTS, type ActedHint, type AskCandidate, type ScoredBy } from './types.ts';
import { whyItLost } from './why.ts';

/** One of the group, run and scored. */
export interface Ran extends Member {
  readonly sample: Sample;
  readonly execution: Execution;
  readonly rewards: ScoredRewards;
  readonly hintScore: number;
  /** What the reader said that holds for it, from −1 to 1; null for nothing. */
  readonly said: number | null;
}

/** The same SQL once; what the reader said before all else, then as choose.ts has it. */
export function rank(group: readonly Ran[], policy: PolicyView, scoredBy: ScoredBy): AskCandidate[] {
  const others = group.filter(({ result }) => result !== null).length - 1;
  const agreementOf = ({ result }: Ran): AskCandidate['agreement'] =>
    result === null ? null : { same: group.filter((other) => other.result === result).length - 1, others };
  const bySql = new Map<string, Ran[]>();
  for (const one of group) bySql.set(one.sql, [...(bySql.get(one.sql) ?? []), one]);
  const compare = compareMembers(group);
  const ranked = [...bySql.values()]
    .flatMap((same) => (same[0] === undefined ? [] : [{ first: same[0], same, agreement: agreementOf(same[0]) }]))
    .sort((a, b) => (b.first.said ?? 0) - (a.first.said ?? 0) || compare(a.first, b.first));
  const [best] = ranked;
  return ranked.map(({ first, same, agreement }, place): AskCandidate => {
    const { sample, execution, rewards, hintScore, said } = first;
    const acted = actedHints(sample, policy);
    return {
      sql: sample.sql,
      text: sample.text,
      ...(sample.origin === undefined ? {} : { origin: sample.origin }),
      count: same.length,
      greedy: same.some((one) => one === group[0]),
      execution: { ...execution, rows: execution.rows.slice(0, SHOWN_ROWS) },
      rowCount: execution.rows.length,
      rewards,
      hintScore,
      hints: acted.slice(0, SHOWN_HINTS),
      hintCount: acted.length,
      agreement,
      score: first.score,
      said,
      logProbability: sample.logProbability,
      why:
        place === 0 || best === undefined
          ? ''
          : whyItLost({ ...first, agreement }, { ...best.first, agreement: best.agreement }, scoredBy),
    };
  });
}

function actedHints({ features }: Sample, policy: PolicyView): ActedHint[] {
  return features
    .map(({ feature, value }) => ({ feature, weight: policy.weightOf(feature.key), times: value }))
    .filter(({ weight, times }) => weight !== 0 && times > 0)
    .sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight) || (a.feature.key < b.feature.key ? -1 : 1))
    .map(({ feature: { key, cue, pattern, template }, weight, times }) => ({
      ...{ key, cue, pattern, template },
      ...{ weight, times },
    }));
}
