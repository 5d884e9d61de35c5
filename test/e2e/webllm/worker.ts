/** The worker of the page: loads through the provider, and asks the package itself what it thinks. */
import * as Comlink from 'comlink';
import type { AppConfig } from '@mlc-ai/web-llm';
import { ModelError, type LoadProgress, type ModelCard } from '../../../src/samplers/language/model.ts';
import { examineGpu, type GpuReport } from '../../../src/samplers/webllm/gpu.ts';
import { makeWebllmProvider } from '../../../src/samplers/webllm/webllm-provider.ts';

export interface LoadReport {
  readonly error: {
    readonly name: string;
    readonly fault: string | null;
    readonly message: string;
    readonly remedy: string | null;
    readonly cause: string;
  } | null;
  readonly progress: readonly LoadProgress[];
}

let cancel = new AbortController();
let seen: LoadProgress[] = [];

const gpuHere = (): GPU | undefined => navigator.gpu;

const api = {
  examine: (): Promise<GpuReport> => examineGpu(gpuHere(), isSecureContext),
  cards: (appConfig?: AppConfig): Promise<ModelCard[]> =>
    makeWebllmProvider(appConfig === undefined ? {} : { appConfig }).cards(),
  async load(appConfig: AppConfig, id: string): Promise<LoadReport> {
    cancel = new AbortController();
    seen = [];
    try {
      await makeWebllmProvider({ appConfig }).load(id, {
        onProgress: (line) => seen.push(line),
        signal: cancel.signal,
      });
      return { error: null, progress: seen };
    } catch (error) {
      const own = error instanceof ModelError ? error : null;
      const cause = error instanceof Error ? error.cause : undefined;
      const causeText =
        cause instanceof Error ? `${cause.name}: ${cause.message}` : typeof cause === 'string' ? cause : '';
      return {
        error: {
          name: (error as Error).name,
          fault: own?.fault ?? null,
          message: (error as Error).message,
          remedy: own?.remedy ?? null,
          cause: causeText,
        },
        progress: seen,
      };
    }
  },
  cancel: (): void => cancel.abort(),
  progress: (): readonly LoadProgress[] => seen,
  remove: (appConfig: AppConfig, id: string): Promise<void> =>
    makeWebllmProvider({ appConfig }).remove?.(id) ?? Promise.resolve(),
  /** The package's own answers. */
  async packageHas(appConfig: AppConfig, id: string): Promise<boolean> {
    const { hasModelInCache } = await import('@mlc-ai/web-llm');
    return hasModelInCache(id, { ...appConfig, cacheBackend: 'cache' });
  },
  async packageBinding(): Promise<{ readonly bytes: number | null; readonly error: string | null }> {
    const { MLCEngine } = await import('@mlc-ai/web-llm');
    return new MLCEngine({ logLevel: 'SILENT' }).getMaxStorageBufferBindingSize().then(
      (bytes) => ({ bytes, error: null }),
      (error: unknown) => ({ bytes: null, error: String(error) }),
    );
  },
  async storedAddresses(): Promise<string[]> {
    const names = await caches.keys();
    const lists = await Promise.all(
      names.map(async (name) => (await (await caches.open(name)).keys()).map(({ url }) => url)),
    );
    return lists.flat().sort();
  },
  async forgetAll(): Promise<void> {
    await Promise.all((await caches.keys()).map((name) => caches.delete(name)));
  },
};

export type WorkerApi = typeof api;
Comlink.expose(api);
