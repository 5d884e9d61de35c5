/**
 * The Cache API for Node, kept in memory: what the provider uses of it. Bodies are read in full before they are stored.
 */
import type { Stores } from '../../../src/samplers/webllm/stored.ts';

export interface MemoryStores extends Stores {
  /** Addresses stored, by the name of the cache. */
  urls(name: string): string[];
  /** Puts a body without a download. */
  fill(name: string, url: string, body: string): Promise<void>;
}

export function memoryStores(onPut?: (url: string) => void): MemoryStores {
  const all = new Map<string, Map<string, Blob>>();
  const open = (name: string): Map<string, Blob> => {
    const found = all.get(name) ?? new Map<string, Blob>();
    all.set(name, found);
    return found;
  };
  const addressOf = (request: RequestInfo | URL): string =>
    request instanceof Request ? request.url : String(request);
  const cacheOf = (files: Map<string, Blob>) => ({
    match: async (request: RequestInfo | URL) => {
      const body = files.get(addressOf(request));
      return body === undefined ? undefined : new Response(body);
    },
    put: async (request: RequestInfo | URL, response: Response) => {
      const body = await response.blob();
      onPut?.(addressOf(request));
      files.set(addressOf(request), body);
    },
    delete: async (request: RequestInfo | URL) => files.delete(addressOf(request)),
    keys: async () => [...files.keys()].map((url) => new Request(url)),
  });
  return {
    has: async (name) => all.has(name),
    open: async (name) => cacheOf(open(name)) as unknown as Cache,
    urls: (name) => [...(all.get(name)?.keys() ?? [])].sort(),
    fill: async (name, url, body) => {
      open(name).set(url, new Blob([body]));
    },
  };
}
