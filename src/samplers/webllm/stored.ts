/**
 * What of a model is stored in this browser.
 *
 * Everything is kept with the Cache API (the package's `cacheBackend: 'cache'`): it is the backend that the package
 * tests best, files go to disk as they arrive, they can be listed with their sizes, and workers have it. The names of
 * the caches and the addresses in them are the package's own, so that it finds what was downloaded here and the other
 * way round. They are read and deleted directly, not through the package: cards must show without loading it, its
 * `deleteModelAllInfoInCache` leaves `tensor-cache.json` behind, and fetches it anew where only a part was downloaded.
 */
import type { ModelRecord } from '@mlc-ai/web-llm';

export const SCOPES = { model: 'webllm/model', config: 'webllm/config', wasm: 'webllm/wasm' } as const;
export type Scope = keyof typeof SCOPES;

/** `caches`, as far as it is needed. */
export type Stores = Pick<CacheStorage, 'open' | 'has'>;

/** One part of the weights, as `tensor-cache.json` lists it. */
export interface Shard {
  readonly url: string;
  readonly bytes: number;
}

/** What of a model is stored. */
export interface StoredModel {
  readonly bytes: number;
  /** Of all its weights; null before its list of files is here. */
  readonly totalBytes: number | null;
  /** True when nothing is missing. */
  readonly complete: boolean;
}

/**
 * The address all files of a model begin with, made as the package makes it: a bare repository means its main branch.
 */
export function baseUrl(record: Pick<ModelRecord, 'model'>): string {
  const folder = record.model.endsWith('/') ? record.model : `${record.model}/`;
  return new URL(/.+\/resolve\/.+\//.test(folder) ? folder : `${folder}resolve/main/`).href;
}

export const configUrl = (record: Pick<ModelRecord, 'model'>): string =>
  new URL('mlc-chat-config.json', baseUrl(record)).href;
export const shardListUrl = (record: Pick<ModelRecord, 'model'>): string =>
  new URL('tensor-cache.json', baseUrl(record)).href;

/** True when the package keeps the compiled program: it never does for this host's own files. */
export function keepsProgram(record: Pick<ModelRecord, 'model_lib'>): boolean {
  return record.model_lib.startsWith('http') && !record.model_lib.includes('localhost');
}

/** Reads `tensor-cache.json`. Null for anything that is not such a list, or that names files elsewhere. */
export function readShards(list: unknown, base: string): Shard[] | null {
  if (typeof list !== 'object' || list === null || !('records' in list) || !Array.isArray(list.records)) return null;
  const shards: Shard[] = [];
  for (const record of list.records as readonly unknown[]) {
    if (typeof record !== 'object' || record === null || !('dataPath' in record) || !('nbytes' in record)) return null;
    const { dataPath, nbytes } = record;
    if (typeof dataPath !== 'string' || typeof nbytes !== 'number' || !Number.isSafeInteger(nbytes) || nbytes < 0)
      return null;
    const url = resolved(dataPath, base);
    if (url?.startsWith(base) !== true) return null;
    shards.push({ url, bytes: nbytes });
  }
  return shards;
}

function resolved(path: string, base: string): string | null {
  try {
    return new URL(path, base).href;
  } catch {
    return null;
  }
}

/** The addresses stored in one cache. Does not create it. */
async function storedUrls(stores: Stores, scope: Scope): Promise<ReadonlySet<string>> {
  if (!(await stores.has(SCOPES[scope]))) return new Set();
  const cache = await stores.open(SCOPES[scope]);
  return new Set((await cache.keys()).map(({ url }) => url));
}

/** What is stored of each of these models; null for nothing. One listing of the caches serves all. */
export async function storedModels(
  stores: Stores | undefined,
  records: readonly ModelRecord[],
): Promise<(StoredModel | null)[]> {
  if (stores === undefined) return records.map(() => null);
  const [weights, configs, programs] = await Promise.all([
    storedUrls(stores, 'model'),
    storedUrls(stores, 'config'),
    storedUrls(stores, 'wasm'),
  ]);
  return Promise.all(
    records.map(async (record) => {
      const base = baseUrl(record);
      const own = [...weights].filter((url) => url.startsWith(base));
      if (own.length === 0 && !configs.has(configUrl(record))) return null;
      const cache = await stores.open(SCOPES.model);
      const list = await cache.match(shardListUrl(record));
      const shards = list === undefined ? null : readShards(await readJson(list), base);
      if (shards === null) return { bytes: 0, totalBytes: null, complete: false };
      const here = shards.filter(({ url }) => weights.has(url));
      return {
        bytes: sum(here),
        totalBytes: sum(shards),
        complete:
          here.length === shards.length &&
          configs.has(configUrl(record)) &&
          (!keepsProgram(record) || programs.has(record.model_lib)) &&
          own.some((url) => /\/tokenizer\.(?:json|model)$/.test(url)),
      };
    }),
  );
}

/**
 * Deletes everything stored of a model.
 * @param others models that stay: a compiled program they share is kept
 */
export async function deleteStored(stores: Stores, record: ModelRecord, others: readonly ModelRecord[]): Promise<void> {
  const base = baseUrl(record);
  for (const scope of ['model', 'config', 'wasm'] as const) {
    const kept = (url: string): boolean =>
      scope === 'wasm'
        ? url !== record.model_lib || others.some(({ model_lib }) => model_lib === url)
        : !url.startsWith(base);
    const urls = [...(await storedUrls(stores, scope))].filter((url) => !kept(url));
    if (urls.length === 0) continue;
    const cache = await stores.open(SCOPES[scope]);
    await Promise.all(urls.map((url) => cache.delete(url)));
  }
}

/** The parts that are not stored. Stored ones that are not as long as they should be are deleted, and are of these. */
export async function missingShards(stores: Stores, shards: readonly Shard[]): Promise<Shard[]> {
  const cache = await stores.open(SCOPES.model);
  const missing: Shard[] = [];
  for (const shard of shards) {
    const part = await cache.match(shard.url);
    // What was downloaded here has its length in the header; what the package stored has to be measured.
    if (part !== undefined && part.headers.get('content-length') === String(shard.bytes)) continue;
    if (part !== undefined && (await part.blob()).size === shard.bytes) continue;
    if (part !== undefined) await cache.delete(shard.url);
    missing.push(shard);
  }
  return missing;
}

/** The JSON in a response; undefined when it holds none. */
export async function readJson(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    return undefined;
  }
}

const sum = (shards: readonly Shard[]): number => shards.reduce((total, { bytes }) => total + bytes, 0);
