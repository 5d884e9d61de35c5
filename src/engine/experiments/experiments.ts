/**
 * Runs experiments and keeps them. Knows neither worker nor browser; everything it needs of them comes through its
 * ports.
 */
import { bestAnswers } from '../../ask/best-answers.ts';
import { makeConfig } from '../../grpo/config.ts';
import { queryBudget } from '../../grpo/derived-settings.ts';
import { messageOf } from '../../grpo/message-of.ts';
import type { PolicyHint, Question, RewardModel, RewardWeights, Sampler, Schema } from '../../grpo/types.ts';
import { controlVerdicts } from '../../lab/controls.ts';
import { factsOf, type Facts } from '../../lab/facts.ts';
import { checkSpec, ExperimentError, keptPolicy, runExperiment, variantConfig } from '../../lab/experiment.ts';
import type { ExperimentPorts } from '../../lab/experiment.ts';
import type { Variant } from '../../lab/experiment-types.ts';
import type { ExperimentStore, Settings, StoredExperiment } from '../../lab/experiment-store.ts';
import { hintCredit } from '../../lab/hint-credit.ts';
import { measureRates, type Rates } from '../../lab/estimate.ts';
import { Judge } from '../../lab/judge.ts';
import { SHOP_BASE } from '../../lab/ready-made.ts';
import { stepScatter } from '../../lab/scatter.ts';
import { summarise } from '../../lab/summary.ts';
import { MemoryExperiments } from '../../storage/memory-experiments.ts';
import { parseCompletions } from '../../formats/completions-file.ts';
import type { Shipped } from '../data/shipped.ts';
import type { Dataset } from '../engine-ports.ts';
import { forQuestions } from '../sources/completions.ts';
import type {
  ChoiceProgress,
  ChoiceReport,
  CompletionsText,
  CreditReport,
  ExperimentRecord,
  ExperimentsApi,
  ExperimentView,
  LabDataset,
  LabView,
  NewExperiment,
  RunListener,
} from './experiments-protocol.ts';
import { OpenDatasets, type OpenDataset } from './open-datasets.ts';
import { recordedChoice } from './recorded-choice.ts';

/** A dataset that ships, as far as it is read before an experiment on it runs. */
export type ReadDataset = Pick<Shipped, 'name' | 'title' | 'about' | 'database'> & {
  /** Completions of published models come with it; absent: none do. */
  readonly completions?: boolean;
  readonly questions: readonly Question[];
};

export interface ExperimentsOptions {
  /** Rejects where nothing can be stored; experiments then live in memory, and the reader is told why. */
  readonly openStore: () => Promise<ExperimentStore>;
  /** Those that experiments may be on. Rejects, with the reason, where one cannot be read. */
  readonly readDatasets: () => Promise<readonly ReadDataset[]>;
  /** The reader's own, as they are now; absent where readers bring none. */
  readonly readOwn?: () => Promise<readonly ReadDataset[]>;
  /** Rejects, with the reason, where there is none of that name. */
  readonly openDataset: (name: string) => Promise<Dataset>;
  readonly makeSampler: (schema: Schema) => Sampler;
  readonly makeRewards: (dataset: Dataset) => (weights: RewardWeights) => RewardModel;
  /** Rejects, with the reason, where there is no starter policy. */
  readonly loadStarter: () => Promise<readonly PolicyHint[]>;
  /** Milliseconds that only rise. */
  readonly now: () => number;
  /** The time of day, ISO 8601. */
  readonly today: () => string;
  readonly newId: () => string;
  /** Resolves after messages that are waiting were handled. */
  readonly breathe: () => Promise<void>;
}

/** Milliseconds between two breaths, and between two reports. */
const BREATH_MS = 50;
const REPORT_MS = 100;
/** Of the measuring of hints: how many are tossed for, and how often. */
const CREDIT = { top: 15, repeats: 12 } as const;

/** Of the trial that says how fast this machine is, and on what: the rewards and the budget of most experiments. */
const TRIAL_MS = 400;
const TRIAL: Variant = { name: 'trial', settings: { gold_weight: 1 }, start: 'none', learning: 'on' };

interface Opened {
  readonly store: ExperimentStore;
  readonly notSaved: string | null;
  /** Those that ship. */
  readonly shipped: readonly LabDataset[];
}

export class Experiments implements ExperimentsApi {
  readonly #options: ExperimentsOptions;
  readonly #datasets: OpenDatasets;
  #opened: Promise<Opened> | null = null;
  /** Those that ship and the reader's own, as they were when the Lab was opened last. */
  #all: readonly LabDataset[] = [];
  #starterPolicy: Promise<readonly PolicyHint[]> | null = null;
  #running: AbortController | null = null;
  #trial: AbortController | null = null;
  readonly #rates = new Map<string, Rates>();
  /** Holds the run while it is paused. */
  #gate: { readonly opened: Promise<void>; readonly open: () => void } | null = null;

  constructor(options: ExperimentsOptions) {
    this.#options = options;
    this.#datasets = new OpenDatasets(async (name) => {
      const dataset = await options.openDataset(name);
      const sampler = options.makeSampler(dataset.database.schema);
      return { dataset, sampler, rewards: options.makeRewards(dataset) };
    });
  }

  async open(): Promise<LabView> {
    const { store, shipped, notSaved } = await this.#open();
    // Where they cannot be read, the Lab works with those that ship.
    const own = (await this.#options.readOwn?.().catch(() => [])) ?? [];
    this.#all = [...shipped, ...own.map(labDataset)];
    const datasets = this.#all;
    const stored = await store.list();
    return { experiments: stored.map((one) => viewOf(one, datasets)), notSaved, datasets };
  }

  async create({ spec, base }: NewExperiment): Promise<ExperimentView> {
    const { store } = await this.#open();
    const id = this.#options.newId();
    const asked: ExperimentRecord = { id, base, created: this.#options.today(), spec: { ...spec, id } };
    checkName(spec.name);
    checkSpec(asked.spec, makeConfig(base));
    const record = await this.#datasets.use(spec.dataset, async ({ dataset }) => ({
      ...asked,
      ...(dataset.digest === undefined ? {} : { digest: await dataset.digest() }),
    }));
    if (needsStarter(record)) await this.#starter();
    await store.put(record);
    return viewOf({ record, runs: [] }, this.#all);
  }

  async rates(dataset: string): Promise<Rates | null> {
    const known = this.#rates.get(dataset);
    if (known !== undefined || this.#running !== null || this.#trial !== null) return known ?? null;
    const trial = new AbortController();
    this.#trial = trial;
    const { now, breathe } = this.#options;
    try {
      const rates = await this.#datasets.use(dataset, (open) =>
        measureRates({
          ports: portsOf(open, SHOP_BASE),
          variant: TRIAL,
          now,
          breathe,
          ms: TRIAL_MS,
          signal: trial.signal,
        }),
      );
      if (rates !== null) this.#rates.set(dataset, rates);
      return rates;
    } catch (error) {
      if (trial.signal.aborted) return null;
      throw error;
    } finally {
      this.#trial = null;
    }
  }

  async run(id: string, onProgress: RunListener['onProgress'], onUnit: RunListener['onUnit']): Promise<ExperimentView> {
    return this.#exclusively(async (signal) => {
      const { store } = await this.#open();
      const { record, runs } = await this.#stored(id);
      const { now, breathe } = this.#options;
      let [breath, reported] = [now(), -Infinity];
      try {
        await this.#datasets.use(record.spec.dataset, async (open) =>
          runExperiment({
            experiment: { spec: record.spec, runs },
            ports: await this.#ports(record, open),
            signal,
            onProgress: async (progress) => {
              if (now() - reported >= REPORT_MS || progress.step === progress.steps) {
                reported = now();
                onProgress(progress);
              }
              if (now() - breath >= BREATH_MS) {
                await breathe();
                breath = now();
              }
              await this.#gate?.opened;
              signal.throwIfAborted();
            },
            onRun: async (run, experiment) => {
              await store.addRun(id, run);
              onUnit(viewOf({ record, runs: experiment.runs }, this.#all));
            },
          }),
        );
      } catch (error) {
        if (!signal.aborted) throw error;
      }
      return viewOf(await this.#stored(id), this.#all);
    });
  }

  pause(): Promise<void> {
    if (this.#running !== null && this.#gate === null) {
      let open = (): void => undefined;
      const opened = new Promise<void>((resolve) => (open = resolve));
      this.#gate = { opened, open };
    }
    return Promise.resolve();
  }

  resume(): Promise<void> {
    this.#gate?.open();
    this.#gate = null;
    return Promise.resolve();
  }

  stop(): Promise<void> {
    this.#running?.abort();
    return this.resume();
  }

  async rename(id: string, name: string): Promise<ExperimentView> {
    checkName(name);
    const { store } = await this.#open();
    const { record, runs } = await this.#stored(id);
    const renamed = { ...record, spec: { ...record.spec, name } };
    await store.put(renamed);
    return viewOf({ record: renamed, runs }, this.#all);
  }

  async remove(id: string): Promise<void> {
    await (await this.#open()).store.remove(id);
  }

  async restore({ record, runs }: StoredExperiment): Promise<ExperimentView> {
    const { store } = await this.#open();
    await store.put(record, runs);
    return viewOf({ record, runs }, this.#all);
  }

  async credit(
    id: string,
    variant: number,
    onQuestion: (done: number, all: number) => void,
  ): Promise<CreditReport | null> {
    return this.#exclusively(async (signal) => {
      const { record } = await this.#stored(id);
      const of = record.spec.variants[variant];
      if (of === undefined) throw new RangeError('There is no such variant.');
      const [seed = 1] = record.spec.seeds;
      let breath = this.#options.now();
      const breathe = async (): Promise<void> => {
        if (this.#options.now() - breath < BREATH_MS) return;
        await this.#options.breathe();
        breath = this.#options.now();
        signal.throwIfAborted();
      };
      try {
        return await this.#datasets.use(record.spec.dataset, async (open) => {
          const { dataset, sampler } = open;
          const ports = await this.#ports(record, open);
          const { config } = ports;
          const hints = await keptPolicy({ spec: record.spec, ports, variant, seed, onStep: breathe, signal });
          return hintCredit({
            questions: dataset.questions.filter(({ split }) => split === 'held-out'),
            sampler,
            hints,
            ...CREDIT,
            seed: 1,
            signal,
            onQuestion,
            judge: new Judge(dataset.database, queryBudget(config)),
            temperature: config.temperature,
            groupSize: config.group_size,
            acting: variantConfig(config, of),
          });
        });
      } catch (error) {
        if (signal.aborted) return null;
        throw error;
      }
    });
  }

  async choice(
    name: string,
    file: CompletionsText | null,
    onProgress: (progress: ChoiceProgress) => void,
  ): Promise<ChoiceReport | null> {
    return this.#exclusively(async (signal) => {
      const { now, breathe } = this.#options;
      let breath = now();
      try {
        return await this.#datasets.use(name, async (open) => {
          const { questions, loadCompletions } = open.dataset;
          const completions =
            file === null
              ? await loadCompletions?.()
              : forQuestions(parseCompletions(file.text, file.name), questions, file.name);
          if (completions === undefined)
            throw new ExperimentError('No completions come with this dataset. Open a file of them.');
          return recordedChoice({
            open,
            completions,
            signal,
            onProgress: async (progress) => {
              if (now() - breath < BREATH_MS) return;
              onProgress(progress);
              await breathe();
              breath = now();
              signal.throwIfAborted();
            },
          });
        });
      } catch (error) {
        if (signal.aborted) return null;
        throw error;
      }
    });
  }

  async #exclusively<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    if (this.#running !== null) throw new ExperimentError('Another experiment is running. Stop it first.');
    this.#trial?.abort();
    const running = new AbortController();
    this.#running = running;
    try {
      return await work(running.signal);
    } finally {
      this.#running = null;
      void this.resume();
    }
  }

  async #stored(id: string): Promise<StoredExperiment> {
    const stored = await (await this.#open()).store.get(id);
    if (stored === null)
      throw new ExperimentError('This experiment is not there any more: it was deleted, perhaps in another tab.');
    return stored;
  }

  async #ports(record: ExperimentRecord, open: OpenDataset): Promise<ExperimentPorts> {
    const starter = needsStarter(record) ? await this.#starter() : [];
    return { ...portsOf(open, record.base), startHints: () => starter };
  }

  /** Fetched when it is first needed; the next try fetches again when it failed. */
  #starter(): Promise<readonly PolicyHint[]> {
    this.#starterPolicy ??= this.#options.loadStarter().catch((error: unknown) => {
      this.#starterPolicy = null;
      throw error;
    });
    return this.#starterPolicy;
  }

  #open(): Promise<Opened> {
    this.#opened ??= this.#openNow().catch((error: unknown) => {
      // The next call tries again.
      this.#opened = null;
      throw error;
    });
    return this.#opened;
  }

  async #openNow(): Promise<Opened> {
    const { openStore, readDatasets } = this.#options;
    const [stored, read] = await Promise.all([
      openStore().then(
        (store) => ({ store, notSaved: null }),
        (error: unknown) => ({
          store: new MemoryExperiments(),
          notSaved: `Experiments are not saved: they will be gone when the page is closed. ${messageOf(error)}`,
        }),
      ),
      readDatasets(),
    ]);
    const shipped = read.map(labDataset);
    this.#all = shipped;
    return { ...stored, shipped };
  }
}

function portsOf({ dataset, sampler, rewards }: OpenDataset, base: Settings): ExperimentPorts {
  const { database, questions } = dataset;
  const config = makeConfig(base);
  return {
    sampler,
    database,
    questions,
    config,
    rewards: () => rewards,
    bestAnswers: bestAnswers({ sampler, database, rewards, config }),
    startHints: () => [],
  };
}

function labDataset({ name, title, about, database = name, completions = false, questions }: ReadDataset): LabDataset {
  const heldOut = questions.filter(({ split }) => split === 'held-out');
  return {
    name,
    title,
    about,
    database,
    completions,
    training: questions.filter(({ split }) => split === 'train').length,
    heldOut: Object.fromEntries(heldOut.map(({ id, question }) => [id, question])),
    facts: Object.fromEntries(factsOf(heldOut)),
  };
}

/** Where the dataset is not among those that ship, every question counts as a fact of its own. */
function viewOf({ record, runs }: StoredExperiment, datasets: readonly LabDataset[]): ExperimentView {
  const dataset = datasets.find(({ name }) => name === record.spec.dataset);
  const facts: Facts = new Map(Object.entries(dataset?.facts ?? {}));
  const experiment = { spec: record.spec, runs };
  return {
    record,
    runs,
    summaries: summarise(experiment, facts),
    controls: controlVerdicts(experiment, facts),
    // All runs of a variant begin with the same policy, so the first point of all is the same.
    scatters: record.spec.variants.map((of, variant) =>
      stepScatter(
        runs.filter((run) => run.variant === variant).flatMap(({ curve }) => curve),
        variantConfig(makeConfig(record.base), of).gold_weight === 0,
      ),
    ),
  };
}

const needsStarter = ({ spec }: ExperimentRecord): boolean => spec.variants.some(({ start }) => start === 'starter');

function checkName(name: string): void {
  if (name.trim() === '' || name.length > 100)
    throw new ExperimentError('An experiment needs a name of 1 to 100 characters.');
}
