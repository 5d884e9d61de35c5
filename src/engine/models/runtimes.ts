/**
 * What runs language models: a line each, in the order of the picker. A runtime is a file in src/samplers that makes a
 * ModelProvider, and its line here. Its code is fetched when somebody first looks at the models.
 */
import type { FileStore } from '../../storage/stored-file.ts';
import type { LanguageModel, ModelProvider } from '../../samplers/language/model.ts';
import { keptModels } from './kept-models.ts';
import { laterProvider, whenAsked } from './later-provider.ts';
import type { EndpointSettings } from './models-protocol.ts';

export interface RuntimeNeeds {
  readonly openFiles: () => Promise<FileStore>;
  readonly today: () => number;
  readonly newId: () => string;
  /** Told the hosts of a model before anything is asked of them. */
  readonly permit: Permit;
}

type Permit = (hosts: readonly string[]) => void;

/** Those that run in the engine's worker, or in workers below it. */
export function workerRuntimes({ openFiles, today, newId, permit }: RuntimeNeeds): ModelProvider[] {
  const webllm = async () => (await import('../../samplers/webllm/webllm-provider.ts')).makeWebllmProvider({ permit });
  const wllama = whenAsked(async () =>
    (await import('../../samplers/wllama/wllama-provider.ts')).makeWllamaProvider({ permit }),
  );
  return [
    keptModels({ openFiles, today, newId, loadGguf: async (...file) => (await wllama()).loadFile(...file) }),
    laterProvider('webllm', webllm),
    laterProvider('wllama', wllama),
  ];
}

export interface PageRuntime {
  /** False where this browser has none; its code is then not fetched. */
  readonly here: () => boolean;
  readonly load: () => Promise<ModelProvider>;
}

/** Those that only the page can reach; they stand behind the others. */
export function pageRuntimes(): PageRuntime[] {
  const builtIn = async () => (await import('../../samplers/built-in-ai/built-in-ai.ts')).makeBuiltInAiProvider({});
  return [{ here: () => 'LanguageModel' in globalThis, load: builtIn }];
}

export interface ServerRuntime {
  /** Names of the models that a server offers. Rejects with ModelError. */
  models(settings: EndpointSettings): Promise<string[]>;
  /** `tell`: what the reader should know although the model answers; whenever it comes up, each once. */
  connect(settings: EndpointSettings, model: string, tell: (notice: string) => void): Promise<LanguageModel>;
}

/** A list of names is there at once, or something is wrong: no model has to be loaded for it. */
const WHILE_SOMEBODY_WAITS = { timeoutMs: 15_000, retries: 1 };

/** Models of a server that somebody names. */
export function serverRuntime(fetch: typeof globalThis.fetch, pageOrigin: string, permit: Permit): ServerRuntime {
  const load = whenAsked(() => import('../../samplers/endpoint/endpoint.ts'));
  const endpoint = async ({ baseUrl }: EndpointSettings) => {
    const runtime = await load();
    permit([runtime.endpointAddress(baseUrl).host]);
    return runtime;
  };
  return {
    models: async (settings) => {
      const { baseUrl, key } = settings;
      const { listEndpointModels } = await endpoint(settings);
      const models = await listEndpointModels({ baseUrl, key, fetch, pageOrigin, ...WHILE_SOMEBODY_WAITS });
      return models.map(({ id }) => id);
    },
    connect: async (settings, model, tell) =>
      (await endpoint(settings)).connectEndpoint({ baseUrl: settings.baseUrl, model, key: settings.key, fetch, tell }),
  };
}
