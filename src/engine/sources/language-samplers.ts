import type { LanguageSampler, LanguageSamplerOptions } from '../../samplers/language/language-sampler.ts';
import type { LiveRelay } from '../models/live-relay.ts';

export type MakeLanguageSampler = (options: Omit<LanguageSamplerOptions, 'onLive'>) => LanguageSampler;

/** Makes samplers that tell `live` what they write. Their code is fetched when asked: most runs have no model. */
export function languageSamplers(live: Pick<LiveRelay, 'tell'>): () => Promise<MakeLanguageSampler> {
  return async () => {
    const { makeLanguageSampler } = await import('../../samplers/language/language-sampler.ts');
    return (options) => makeLanguageSampler({ ...options, onLive: (group) => live.tell(group) });
  };
}
