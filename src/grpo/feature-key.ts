/** How a feature is keyed: by the key of its cue and by its pattern. Nothing else writes keys or reads them. */
import type { HintFeature } from './types.ts';

const ARROW = ' ⇒ ';
const NO_CUE = '*';

/** `cue`: its key (a stem, where words are shown as they were met); null for a feature without one. */
export function featureKey(cue: string | null, pattern: string): string {
  return `${cue ?? NO_CUE}${ARROW}${pattern}`;
}

/** The key of a feature's cue; null where it has none or is keyed in another way. */
export function cueKeyOf({ key, pattern }: Pick<HintFeature, 'key' | 'pattern'>): string | null {
  const end = `${ARROW}${pattern}`;
  if (!key.endsWith(end)) return null;
  const cue = key.slice(0, -end.length);
  return cue === NO_CUE ? null : cue;
}

/** Cue and pattern by a key alone, for a hint that is no longer there: the cue as its key has it. */
export function partsOfKey(key: string): Pick<HintFeature, 'cue' | 'pattern'> {
  const at = key.indexOf(ARROW);
  if (at < 0) return { cue: null, pattern: key };
  const cue = key.slice(0, at);
  return { cue: cue === NO_CUE ? null : cue, pattern: key.slice(at + ARROW.length) };
}
