/** The one language model of the page: chosen, loaded, watched, let go. */
import { messageOf } from '../../grpo/message-of.ts';
import { ModelError } from '../../samplers/language/model.ts';
import type {
  LanguageModel,
  LoadProgress,
  ModelCard,
  ModelKind,
  ModelProvider,
} from '../../samplers/language/model.ts';
import type { FileStore, StoredFile } from '../../storage/stored-file.ts';
import { pageProvider, type PageModels } from './page-models.ts';
import { readable } from './readable.ts';
import { endpointId } from './models-protocol.ts';
import type { ChosenModel, EndpointSettings, ModelsApi, ModelState, StorageView } from './models-protocol.ts';

export interface ModelsPorts {
  readonly providers: readonly ModelProvider[];
  readonly openGguf: (
    file: Blob,
    name: string,
    options: { readonly onProgress: (progress: LoadProgress) => void; readonly signal: AbortSignal },
  ) => Promise<LanguageModel>;
  readonly endpointModels: (settings: EndpointSettings) => Promise<string[]>;
  readonly connectEndpoint: (settings: EndpointSettings, model: string) => Promise<LanguageModel>;
  /** Rejects where nothing can be stored; files are then opened all the same, and gone with the page. */
  readonly openFiles: () => Promise<FileStore>;
  /** What the browser says of its storage; null where it does not. */
  readonly storage: () => Promise<StorageView | null>;
  readonly now: () => number;
  readonly today: () => number;
  readonly newId: () => string;
}

/** Ids of models that were opened from disk begin with it. */
export const FILE_ID = 'file/';
const PROGRESS_MS = 100;
/** Faults after which a loaded model cannot write any more. */
const FATAL = ['device-lost', 'out-of-memory'];

export class Models implements ModelsApi {
  readonly #ports: ModelsPorts;
  #state: ModelState = { status: 'none' };
  readonly #providers: ModelProvider[];
  #model: LanguageModel | null = null;
  #watchers: ((state: ModelState) => void)[] = [];
  #loading: AbortController | null = null;
  #files: Promise<FileStore> | null = null;

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

  async watch(onchange: (state: ModelState) => void): Promise<void> {
    this.#watchers.push(onchange);
    onchange(this.#state);
  }

  async cards(): Promise<ModelCard[]> {
    const [lists, files] = await Promise.all([
      Promise.all(this.#providers.map((provider) => provider.cards())),
      this.#stored(),
    ]);
    return [...files.map(cardOf), ...lists.flat()];
  }

  async offer(page: PageModels, kind: ModelKind): Promise<void> {
    this.#providers.push(pageProvider(page, kind));
  }

  storage(): Promise<StorageView | null> {
    return this.#ports.storage();
  }

  async load(id: string): Promise<void> {
    if (id.startsWith(FILE_ID)) {
      const file = await (await this.#openFiles()).get(id.slice(FILE_ID.length));
      if (file === null) throw new Error('This file is not stored in this browser any more. Open it again.');
      return this.#take(here(id, file.name), (options) => this.#ports.openGguf(file.blob, file.name, options));
    }
    for (const provider of this.#providers) {
      const card = (await provider.cards()).find((one) => one.id === id);
      if (card === undefined) continue;
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
    if (id.startsWith(FILE_ID)) return (await this.#openFiles()).remove(id.slice(FILE_ID.length));
    for (const provider of this.#providers) {
      if ((await provider.cards()).some((card) => card.id === id)) await provider.remove?.(id);
    }
  }

  async openFile(file: File, keep: boolean): Promise<void> {
    const id = this.#ports.newId();
    await this.#take(here(`${FILE_ID}${id}`, file.name), async (options) => {
      const model = await this.#ports.openGguf(file, file.name, options);
      // Kept only once it is known to load.
      if (keep) {
        try {
          await (
            await this.#openFiles()
          ).put({ id, kind: 'gguf', name: file.name, blob: file, added: this.#ports.today() });
        } catch (error) {
          this.#notKept = `The model runs, but no copy could be kept in this browser: ${messageOf(error)}`;
        }
      }
      return model;
    });
  }

  endpointModels(settings: EndpointSettings): Promise<string[]> {
    return this.#ports.endpointModels(settings).catch((error: unknown): never => {
      throw readable(error);
    });
  }

  connectEndpoint(settings: EndpointSettings, model: string): Promise<void> {
    return this.#take({ id: endpointId(model), label: model, runs: 'server' }, () =>
      this.#ports.connectEndpoint(settings, model),
    );
  }

  /** Why the last file was not kept; asked for once. */
  #notKept: string | null = null;
  async takeNotice(): Promise<string | null> {
    const notice = this.#notKept;
    this.#notKept = null;
    return notice;
  }

  /** Puts the model that `open` resolves to in the place of the one there is. */
  async #take(
    chosen: ChosenModel,
    open: (options: { onProgress: (progress: LoadProgress) => void; signal: AbortSignal }) => Promise<LanguageModel>,
  ): Promise<void> {
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

  async #stored(): Promise<StoredFile[]> {
    try {
      // The database belongs to the origin: another project of the same host may have written into it.
      return (await (await this.#openFiles()).list('gguf')).filter(
        ({ id, name, blob }) => typeof id === 'string' && typeof name === 'string' && blob instanceof Blob,
      );
    } catch {
      // Where nothing can be stored, nothing is.
      return [];
    }
  }

  #openFiles(): Promise<FileStore> {
    this.#files ??= this.#ports.openFiles();
    this.#files.catch(() => {
      this.#files = null;
    });
    return this.#files;
  }
}

const here = (id: string, label: string): ChosenModel => ({ id, label, runs: 'browser' });

function cardOf({ id, name, blob }: StoredFile): ModelCard {
  return {
    id: `${FILE_ID}${id}`,
    kind: 'wllama',
    label: name,
    downloadBytes: 0,
    estimated: false,
    memoryBytes: null,
    licence: '',
    host: null,
    blocked: null,
    note: 'Opened from disk, and kept in this browser.',
    stored: { bytes: blob.size },
    suggested: false,
  };
}
