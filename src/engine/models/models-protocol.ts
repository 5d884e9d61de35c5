/** What the page may ask about language models, and what it is told. Plain data only: it crosses postMessage. */
import type { ModelSource } from '../../grpo/group-source.ts';
import type { PageModels } from './page-models.ts';
import type { LoadProgress, ModelCard, ModelFault, ModelKind } from '../../samplers/language/model.ts';

export type { LoadProgress, ModelCard, ModelFault, ModelKind };

/** A model that was chosen: where its groups come from, and what it is called. */
export interface ChosenModel extends Pick<ModelSource, 'id' | 'runs'> {
  readonly label: string;
}

/** The one language model of the page. */
export type ModelState =
  | { readonly status: 'none' }
  | (ChosenModel & { readonly status: 'loading'; readonly progress: LoadProgress | null })
  | (ChosenModel & {
      readonly status: 'ready';
      readonly kind: ModelKind;
      readonly seeded: boolean;
      readonly grammar: boolean;
      readonly logProbabilities: boolean;
      readonly contextTokens: number | null;
    })
  | (ChosenModel & {
      readonly status: 'failed';
      readonly fault: ModelFault;
      readonly message: string;
      readonly remedy: string;
    });

/** The id of a model of a server. */
export function endpointId(model: string): string {
  return `endpoint/${model}`;
}

/** What this page uses of the browser's storage, in bytes. */
export interface StorageView {
  readonly used: number;
  readonly quota: number;
}

export interface EndpointSettings {
  readonly baseUrl: string;
  /** Sent as a bearer token to that server, and to no other. */
  readonly key?: string;
}

/** The methods about models that the worker exposes through comlink. Rejections carry a message fit for a reader. */
export interface ModelsApi {
  /**
   * Tells the state now and at every change; progress at most ten times a second. `onnotice`: what the reader should
   * know of the model while it writes, e.g. that its server refuses a setting; each once.
   */
  watch(onchange: (state: ModelState) => void, onnotice?: (notice: string) => void): Promise<void>;
  /** The state there is, for whoever did something: what `watch` tells has a way of its own, and may come later. */
  stateNow(): Promise<ModelState>;
  /**
   * The models that can be chosen here, what blocks the others, and what of each is stored. Those opened from disk and
   * kept are among them.
   */
  cards(): Promise<ModelCard[]>;
  /** Null where the browser does not say. */
  storage(): Promise<StorageView | null>;
  /**
   * Loads a model in the place of the one there is. Resolves when that is done, failed or cancelled: `watch` tells
   * which.
   */
  load(id: string): Promise<void>;
  /** Ends a load under way. What was downloaded is kept, so that the next try goes on from there. */
  cancel(): Promise<void>;
  unload(): Promise<void>;
  /** Offers models that run in the page, among the others. */
  offer(page: PageModels, kind: ModelKind): Promise<void>;
  /** Deletes what is stored of a model, unloading it first. */
  remove(id: string): Promise<void>;
  /** Opens a GGUF file. `keep`: the browser keeps a copy, so that it is there after a reload. */
  openFile(file: File, keep: boolean): Promise<void>;
  /** Something the reader should know once, e.g. that a file could not be kept; null for nothing. */
  takeNotice(): Promise<string | null>;
  /** Names of the models that a server offers. */
  endpointModels(settings: EndpointSettings): Promise<string[]>;
  connectEndpoint(settings: EndpointSettings, model: string): Promise<void>;
}
