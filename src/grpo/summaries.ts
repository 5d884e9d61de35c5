/** The policy at a glance: what it prefers, whatever the cue, and where it pulls both ways. */
import { patternKey } from './feature-key.ts';
import { isWithin, patternWords } from './wording.ts';
import { actionWords } from './words/hint.ts';
import type { HintCue, PolicyHint } from './types.ts';

/** Two hints conflict only when both weigh at least this much. */
const CONFLICT_WEIGHT = 0.2;

export interface PatternPreference {
  readonly pattern: string;
  /** What it does, in words. */
  readonly what: string;
  readonly weight: number;
  readonly hints: number;
}

/**
 * Hints summed by pattern, strongest first: the policy's pattern preferences. Sentences for the prompt are no patterns.
 */
export function patternPreferences(hints: readonly PolicyHint[]): PatternPreference[] {
  const sums = new Map<string, { what: string; weight: number; hints: number }>();
  for (const hint of hints) {
    if (!hint.enabled || hint.template === 'guidance') continue;
    const pattern = patternWords(hint.pattern);
    const {
      what,
      weight,
      hints: count,
    } = sums.get(pattern) ?? { what: actionWords(hint.pattern), weight: 0, hints: 0 };
    sums.set(pattern, { what, weight: weight + hint.weight, hints: count + 1 });
  }
  return [...sums.entries()]
    .map(([pattern, sum]) => ({ pattern, ...sum }))
    .sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight) || (a.pattern < b.pattern ? -1 : 1));
}

/** Pairs that pull one pattern both ways on the same questions: opposite signs, one cue within the other. */
export function conflicts(hints: readonly PolicyHint[]): (readonly [PolicyHint, PolicyHint])[] {
  const byPattern = new Map<string, PolicyHint[]>();
  for (const hint of hints) {
    if (!hint.enabled || Math.abs(hint.weight) < CONFLICT_WEIGHT) continue;
    const pattern = patternKey(hint.pattern);
    byPattern.set(pattern, [...(byPattern.get(pattern) ?? []), hint]);
  }
  const within = (inner: HintCue | null, outer: HintCue | null): boolean =>
    inner === null || (outer !== null && isWithin(inner, outer));
  return [...byPattern.values()].flatMap((group) =>
    group.flatMap((a, i) =>
      group
        .slice(i + 1)
        .filter((b) => a.weight * b.weight < 0 && (within(a.cue, b.cue) || within(b.cue, a.cue)))
        .map((b) => [a, b] as const),
    ),
  );
}
