import { earlierKey, featureOfEarlier } from '../../src/grpo/earlier.ts';
import type { HintFeature } from '../../src/grpo/types.ts';

/** Cue and pattern as tests state them, in the words that keys once had, with the key that follows from both. */
export function identity(
  cue: string | null,
  pattern: string,
  key = earlierKey(cue, pattern),
): Pick<HintFeature, 'key' | 'cue' | 'pattern'> {
  const rest = { tables: [], template: 'pattern', general: true, words: 0 } as const;
  const {
    tables: _t,
    template: _k,
    general: _g,
    words: _w,
    ...made
  } = featureOfEarlier({ key, cue, pattern, ...rest });
  return made;
}
