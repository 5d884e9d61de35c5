/** The one language model of the page: chosen, loaded, watched, let go. */
import { messageOf } from '../../grpo/message-of.ts';
import { ModelError } from '../../samplers/language/model.ts';
import type { LanguageModel, LoadOptions, ModelCard, ModelKind, ModelProvider } from '../../samplers/language/model.ts';
import { pageProvider, type PageModels } from './page-models.ts';
import { readable } from './readable.ts';
import { endpointId } from './models-protocol.ts';
import type { ChosenModel, EndpointSettings, ModelsApi, ModelState, StorageView } from './models-protocol.ts';

export interface ModelsPorts {
  readonly providers: readonly ModelProvider[];
  readonly endpointModels: (settings: EndpointSettings) => Promise<string[]>;
  /** `tell`: what the reader should know although the model answers; whenever it comes up, each once. */
  readonly connectEndpoint: (
    settings: EndpointSettings,
    model: string,
    tell: (notice: string) => void,
  ) => Promise<LanguageModel>;
  /** What the browser says of its storage; null where it does not. */
  readonly storage: () => Promise<StorageView | null>;
  readonly now: () => number;
}

const PROGRESS_MS = 100;
/** Faults after which a loaded model cannot write any more. */
const FATAL = ['device-lost', 'out-of-memory'];

export class Models implements ModelsApi {
  readonly #ports: ModelsPorts;
  #state: ModelState = { status: 'none' };
  readonly #providers: ModelProvider[];
  #model: LanguageModel | null = null;
  #watchers: ((state: ModelState) => void)[] = [];
  #noticeWatchers: ((notice: string) => void)[] = [];
  #loading: AbortController | null = null;

  constructor(ports: ModelsPorts) {
    this.#ports = ports;
    this.#providers = [...ports.providers];
  }

  /** The model that is loaded; null for none. */
  get current(): LanguageModel | null {
    return this.#model;
  }
  get state(): ModelState {
    return this.#state;
  }

  async watch(onchange: (state: ModelState) => void, onnotice?: (notice: string) => void): Promise<void> {
    this.#watchers.push(onchange);
    if (onnotice !== undefined) this.#noticeWatchers.push(onnotice);
    onchange(this.#state);
  }

  async cards(): Promise<ModelCard[]> {
    return (await Promise.all(this.#providers.map((provider) => provider.cards()))).flat();
  }

  async offer(page: PageModels, kind: ModelKind): Promise<void> {
    this.#providers.push(pageProvider(page, kind));
  }

  async stateNow(): Promise<ModelState> {
    return this.#state;
  }

  storage(): Promise<StorageView | null> {
    return this.#ports.storage();
  }

  async load(id: string): Promise<void> {
    for (const provider of this.#providers) {
      const card = (await provider.cards()).find((one) => one.id === id);
      if (card === undefined) {
        const missing = provider.missing?.(id) ?? null;
        if (missing !== null) throw new Error(missing);
        continue;
      }
      if (card.blocked !== null) throw new Error(card.blocked);
      return this.#take(here(id, card.label), (options) => provider.load(id, options));
    }
    throw new Error(`There is no model “${id.slice(0, 80)}”.`);
  }

  async cancel(): Promise<void> {
    this.#loading?.abort();
  }

  async unload(): Promise<void> {
    this.#loading?.abort();
    await this.#close();
    this.#tell({ status: 'none' });
  }

  async remove(id: string): Promise<void> {
    if (this.#state.status !== 'none' && this.#state.id === id) await this.unload();
    for (const provider of this.#providers) {
      if ((await provider.cards()).some((card) => card.id === id)) await provider.remove?.(id);
    }
  }

  async openFile(file: File, keep: boolean): Promise<void> {
    const chosen = this.#providers.find((provider) => provider.openFile !== undefined)?.openFile?.(file, keep);
    if (chosen === undefined) throw new Error('Nothing here can open a model from a file.');
    await this.#take(here(chosen.id, chosen.label), (options) =>
      chosen.load({
        ...options,
        tell: (notice) => {
          this.#notice = notice;
        },
      }),
    );
  }

  endpointModels(settings: EndpointSettings): Promise<string[]> {
    return this.#ports.endpointModels(settings).catch((error: unknown): never => {
      throw readable(error);
    });
  }

  connectEndpoint(settings: EndpointSettings, model: string): Promise<void> {
    return this.#take({ id: endpointId(model), label: model, runs: 'server' }, () =>
      this.#ports.connectEndpoint(settings, model, (notice) => {
        for (const watcher of this.#noticeWatchers) watcher(notice);
      }),
    );
  }

  /** What the last file's load told; asked for once. */
  #notice: string | null = null;
  async takeNotice(): Promise<string | null> {
    const notice = this.#notice;
    this.#notice = null;
    return notice;
  }

  /** Puts the model that `open` resolves to in the place of the one there is. */
  async #take(chosen: ChosenModel, open: (options: LoadOptions) => Promise<LanguageModel>): Promise<void> {
    this.#loading?.abort();
    await this.#close();
    const loading = new AbortController();
    this.#loading = loading;
    let told = -Infinity;
    let phase = '';
    this.#tell({ status: 'loading', ...chosen, progress: null });
    try {
      const model = await open({
        signal: loading.signal,
        onProgress: (progress) => {
          if (this.#loading !== loading) return;
          const now = this.#ports.now();
          if (now - told < PROGRESS_MS && progress.phase === phase && progress.share !== 1) return;
          told = now;
          phase = progress.phase;
          this.#tell({ status: 'loading', ...chosen, progress });
        },
      });
      if (this.#loading !== loading || loading.signal.aborted) {
        await model.close();
        throw new DOMException('Cancelled.', 'AbortError');
      }
      this.#model = this.#watched(model, chosen);
      const { kind, supports, contextTokens } = model;
      this.#tell({
        status: 'ready',
        ...chosen,
        label: model.label,
        kind,
        seeded: supports.seed,
        grammar: supports.grammar,
        logProbabilities: supports.logProbabilities,
        contextTokens,
      });
    } catch (error) {
      if (this.#loading !== loading) return;
      if (loading.signal.aborted) this.#tell({ status: 'none' });
      else this.#fail(chosen, error);
    } finally {
      if (this.#loading === loading) this.#loading = null;
    }
  }

  /** The same model under the id it was chosen by, which tells the page when it is lost. */
  #watched(model: LanguageModel, chosen: ChosenModel): LanguageModel {
    const lost = (error: unknown): never => {
      if (error instanceof ModelError && FATAL.includes(error.fault)) {
        this.#model = null;
        this.#fail({ ...chosen, label: model.label }, error);
        void model.close().catch(() => undefined);
      }
      throw error;
    };
    return {
      id: chosen.id,
      label: model.label,
      kind: model.kind,
      supports: model.supports,
      parallel: model.parallel,
      contextTokens: model.contextTokens,
      generate: (request) => model.generate(request).catch(lost),
      ...(model.generateAlike === undefined
        ? {}
        : {
            generateAlike: (...request: Parameters<NonNullable<LanguageModel['generateAlike']>>) =>
              (model.generateAlike?.(...request) ?? Promise.reject(new Error('It writes one answer at a time.'))).catch(
                lost,
              ),
          }),
      close: () => model.close(),
    };
  }

  #fail(chosen: ChosenModel, error: unknown): void {
    const { fault, message, remedy } =
      error instanceof ModelError
        ? error
        : {
            fault: 'failed' as const,
            message: messageOf(error),
            remedy: 'Try again, choose another model, or go on with the built-in sampler.',
          };
    this.#tell({ status: 'failed', ...chosen, fault, message, remedy });
  }

  #tell(state: ModelState): void {
    this.#state = state;
    for (const watcher of this.#watchers) watcher(state);
  }

  async #close(): Promise<void> {
    const model = this.#model;
    this.#model = null;
    await model?.close().catch(() => undefined);
  }
}

const here = (id: string, label: string): ChosenModel => ({ id, label, runs: 'browser' });
