/** Databases as the page sees them: what is read and looked at before it is kept, what is kept, and what is open. */
import type { DataConnection } from '../engine/data/data-client.ts';
import type { ImportChange, ImportProgress, ImportTable, ImportView, OwnView } from '../engine/data/data-protocol.ts';
import { SHIPPED } from '../engine/data/shipped.ts';
import { DEFAULT_CONFIG, DEFAULT_SEED } from '../grpo/config.ts';
import { fileStem } from '../grpo/file-stem.ts';
import { messageOf } from '../grpo/message-of.ts';
import { isOwn } from '../grpo/own-data.ts';
import type { RunState } from './run.svelte.ts';

export { SHIPPED, isOwn };
export type { ImportChange, ImportProgress, ImportTable, ImportView, OwnView };

export interface DataOptions {
  readonly connect: () => DataConnection;
  readonly run: RunState;
  /** Hands a file to the reader. */
  readonly save: (name: string, content: Blob) => void;
  /** Takes a file of questions that came with the database that is open now. */
  readonly takeQuestions: (file: File) => Promise<void>;
}

export class DataState {
  readonly #options: DataOptions;
  #client: DataConnection | null = null;
  /** Of the import under way; what an older one brings is not shown any more. */
  #turn = 0;
  #own = $state.raw<readonly OwnView[] | null>(null);
  #draft = $state.raw<ImportView | null>(null);
  /** The files that the draft was read from. */
  #files: readonly File[] = [];
  /** The changes of the draft that were asked for: one is made after the other. */
  #changes: Promise<unknown> = Promise.resolve();
  #progress = $state.raw<ImportProgress | null>(null);
  #problem = $state('');
  #listProblem = $state('');
  #removed = $state.raw<OwnView | null>(null);
  #kept = $state('');
  /** The run that was begun because the database of the one before was deleted. */
  #insteadOf = $state<string | null>(null);

  constructor(options: DataOptions) {
    this.#options = options;
  }

  /** The reader's own, the newest first; null until they were read. */
  get own(): readonly OwnView[] | null {
    return this.#own;
  }
  /** What was read and is not kept yet; null for nothing. */
  get draft(): ImportView | null {
    return this.#draft;
  }
  /** What is under way; null for nothing. */
  get progress(): ImportProgress | null {
    return this.#progress;
  }
  /** Why files could not be read or kept; '' for nothing. */
  get problem(): string {
    return this.#problem;
  }
  /** What went wrong with the list; '' for nothing. */
  get listProblem(): string {
    return this.#listProblem;
  }
  /** What is open in the place of what was deleted last; null where that was not open. */
  get instead(): string | null {
    return this.#insteadOf === null ? null : SHIPPED[0].title;
  }
  /** What was deleted last, and can be put back. */
  get removed(): OwnView | null {
    return this.#removed;
  }
  /** What was kept last, for those who do not see the page change; '' for nothing. */
  get kept(): string {
    return this.#kept;
  }

  /** Reads the list anew. */
  list(): Promise<boolean> {
    return this.#changed((client) => client.list());
  }

  /** Reads files and shows what would become of them. */
  async read(files: readonly File[]): Promise<void> {
    if (files.length === 0) return;
    this.#draft = null;
    this.#kept = '';
    const view = await this.#importing((client, tell) => {
      this.#progress = { doing: 'Reading', share: null };
      return client.read([...files], tell);
    });
    if (view === null) return;
    this.#files = files;
    this.#draft = view;
  }

  /** Resolves to why the change was refused; '' where it was made, or there is nothing left to change. */
  change(change: ImportChange): Promise<string> {
    const files = this.#files;
    return this.#inTurn(async () => {
      if (this.#draft === null || this.#files !== files) return '';
      let refused = '';
      const view = await this.#importing((client, tell) =>
        client.change(change, tell).catch((error: unknown) => {
          if (!(error instanceof Error) || error.name !== 'DatasetError') throw error;
          refused = error.message;
          return null;
        }),
      );
      if (view !== null) this.#draft = view;
      return refused;
    });
  }

  /** Resolves once the changes asked for were made or refused. */
  async changed(): Promise<void> {
    await this.#changes;
  }

  /**
   * Keeps what was read, with the changes asked for before, opens it, and takes the questions that came with it.
   * Resolves to whether it is open.
   */
  async keep(title: string): Promise<boolean> {
    const files = this.#files;
    const questions = files[this.#draft?.questions?.file ?? -1];
    const kept = await this.#inTurn(async () => {
      if (this.#draft === null || this.#files !== files) return null;
      return this.#importing((client, tell) => {
        this.#progress = { doing: 'Building the database', share: null };
        return client.keep(title, tell);
      });
    });
    if (kept === null) return false;
    this.#draft = null;
    this.#files = [];
    await this.list();
    if (!(await this.use(kept.id))) return false;
    this.#kept = `“${kept.title}” is kept in this browser and open now.`;
    if (questions !== undefined) await this.#options.takeQuestions(questions);
    return true;
  }

  /** Ends what is under way, and forgets what was read. */
  cancel(): void {
    this.#turn++;
    this.#draft = null;
    this.#files = [];
    this.#progress = null;
    this.#problem = '';
    // A file that SQLite is busy with lets no message in: the worker goes with it.
    this.#client?.close();
    this.#client = null;
  }

  /**
   * Begins a run on that dataset, with the settings there are unless they are a lesson's; the run there is stays in the
   * list of runs. One's own database goes on with its newest run. Resolves to whether it is open.
   */
  async use(name: string): Promise<boolean> {
    const { run } = this.#options;
    this.#listProblem = '';
    run.pause();
    try {
      const ofLesson = run.isLesson;
      const last = isOwn(name) ? await this.#newestRun(name) : undefined;
      if (last !== undefined) {
        run.take(await run.ask((engine) => engine.openRun(last)));
        return true;
      }
      run.take(await run.ask((engine) => engine.reset({ seed: DEFAULT_SEED, dataset: name })));
      if (ofLesson) await run.configure({ ...DEFAULT_CONFIG });
      await this.suitGold();
      return true;
    } catch (error) {
      this.#listProblem = messageOf(error);
      return false;
    }
  }

  async #newestRun(dataset: string): Promise<string | undefined> {
    const { runs } = await this.#options.run.ask((engine) => engine.runs());
    const own = runs.filter((one) => one.dataset === dataset && one.steps > 0);
    return own.sort((a, b) => (a.begun < b.begun ? 1 : -1))[0]?.id;
  }

  /** The answer key counts where there is one, and does not where it would leave nothing to train on. */
  async suitGold(): Promise<void> {
    const { run } = this.#options;
    const hasGold = run.dataset?.questions.some(({ sql }) => sql !== undefined) === true;
    if (hasGold === run.config.gold_weight > 0) return;
    await run.configure({ ...run.config, gold_weight: hasGold ? 1 : 0 });
  }

  rename(id: string, title: string): Promise<boolean> {
    return this.#changed((client) => client.rename(id, title));
  }

  /** The one that is open gives way to the page's own first. */
  async remove(own: OwnView): Promise<void> {
    const { run } = this.#options;
    const isOpen = run.dataset?.name === own.id;
    if (isOpen && !(await this.use(SHIPPED[0].name))) return;
    if (await this.#changed((client) => client.remove(own.id))) {
      this.#removed = own;
      this.#insteadOf = isOpen ? run.runId : null;
    } else if (isOpen) await run.undoReset();
  }

  async putBack(): Promise<void> {
    const removed = this.#removed;
    if (removed === null) return;
    this.#removed = null;
    const { run } = this.#options;
    const back = await this.#changed((client) => client.putBack(removed.id));
    // Where the reader has not gone on elsewhere since, its run comes back with it.
    if (back && this.#insteadOf === run.runId) await run.undoReset();
    this.#insteadOf = null;
  }

  /** What was deleted is gone for good. */
  leave(): void {
    this.#kept = '';
    if (this.#removed === null) return;
    this.#removed = null;
    void this.#connected()
      .purge()
      .catch(() => undefined);
  }

  /** Hands out the SQLite file, or the file of questions. */
  async save({ id, title }: OwnView, what: 'database' | 'questions'): Promise<void> {
    this.#listProblem = '';
    const name = fileStem(title);
    try {
      const client = this.#connected();
      if (what === 'database') this.#options.save(`${name}.sqlite`, await client.database(id));
      else
        this.#options.save(
          `${name}-questions.json`,
          new Blob([await client.questions(id)], { type: 'application/json' }),
        );
    } catch (error) {
      this.#listProblem = messageOf(error);
    }
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#changes.then(work);
    this.#changes = done.catch(() => undefined);
    return done;
  }

  #connected(): DataConnection {
    this.#client ??= this.#options.connect();
    return this.#client;
  }

  async #importing<T>(
    call: (client: DataConnection, tell: (progress: ImportProgress) => void) => Promise<T>,
  ): Promise<T | null> {
    const turn = ++this.#turn;
    this.#problem = '';
    try {
      const done = await call(this.#connected(), (progress) => {
        if (turn === this.#turn) this.#progress = progress;
      });
      return turn === this.#turn ? done : null;
    } catch (error) {
      if (turn !== this.#turn) return null;
      this.#problem = messageOf(error);
      if (error instanceof Error && error.name === 'EngineCrash') this.#client = null;
      return null;
    } finally {
      if (turn === this.#turn) this.#progress = null;
    }
  }

  async #changed(call: (client: DataConnection) => Promise<readonly OwnView[]>): Promise<boolean> {
    this.#listProblem = '';
    try {
      this.#own = await call(this.#connected());
      return true;
    } catch (error) {
      this.#listProblem = messageOf(error);
      return false;
    }
  }
}
