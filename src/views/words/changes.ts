/** What a step did to the hints, grouped by hint. */
import { featureOfKey, patternKey } from '../../grpo/feature-key.ts';
import { patternWords } from '../../grpo/wording.ts';
import type { HintCause, HintEvent, HintFeature, PolicyHint, Step } from '../../grpo/types.ts';

/** The events of one hint in one step as one line. */
export interface Change {
  readonly key: string;
  readonly feature: Pick<HintFeature, 'cue' | 'pattern'>;
  /** As a short text, which SQL can be searched for. */
  readonly pattern: string;
  readonly before: number;
  /** null when the hint is gone. */
  readonly after: number | null;
  readonly delta: number;
  readonly created: boolean;
  readonly causes: readonly HintCause[];
  /** The last event of the hint in the step. */
  readonly event: HintEvent;
}

/** One change per hint, the largest first. */
export function changesOf(step: Step): Change[] {
  const byKey = new Map<string, HintEvent[]>();
  const names = new Map(
    step.groups.flatMap(({ completions }) =>
      completions.flatMap(({ features }) => features.map(({ feature }) => [feature.key, feature] as const)),
    ),
  );
  for (const event of step.events) byKey.set(event.key, [...(byKey.get(event.key) ?? []), event]);
  return [...byKey.entries()]
    .flatMap(([key, events]) => {
      const first = events[0];
      const event = events.at(-1);
      if (first === undefined || event === undefined) return [];
      const named = event.hint ?? first.hint ?? names.get(key) ?? featureOfKey(key);
      const before = first.before ?? 0;
      return [
        {
          key,
          feature: named,
          pattern: patternWords(named.pattern),
          before,
          after: event.after,
          delta: (event.after ?? 0) - before,
          created: first.type === 'create',
          causes: events.flatMap(({ causes }) => causes),
          event,
        },
      ];
    })
    .sort((a, b) => Math.abs(b.delta) - Math.abs(a.delta));
}

/** A pattern by the strongest of its hints. */
export interface Strongest {
  readonly hint: PolicyHint;
  /** How many other cues the pattern has. */
  readonly others: number;
}

/** One row a pattern, the strongest first; of equals the one with a cue says more. */
export function strongestByPattern(hints: readonly PolicyHint[], most: number): Strongest[] {
  const rows = new Map<string, { hint: PolicyHint; others: number }>();
  const order = [...hints].sort(
    (a, b) => Math.abs(b.weight) - Math.abs(a.weight) || Number(a.cue === null) - Number(b.cue === null),
  );
  for (const hint of order) {
    const row = rows.get(patternKey(hint.pattern));
    if (row === undefined) rows.set(patternKey(hint.pattern), { hint, others: 0 });
    else row.others++;
  }
  return [...rows.values()].slice(0, most);
}

/** The changes of one pattern under several cues: for a question that has them all they add up. */
export interface PatternChange {
  readonly pattern: string;
  readonly delta: number;
  /** The largest first; at least one. */
  readonly changes: readonly [Change, ...Change[]];
}

/** Changes gathered by pattern, the largest sum first. */
export function byPattern(changes: readonly Change[]): PatternChange[] {
  const gathered = new Map<string, [Change, ...Change[]]>();
  for (const change of changes) {
    const same = gathered.get(change.pattern);
    if (same === undefined) gathered.set(change.pattern, [change]);
    else same.push(change);
  }
  return [...gathered.entries()]
    .map(([pattern, list]) => ({
      pattern,
      delta: list.reduce((sum, { delta }) => sum + delta, 0),
      changes: list,
    }))
    .sort((a, b) => Math.abs(b.delta) - Math.abs(a.delta));
}

/** The completions of a group that used the pattern and taught: they are why the weight moved. */
export function usersOf(change: Pick<Change, 'causes'>, group: number): number[] {
  return [
    ...new Set(
      change.causes.filter((cause) => cause.group === group && cause.activity > 0).map(({ completion }) => completion),
    ),
  ].sort((a, b) => a - b);
}
