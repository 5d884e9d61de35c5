/** What is open beside the run: the store, and a dataset with what belongs to it. */
import type { FeedbackStore } from '../../grpo/feedback.ts';
import { notSavedBecause } from '../../grpo/run-settings.ts';
import type { RunStore } from '../../grpo/run-store.ts';
import { MemoryStore } from '../../storage/memory-store.ts';
import type { Dataset, EnginePorts } from '../engine-ports.ts';
import { withQuestions, type DatasetParts } from './dataset-parts.ts';

export interface Opened extends DatasetParts {
  readonly store: RunStore & FeedbackStore;
  /** Why what is stored will be gone with the page; undefined when it stays. */
  readonly notSaved: string | undefined;
}

export class OpenData {
  readonly #ports: Pick<EnginePorts, 'openStore' | 'openDataset'>;
  readonly #partsOf: (dataset: Dataset) => DatasetParts;
  #opened: Opened | null = null;

  constructor(ports: Pick<EnginePorts, 'openStore' | 'openDataset'>, partsOf: (dataset: Dataset) => DatasetParts) {
    this.#ports = ports;
    this.#partsOf = partsOf;
  }

  /** Null before `open`. */
  get opened(): Opened | null {
    return this.#opened;
  }

  /** What is open. Throws Error before `open`. */
  ready(): Opened {
    if (this.#opened === null) throw new Error('The engine is not open yet.');
    return this.#opened;
  }

  /**
   * Opens storage anew, and the dataset of the run that was shown last unless it is open; without such a run the one of
   * that name, or the page's own.
   */
  async open(first?: string): Promise<Opened> {
    const before = this.#opened;
    before?.store.close();
    const stored = await this.#ports.openStore().then(
      (store): Pick<Opened, 'store' | 'notSaved'> => ({ store, notSaved: undefined }),
      (error: unknown) => ({ store: new MemoryStore(), notSaved: notSavedBecause(error) }),
    );
    const current = await stored.store.current().catch(() => null);
    const name = current === null ? first : current.run.dataset;
    const parts =
      before !== null && (name === undefined || before.dataset.name === name)
        ? before
        : this.#partsOf(await this.#datasetOf(name));
    await parts.feedback.load(stored.store);
    this.#opened = { ...parts, ...stored };
    return this.#opened;
  }

  /**
   * Puts the dataset of that name in the place of the open one for `work`, and for good if that succeeds. Does `work`
   * with the open one where it is the same.
   */
  async changeTo(name: string, work: (dataset: Dataset) => Promise<void>): Promise<void> {
    const before = this.ready();
    if (name === before.dataset.name) return work(before.dataset);
    const parts = this.#partsOf(await this.#ports.openDataset(name));
    let unneeded = parts.dataset;
    try {
      await parts.feedback.load(before.store);
      this.#opened = { ...before, ...parts };
      await work(parts.dataset);
      unneeded = before.dataset;
    } catch (error) {
      const { store, notSaved } = this.ready();
      this.#opened = { ...before, store, notSaved };
      throw error;
    } finally {
      unneeded.database.close();
    }
  }

  /** Puts the open dataset with other questions in the place of what is open. */
  exchange(dataset: Dataset): Opened {
    const before = this.ready();
    this.#opened = { ...before, ...withQuestions(before, dataset) };
    return this.#opened;
  }

  /**
   * The same where its schema is another one: all that reads the schema is made anew, and nothing is closed, since both
   * have one database beneath.
   */
  async rebuild(dataset: Dataset): Promise<Opened> {
    const { store } = this.ready();
    const parts = this.#partsOf(dataset);
    await parts.feedback.load(store);
    this.#opened = { ...this.ready(), ...parts };
    return this.#opened;
  }

  /** Keeps everything in memory from now on, because storage gave that error. */
  async goOnInMemory(error: unknown): Promise<Opened> {
    const before = this.ready();
    before.store.close();
    const store = new MemoryStore();
    this.#opened = { ...before, store, notSaved: notSavedBecause(error) };
    await before.feedback.copyTo(store);
    return this.#opened;
  }

  /** The dataset of a stored run; the page's own where that one is not to be had any more. */
  async #datasetOf(name: string | undefined): Promise<Dataset> {
    if (name === undefined) return this.#ports.openDataset();
    return this.#ports.openDataset(name).catch(() => this.#ports.openDataset());
  }
}
