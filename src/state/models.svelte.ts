/** The language model of the page, and the verbs that choose, load and delete one. */
import { isModel, type GroupSource, type ModelSource } from '../grpo/group-source.ts';
import { endpointId } from '../engine/models/models-protocol.ts';
import type {
  EndpointSettings,
  LoadProgress,
  ModelCard,
  ModelKind,
  ModelsApi,
  ModelState,
  StorageView,
} from '../engine/models/models-protocol.ts';
import { messageOf } from '../grpo/message-of.ts';

export type { EndpointSettings, LoadProgress, ModelCard, ModelKind, ModelState, StorageView };

/** Where a server was the last time; the key only where the reader asked to have it kept. */
export interface RememberedEndpoint extends EndpointSettings {
  readonly model: string;
}

interface Options {
  /** A model was loaded because the reader chose it. */
  readonly onready: (source: ModelSource, label: string) => void;
  /** What the reader should know of the model while it writes. */
  readonly onnotice?: (notice: string) => void;
  /** Asks the browser not to delete this site's storage by itself; false when it refuses or cannot. */
  readonly persist: () => Promise<boolean>;
  /** Called before the first look at what can be chosen: what only the page can offer is offered then. */
  readonly prepare?: (api: ModelsApi) => Promise<void>;
  readonly memory: { read(): RememberedEndpoint | null; write(endpoint: RememberedEndpoint | null): void };
}

export class ModelsState {
  readonly #options: Options;
  #api: ModelsApi | null = null;
  #prepared: ModelsApi | null = null;
  #state = $state.raw<ModelState>({ status: 'none' });
  #cards = $state.raw<readonly ModelCard[] | null>(null);
  #storage = $state.raw<StorageView | null>(null);
  #persisted = $state<boolean | null>(null);
  #problem = $state<string | null>(null);

  constructor(options: Options) {
    this.#options = options;
  }

  get state(): ModelState {
    return this.#state;
  }
  /** Null until `refresh` has answered. */
  get cards(): readonly ModelCard[] | null {
    return this.#cards;
  }
  get storage(): StorageView | null {
    return this.#storage;
  }
  /** Whether the browser promised to keep what is stored; null when it was not asked. */
  get persisted(): boolean | null {
    return this.#persisted;
  }
  /** What went wrong with the last verb; null for nothing. A failed load is in `state`. */
  get problem(): string | null {
    return this.#problem;
  }
  get endpoint(): RememberedEndpoint | null {
    return this.#options.memory.read();
  }

  /** The server where that model ran the last time; null where this browser does not remember it. */
  serverOf(source: GroupSource): RememberedEndpoint | null {
    const { endpoint } = this;
    return endpoint !== null && isModel(source, endpointId(endpoint.model)) ? endpoint : null;
  }

  /** Talks to this engine's models from now on. */
  attach(api: ModelsApi): void {
    this.#api = api;
    this.#state = { status: 'none' };
    void api
      .watch(
        (state) => {
          if (this.#api === api) this.#state = state;
        },
        (notice) => {
          if (this.#api === api) this.#options.onnotice?.(notice);
        },
      )
      .catch(() => undefined);
  }

  /** Asks anew what can be chosen here and what is stored. */
  async refresh(): Promise<void> {
    await this.#do(async (api) => {
      if (this.#prepared !== api) {
        this.#prepared = api;
        await this.#options.prepare?.(api);
      }
      [this.#cards, this.#storage] = await Promise.all([api.cards(), api.storage()]);
    });
  }

  /** Loads a model, and takes the groups from it when it is there. */
  async load(id: string): Promise<void> {
    this.#askToKeep();
    await this.#loading((api) => api.load(id));
  }

  async openFile(file: File, keep: boolean): Promise<void> {
    if (keep) this.#askToKeep();
    await this.#loading((api) => api.openFile(file, keep));
  }

  /** `remember`: the address and the model; `rememberKey`: the key, too. */
  async connect(settings: EndpointSettings, model: string, rememberKey: boolean): Promise<void> {
    const { baseUrl, key } = settings;
    this.#options.memory.write({ baseUrl, model, ...(rememberKey && key !== undefined ? { key } : {}) });
    await this.#loading((api) => api.connectEndpoint(settings, model));
  }

  /** Rejects with what went wrong. */
  async modelsOf(settings: EndpointSettings): Promise<string[]> {
    if (this.#api === null) throw new Error('The engine has not started.');
    return this.#api.endpointModels(settings);
  }

  async cancel(): Promise<void> {
    await this.#do((api) => api.cancel());
  }

  async unload(): Promise<void> {
    await this.#do((api) => api.unload());
  }

  async remove(id: string): Promise<void> {
    await this.#do((api) => api.remove(id));
    await this.refresh();
  }

  forgetEndpoint(): void {
    this.#options.memory.write(null);
  }

  async #loading(work: (api: ModelsApi) => Promise<void>): Promise<void> {
    await this.#do(async (api) => {
      await work(api);
      const [state, notice] = await Promise.all([api.stateNow(), api.takeNotice()]);
      if (this.#api === api) this.#state = state;
      this.#problem = notice;
    });
    if (this.#state.status === 'ready') {
      const { id, runs, label } = this.#state;
      this.#options.onready({ kind: 'model', id, runs }, label);
    }
    await this.#do(async (api) => {
      [this.#cards, this.#storage] = await Promise.all([api.cards(), api.storage()]);
    }, false);
  }

  /** A browser may ask the reader first: what is stored meanwhile does not wait for the answer. */
  #askToKeep(): void {
    if (this.#persisted !== null) return;
    void this.#options
      .persist()
      .catch(() => false)
      .then((persisted) => (this.#persisted = persisted));
  }

  async #do(work: (api: ModelsApi) => Promise<void>, fresh = true): Promise<void> {
    if (fresh) this.#problem = null;
    if (this.#api === null) {
      this.#problem = 'The engine has not started.';
      return;
    }
    try {
      await work(this.#api);
    } catch (error) {
      this.#problem = messageOf(error);
    }
  }
}
