/**
 * Where the reader's server was the last time, in this browser's local storage. It may be forbidden: then nothing is
 * remembered.
 */
import type { RememberedEndpoint } from './models.svelte.ts';

const KEY = 'grpo-sql-lab:endpoint';

export function endpointMemory(storage: () => Storage = () => localStorage): {
  read(): RememberedEndpoint | null;
  write(endpoint: RememberedEndpoint | null): void;
} {
  return {
    read: () => {
      try {
        const stored: unknown = JSON.parse(storage().getItem(KEY) ?? 'null');
        if (typeof stored !== 'object' || stored === null) return null;
        const { baseUrl, model, key } = stored as Readonly<Record<string, unknown>>;
        if (typeof baseUrl !== 'string' || typeof model !== 'string') return null;
        return { baseUrl, model, ...(typeof key === 'string' ? { key } : {}) };
      } catch {
        return null;
      }
    },
    write: (endpoint) => {
      try {
        if (endpoint === null) storage().removeItem(KEY);
        else storage().setItem(KEY, JSON.stringify(endpoint));
      } catch {
        // see above
      }
    },
  };
}
