/** What the page may ask of the worker that runs experiments, and what it gets back. Plain data and callbacks. */
import type { ExperimentRecord, Settings, StoredExperiment } from '../../lab/experiment-store.ts';
import type { ExperimentSpec, SeedRun } from '../../lab/experiment-types.ts';
import type { ExperimentProgress } from '../../lab/experiment.ts';
import type { Rates } from '../../lab/estimate.ts';
import type { ControlVerdict } from '../../lab/controls.ts';
import type { ChoiceRule } from '../../lab/choice-evaluation.ts';
import type { Comparison } from '../../lab/comparison.ts';
import type { CreditReport } from '../../lab/hint-credit.ts';
import type { Interval } from '../../lab/statistics.ts';
import type { Scatter } from '../../lab/scatter.ts';
import type { VariantSummary } from '../../lab/summary.ts';

export type {
  ChoiceRule,
  ControlVerdict,
  CreditReport,
  ExperimentProgress,
  ExperimentRecord,
  ExperimentSpec,
  Rates,
  Scatter,
  SeedRun,
  Settings,
  StoredExperiment,
  VariantSummary,
};

/** An experiment, finished or not, with all that its page shows. */
export interface ExperimentView extends StoredExperiment {
  /** By variant. */
  readonly summaries: readonly VariantSummary[];
  readonly controls: readonly ControlVerdict[];
  /** By variant: reward against accuracy at the points of all its curves. */
  readonly scatters: readonly Scatter[];
}

/** A dataset that ships with the page, and what an experiment on it is judged by. */
export interface LabDataset {
  readonly name: string;
  readonly title: string;
  readonly about: string;
  /** The dataset whose database its questions ask: its own name, or another's. */
  readonly database: string;
  /** Completions of published models come with it. */
  readonly completions: boolean;
  /** How many questions there are to train on. */
  readonly training: number;
  /** Held-out questions by id: the text, and what it asks for (lab/facts.ts). */
  readonly heldOut: Readonly<Record<string, string>>;
  readonly facts: Readonly<Record<string, string>>;
}

/** Where hints choose among completions that are written: of teaching them, then of choosing. */
export interface ChoiceProgress {
  readonly part: 'teaching' | 'choosing';
  readonly done: number;
  readonly all: number;
}

/** What came out, on held-out questions; intervals are 95 %, over facts. */
export interface ChoiceReport {
  /** Whose completions they are: how many models. */
  readonly models: number;
  /** Questions that hints were taught on, and steps. */
  readonly training: number;
  readonly steps: number;
  readonly hints: number;
  readonly questions: number;
  readonly facts: number;
  /** Of the questions, those whose gold SQL returns nothing, 0 or NULL. */
  readonly weakGold: number;
  readonly groupSize: number;
  /** Groups a question. */
  readonly seeds: number;
  readonly rules: Readonly<Record<ChoiceRule, Interval>>;
  /** Reward and hints against the reward alone. */
  readonly comparison: Pick<Comparison, 'difference' | 'low' | 'high' | 'verdict'>;
}

/** Completions of the reader's own, as a file has them. */
export interface CompletionsText {
  readonly name: string;
  readonly text: string;
}

export interface LabView {
  /** Newest first. */
  readonly experiments: readonly ExperimentView[];
  readonly datasets: readonly LabDataset[];
  /** Why experiments will be gone with the page; null when they are saved. */
  readonly notSaved: string | null;
}

export interface RunListener {
  /** Several times a second. */
  readonly onProgress: (progress: ExperimentProgress) => void;
  /** A unit is done and stored. */
  readonly onUnit: (view: ExperimentView) => void;
}

/** What is to be set up: the id is given by the worker. */
export interface NewExperiment {
  readonly spec: Omit<ExperimentSpec, 'id'>;
  readonly base: Settings;
}

/** Every rejection carries a message fit for a reader. */
export interface ExperimentsApi {
  open(): Promise<LabView>;
  /**
   * Checks and stores. Rejects with what is wrong with it: ExperimentError, ConfigError, DatasetError for a dataset or
   * a starter policy that is not there.
   */
  create(experiment: NewExperiment): Promise<ExperimentView>;
  /**
   * How fast this machine is with a dataset: measured for about two seconds, and remembered. Null while something runs,
   * where something begins to meanwhile, and where there is nothing to measure with.
   */
  rates(dataset: string): Promise<Rates | null>;
  /** Runs what is left of it, one experiment at a time. Resolves when all is done, and when it was stopped. */
  run(id: string, onProgress: RunListener['onProgress'], onUnit: RunListener['onUnit']): Promise<ExperimentView>;
  /** Holds the run where it is. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Ends the run (or the measuring of hints); the unit in hand is lost, finished ones stay. */
  stop(): Promise<void>;
  rename(id: string, name: string): Promise<ExperimentView>;
  remove(id: string): Promise<void>;
  /** Brings back what `remove` deleted. */
  restore(stored: StoredExperiment): Promise<ExperimentView>;
  /**
   * Do hints choose better among recorded completions than the reward alone? Of `file`, or of those that come with the
   * dataset. Null when it was stopped. Rejects with ExperimentError, DatasetError and QuestionError.
   */
  choice(
    dataset: string,
    file: CompletionsText | null,
    onProgress: (progress: ChoiceProgress) => void,
  ): Promise<ChoiceReport | null>;
  /** Trains one unit again to its kept policy and measures what its heaviest hints do. */
  credit(id: string, variant: number, onQuestion: (done: number, all: number) => void): Promise<CreditReport | null>;
}
