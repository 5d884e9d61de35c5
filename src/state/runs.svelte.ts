/** The list of runs as the page sees it, and the verbs that change it. */
import type { EngineApi, RunsChange, RunSummary, RunsView, RunView, StorageView } from '../engine/protocol.ts';
import { messageOf } from '../grpo/message-of.ts';

export type { RunSummary, StorageView };

/** Share of what the browser allows from which a reader is warned. */
const NEARLY_FULL = 0.8;

/** Whether a site that uses so much is near the end of what it may use. */
export function isNearlyFull(storage: StorageView | null): storage is StorageView {
  return storage !== null && storage.quota > 0 && storage.used >= NEARLY_FULL * storage.quota;
}

interface Options {
  /** Queues a call to the engine. */
  readonly ask: <T>(call: (engine: EngineApi) => Promise<T>) => Promise<T>;
  readonly pause: () => void;
  /** Shows another run. */
  readonly show: (run: RunView) => void;
  /** What else a change of the list changes. */
  readonly onchange: (view: RunsView) => void;
}

export class RunsState {
  readonly #options: Options;
  #view = $state.raw<RunsView | null>(null);
  #removed = $state.raw<RunSummary | null>(null);
  #problem = $state('');

  constructor(options: Options) {
    this.#options = options;
  }

  /** The newest begun first; null until they were read. */
  get list(): readonly RunSummary[] | null {
    return this.#view?.runs ?? null;
  }
  /** Null where the browser does not say. */
  get storage(): StorageView | null {
    return this.#view?.storage ?? null;
  }
  /** The run that was deleted last, and can be put back. */
  get removed(): RunSummary | null {
    return this.#removed;
  }
  /** What went wrong last; '' for nothing. */
  get problem(): string {
    return this.#problem;
  }

  /** Reads the list anew. */
  read(): Promise<boolean> {
    return this.#take((engine) => engine.runs());
  }

  /** Goes on with another run. Resolves to whether it is on the page. */
  async open(id: string): Promise<boolean> {
    this.#options.pause();
    this.#problem = '';
    try {
      this.#options.show(await this.#options.ask((engine) => engine.openRun(id)));
    } catch (error) {
      this.#problem = messageOf(error);
      return false;
    }
    return this.read();
  }

  rename(id: string, name: string): Promise<boolean> {
    return this.#change({ does: 'rename', id, name });
  }

  /** Takes a run out of the list; its room is free when the list is left, or the next one removed. */
  async remove(run: RunSummary): Promise<void> {
    if (await this.#change({ does: 'remove', id: run.id })) this.#removed = run;
  }

  async putBack(): Promise<void> {
    const removed = this.#removed;
    if (removed === null) return;
    this.#removed = null;
    await this.#change({ does: 'putBack', id: removed.id });
  }

  /** What was deleted is gone for good. */
  async leave(): Promise<void> {
    this.#problem = '';
    if (this.#removed === null) return;
    this.#removed = null;
    await this.#change({ does: 'purge' });
  }

  #change(change: RunsChange): Promise<boolean> {
    return this.#take((engine) => engine.changeRuns(change));
  }

  async #take(call: (engine: EngineApi) => Promise<RunsView>): Promise<boolean> {
    this.#problem = '';
    try {
      this.#view = await this.#options.ask(call);
      this.#options.onchange(this.#view);
      return true;
    } catch (error) {
      this.#problem = messageOf(error);
      return false;
    }
  }
}
