/** Providers whose code is fetched when somebody first looks at the models, not with the page. */
import type { ModelKind, ModelProvider } from '../../samplers/language/model.ts';

/** What `load` resolves to, loaded once; a load that failed is tried again the next time. */
export function whenAsked<T>(load: () => Promise<T>): () => Promise<T> {
  let loaded: Promise<T> | null = null;
  return () => {
    loaded ??= load().catch((error: unknown): never => {
      loaded = null;
      throw error;
    });
    return loaded;
  };
}

/**
 * The provider that `load` resolves to, loaded once. Its calls reject with what `load` was rejected with, `cards` too:
 * where the code cannot be fetched nothing can be said of its models.
 */
export function laterProvider(kind: ModelKind, load: () => Promise<ModelProvider>): ModelProvider {
  const provider = whenAsked(load);
  return {
    kind,
    cards: async () => (await provider()).cards(),
    load: async (id, options) => (await provider()).load(id, options),
    remove: async (id) => (await provider()).remove?.(id),
  };
}
