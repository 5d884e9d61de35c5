/**
 * Hints, events and rewards as versions up to 0.3 kept them: cue, pattern and key in words, whole hints in every event,
 * and sentences. Nothing else reads such keys.
 */
import { featureKey } from './feature-key.ts';
import type { HintCue, HintEvent, HintFeature, HintPattern, PolicyHint, RewardReason, ScoredRewards } from './types.ts';

export interface EarlierFeature extends Omit<HintFeature, 'cue' | 'pattern'> {
  readonly cue: string | null;
  readonly pattern: string;
}

export interface EarlierHint extends Omit<PolicyHint, 'cue' | 'pattern'>, EarlierFeature {
  readonly hintType?: 'prefer' | 'avoid';
  readonly description?: string;
}

export interface EarlierEvent extends Omit<HintEvent, 'reason' | 'hint'> {
  readonly reason: string;
  /** null for a hint that is gone. */
  readonly hint: EarlierHint | null;
}

export interface EarlierRewards extends Omit<ScoredRewards, 'components'> {
  readonly components: Readonly<
    Record<
      string,
      {
        readonly value: number | null;
        readonly reasons: readonly { readonly text: string; readonly points: number }[];
      }
    >
  >;
}

const ARROW = ' ⇒ ';

/** The key as it was made of the words of a cue and a pattern. */
export const earlierKey = (cue: string | null, pattern: string): string => `${cue ?? '*'}${ARROW}${pattern}`;

/** The hint without its sentence, which is made where it is read. */
export function hintOfEarlier({ hintType: _told, description: _said, ...hint }: EarlierHint): PolicyHint {
  return { ...hint, ...featureOfEarlier(hint) };
}

/** A feature whose key is of another make keeps it, and its cue as a text. */
export function featureOfEarlier({ key, cue, pattern, tables, template, general, words }: EarlierFeature): HintFeature {
  const rest = { tables, template, general, words };
  if (template === 'guidance') return { key, cue: null, pattern: { kind: 'sentence', parts: [pattern] }, ...rest };
  const end = `${ARROW}${pattern}`;
  const data = patternOfEarlier(pattern);
  if (!key.endsWith(end))
    return { key, cue: cue === null ? null : { kind: 'text', parts: [cue] }, pattern: data, ...rest };
  const read = cueOfEarlier(key.slice(0, -end.length), cue);
  return { key: featureKey(read, data), cue: read, pattern: data, ...rest };
}

/** Weights by key. */
export function weightsOfEarlier(weights: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(weights).map(([key, weight]) => [keyOfEarlier(key), weight]));
}

/** A key by itself; one of another make, or of guidance, stays. */
export function keyOfEarlier(key: string): string {
  const at = key.indexOf(ARROW);
  return at < 0
    ? key
    : featureKey(cueOfEarlier(key.slice(0, at), null), patternOfEarlier(key.slice(at + ARROW.length)));
}

/** `shown`: its words as they were met; null where only the key is known. */
function cueOfEarlier(key: string, shown: string | null): HintCue | null {
  const one = (kind: HintCue['kind'], part: string): HintCue => ({ kind, parts: [part] });
  if (key === '*') return null;
  const beside = /^(before|after):(.*)$/su.exec(key);
  if (beside !== null) return one(beside[1] as 'before' | 'after', beside[2] ?? '');
  if (/^".*"$/su.test(key)) return one('phrase', key.slice(1, -1));
  if (/^<[^<>]*>$/su.test(key)) {
    const label = shown !== null && /^<.*>$/su.test(shown) ? shown.slice(1, -1) : null;
    return withShown(one('typed', key.slice(1, -1)), label === null ? null : [label]);
  }
  const isStart = key.startsWith('^');
  const parts = (isStart ? key.slice(1) : key).split(' ');
  const kind = isStart ? 'start' : parts.length > 1 ? 'bigram' : 'word';
  const words = shown === null ? null : (isStart ? shown.replace(/^\^/u, '') : shown).split(' ');
  return withShown({ kind, parts }, words);
}

function withShown(cue: HintCue, shown: readonly string[] | null): HintCue {
  const isSame = shown === null || shown.every((word, i) => word === cue.parts[i]);
  return isSame || shown.length !== cue.parts.length ? cue : { ...cue, shown };
}

function patternOfEarlier(text: string): HintPattern {
  const [slot = '', ...traits] = text.split(' ← ');
  if (traits.length > 0) return { kind: 'link', parts: [slot, ...traits.join(' ← ').split(' + ')] };
  // A sum within a fragment of SQL names its columns with their tables, and shapes name none.
  const parts = /[\w"]\.[\w"]/u.test(text) ? [text] : text.split(' + ');
  return { kind: parts.length > 1 ? 'pair' : 'sql', parts };
}

/** The event with its sentence as it was: the values in it are not to be had any more. */
export function eventOfEarlier({ reason, hint, ...event }: EarlierEvent): HintEvent {
  return {
    ...event,
    // A hint of another make has the key that the event has.
    key: hint === null ? keyOfEarlier(event.key) : featureOfEarlier(hint).key,
    reason: { id: 'told', text: reason },
    ...(hint === null ? {} : { hint: hintOfEarlier(hint) }),
  };
}

/** Every reason with its sentence as it was. */
export function rewardsOfEarlier({ components, ...rest }: EarlierRewards): ScoredRewards {
  const told = (reasons: EarlierRewards['components'][string]['reasons']): RewardReason[] =>
    reasons.map(({ text, points }) => ({ id: 'told', values: [text], points }));
  return {
    ...rest,
    components: Object.fromEntries(
      Object.entries(components).map(([name, { value, reasons }]) => [name, { value, reasons: told(reasons) }]),
    ),
  };
}
