/** The experiments as the Lab sees them, and the verbs that run and keep them. Owns the client of their worker. */
import type {
  ChoiceProgress,
  ChoiceReport,
  ChoiceRule,
  CompletionsText,
  ControlVerdict,
  CreditReport,
  ExperimentProgress,
  ExperimentsApi,
  ExperimentView,
  LabDataset,
  LabView,
  NewExperiment,
  Rates,
} from '../engine/experiments/experiments-protocol.ts';
import { messageOf } from '../grpo/message-of.ts';

export type {
  ChoiceReport,
  ChoiceRule,
  ControlVerdict,
  CreditReport,
  ExperimentProgress,
  ExperimentView,
  LabDataset,
  NewExperiment,
  Rates,
};

export interface ExperimentsStateOptions {
  /** Starts the worker; called at the first `open`, and again after a failure. */
  readonly connect: () => ExperimentsApi & { close(): void };
  /** The experiment this tab was running when it was reloaded; survives a reload and nothing else. */
  readonly running: { read(): string | null; write(id: string | null): void };
}

export type CreditOf = { readonly experiment: string; readonly variant: number } & (
  | { readonly state: 'measuring'; readonly done: number; readonly all: number }
  | { readonly state: 'done'; readonly report: CreditReport }
);

/** Hints choosing among recorded completions: what it is on, and how far it is or what came out. */
export type Choosing = { readonly dataset: string; readonly file: string } & (
  | { readonly state: 'running'; readonly progress: ChoiceProgress | null }
  | { readonly state: 'done'; readonly report: ChoiceReport }
);

export class ExperimentsState {
  readonly #options: ExperimentsStateOptions;
  #client: (ExperimentsApi & { close(): void }) | null = null;

  #status = $state<'closed' | 'loading' | 'ready' | 'failed'>('closed');
  #failure = $state('');
  #problem = $state('');
  #note = $state('');
  #view = $state.raw<LabView | null>(null);
  #list = $state.raw<readonly ExperimentView[]>([]);
  #runningId = $state<string | null>(null);
  #paused = $state(false);
  #progress = $state.raw<ExperimentProgress | null>(null);
  #deleted = $state.raw<ExperimentView | null>(null);
  #credit = $state.raw<CreditOf | null>(null);
  #choosing = $state.raw<Choosing | null>(null);
  #rates = $state.raw<Readonly<Record<string, Rates>>>({});

  constructor(options: ExperimentsStateOptions) {
    this.#options = options;
  }

  get status(): 'closed' | 'loading' | 'ready' | 'failed' {
    return this.#status;
  }
  /** Why the worker could not start. */
  get failure(): string {
    return this.#failure;
  }
  /** What went wrong last; '' for nothing. */
  get problem(): string {
    return this.#problem;
  }
  /** What the reader should know; '' for nothing. */
  get note(): string {
    return this.#note;
  }
  /** Those that experiments may be on; empty until it is open. */
  get datasets(): readonly LabDataset[] {
    return this.#view?.datasets ?? [];
  }
  /** Newest first. */
  get list(): readonly ExperimentView[] {
    return this.#list;
  }
  get runningId(): string | null {
    return this.#runningId;
  }
  get paused(): boolean {
    return this.#paused;
  }
  get progress(): ExperimentProgress | null {
    return this.#progress;
  }
  /** Deleted last, while it can be brought back. */
  get deleted(): ExperimentView | null {
    return this.#deleted;
  }
  get credit(): CreditOf | null {
    return this.#credit;
  }

  get choosing(): Choosing | null {
    return this.#choosing;
  }
  /** Something is being run or measured: one thing at a time. */
  get busy(): boolean {
    return this.#runningId !== null || this.#credit?.state === 'measuring' || this.#choosing?.state === 'running';
  }

  find(id: string): ExperimentView | null {
    return this.#list.find(({ record }) => record.id === id) ?? null;
  }

  /** That of an experiment; null where it is not among those that ship. */
  datasetOf({ record }: Pick<ExperimentView, 'record'>): LabDataset | null {
    return this.datasets.find(({ name }) => name === record.spec.dataset) ?? null;
  }

  /** Starts the worker and reads what is kept; goes on with what a reload interrupted. */
  async open(): Promise<void> {
    if (this.#status === 'loading') return;
    if (this.#status === 'ready') {
      // Databases of the reader's own may have come or gone.
      const view = await this.#client?.open().catch(() => null);
      if (view != null) this.#view = view;
      return;
    }
    this.#status = 'loading';
    this.#client?.close();
    this.#client = this.#options.connect();
    try {
      this.#view = await this.#client.open();
      this.#list = this.#view.experiments;
      this.#note = this.#view.notSaved ?? '';
      this.#status = 'ready';
    } catch (error) {
      this.#status = 'failed';
      this.#failure = messageOf(error);
      return;
    }
    const interrupted = this.find(this.#options.running.read() ?? '');
    if (interrupted !== null && !isDone(interrupted)) {
      const note = `“${interrupted.record.spec.name}” goes on after the reload: ${interrupted.runs.length} of ${unitsOf(interrupted)} runs were done, the one in hand begins again.`;
      this.#note ||= note;
      void this.run(interrupted.record.id).then(() => {
        if (this.#note === note) this.#note = '';
      });
    }
  }

  /** How fast this machine is with a dataset; null until `measureRates` has measured it. */
  ratesOf(dataset: string): Rates | null {
    return this.#rates[dataset] ?? null;
  }

  /** Measures what is not known yet, one after another. What cannot be measured stays unknown: running it says why. */
  async measureRates(datasets: readonly string[]): Promise<void> {
    for (const dataset of datasets) {
      if (this.ratesOf(dataset) !== null) continue;
      const rates = await this.#client?.rates(dataset).catch(() => null);
      if (rates != null) this.#rates = { ...this.#rates, [dataset]: rates };
    }
  }

  /** Resolves to the id, or to null and a `problem`. */
  async create(experiment: NewExperiment): Promise<string | null> {
    const made = await this.#ask((client) => client.create(experiment));
    if (made === null) return null;
    this.#list = [made, ...this.#list];
    return made.record.id;
  }

  /** Runs what is left of it. */
  async run(id: string): Promise<void> {
    if (this.busy) return;
    this.#runningId = id;
    this.#paused = false;
    this.#progress = null;
    this.#options.running.write(id);
    const done = await this.#ask((client) =>
      client.run(
        id,
        (progress) => {
          this.#progress = progress;
        },
        (view) => this.#replace(view),
      ),
    );
    if (done !== null) this.#replace(done);
    this.#options.running.write(null);
    this.#runningId = null;
    this.#progress = null;
    this.#paused = false;
  }

  async togglePause(): Promise<void> {
    this.#paused = !this.#paused;
    // What was paused stays so after a reload: it is offered, not begun.
    this.#options.running.write(this.#paused ? null : this.#runningId);
    await this.#ask((client) => (this.#paused ? client.pause() : client.resume()));
  }

  /** Finished runs stay; the one in hand is lost. */
  async stop(): Promise<void> {
    await this.#ask((client) => client.stop());
  }

  async rename(id: string, name: string): Promise<void> {
    const renamed = await this.#ask((client) => client.rename(id, name));
    if (renamed !== null) this.#replace(renamed);
  }

  async remove(id: string): Promise<void> {
    const view = this.find(id);
    if (view === null || id === this.#runningId) return;
    if ((await this.#ask(async (client) => (await client.remove(id), true))) === null) return;
    this.#list = this.#list.filter(({ record }) => record.id !== id);
    this.#deleted = view;
  }

  async undoRemove(): Promise<void> {
    const deleted = this.#deleted;
    if (deleted === null) return;
    const { record, runs } = deleted;
    const restored = await this.#ask((client) => client.restore({ record, runs }));
    if (restored === null) return;
    this.#deleted = null;
    this.#list = [...this.#list, restored].sort((a, b) => (a.record.created < b.record.created ? 1 : -1));
  }

  /** Measures what the heaviest hints of a variant's first run do. */
  async measureHints(experiment: string, variant: number): Promise<void> {
    if (this.busy) return;
    const of = { experiment, variant };
    this.#credit = { ...of, state: 'measuring', done: 0, all: 0 };
    const report = await this.#ask((client) =>
      client.credit(experiment, variant, (done, all) => {
        this.#credit = { ...of, state: 'measuring', done, all };
      }),
    );
    this.#credit = report === null ? null : { ...of, state: 'done', report };
  }

  /** Hints against none among recorded completions: those of `file`, or those that come with the dataset. */
  async choose(dataset: string, file: CompletionsText | null): Promise<void> {
    if (this.busy) return;
    const of = { dataset, file: file?.name ?? '' };
    this.#choosing = { ...of, state: 'running', progress: null };
    const report = await this.#ask((client) =>
      client.choice(dataset, file, (progress) => {
        this.#choosing = { ...of, state: 'running', progress };
      }),
    );
    this.#choosing = report === null ? null : { ...of, state: 'done', report };
  }

  dismiss(): void {
    this.#problem = '';
    this.#note = '';
    this.#deleted = null;
  }

  #replace(view: ExperimentView): void {
    this.#list = this.#list.map((one) => (one.record.id === view.record.id ? view : one));
  }

  async #ask<T>(call: (client: ExperimentsApi) => Promise<T>): Promise<T | null> {
    const client = this.#client;
    if (client === null) return null;
    this.#problem = '';
    try {
      return await call(client);
    } catch (error) {
      if (error instanceof Error && error.name === 'EngineCrash') {
        this.#status = 'failed';
        this.#failure = messageOf(error);
      } else this.#problem = messageOf(error);
      return null;
    }
  }
}

export function unitsOf({ record: { spec } }: Pick<ExperimentView, 'record'>): number {
  return spec.variants.length * spec.seeds.length;
}

export function isDone(view: Pick<ExperimentView, 'record' | 'runs'>): boolean {
  return view.runs.length >= unitsOf(view);
}
