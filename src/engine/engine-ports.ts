/** What the engine needs of the outside, and what it calls an open dataset. */
import type { FeedbackProvider, FeedbackStore } from '../grpo/feedback.ts';
import type { SchemaNotes } from '../grpo/schema-notes.ts';
import type { RunStore } from '../grpo/run-store.ts';
import type { Database, PolicyHint, Question, RewardModel, RewardWeights, Sampler, Schema } from '../grpo/types.ts';
import type { LanguageModel } from '../samplers/language/model.ts';
import type { FileStore } from '../storage/stored-file.ts';
import type { LiveRelay } from './models/live-relay.ts';
import type { StorageView } from './protocol.ts';
import type { Completions } from './sources/completions.ts';
import type { MakeLanguageSampler } from './sources/language-samplers.ts';
import type { DatasetDigest, Definition } from '../grpo/types.ts';

/** A dataset that is open. */
export interface Dataset {
  readonly name: string;
  readonly title: string;
  readonly database: Database;
  readonly questions: readonly Question[];
  readonly definitions: readonly Definition[];
  /**
   * Completions of published models that come with it, by question text; absent for none. Rejects with a message for a
   * reader.
   */
  readonly loadCompletions?: () => Promise<Completions>;
  /**
   * Of the reader's own alone: its revision, its SQLite file, how it came about, the database with the schema that the
   * file declares, and what is said of that; `database` has the schema with both.
   */
  readonly own?: {
    readonly revision: number;
    readonly bytes: Uint8Array;
    readonly notes: readonly string[];
    readonly file: Database;
    readonly schemaNotes: SchemaNotes;
    /** Milliseconds since 1970. */
    readonly created: number;
    /** Traces (lab/facts.ts) of questions that trained and are gone. */
    readonly trained: readonly string[];
  };
  /** Of what was opened; absent where nobody works it out. */
  readonly digest?: () => Promise<DatasetDigest>;
}

/** A dataset of somebody's own that comes from a file. */
export interface BroughtDataset extends Pick<Dataset, 'name' | 'title' | 'questions' | 'definitions'> {
  /** Its SQLite file. */
  readonly database: Uint8Array;
  readonly notes: readonly string[];
  /** Milliseconds since 1970. */
  readonly created: number;
  /** Absent for none. */
  readonly trained?: readonly string[];
  /** Absent for nothing. */
  readonly schemaNotes?: SchemaNotes;
}

export interface EnginePorts {
  /** Rejects where nothing can be stored; the run then lives in memory, and the reader is told why. */
  readonly openStore: () => Promise<RunStore & FeedbackStore>;
  /** The dataset of that name, or the one the page begins with. Rejects when there is none of that name. */
  readonly openDataset: (name?: string) => Promise<Dataset>;
  /**
   * Keeps other questions of a dataset of the reader's own; resolves to it with them. Rejects where it ships. Absent
   * where readers bring none.
   */
  readonly keepQuestions?: (dataset: Dataset, questions: readonly Question[]) => Promise<Dataset>;
  /** The same for what is said of its schema; the dataset it resolves to has another database, over the same file. */
  readonly keepSchemaNotes?: (dataset: Dataset, notes: SchemaNotes) => Promise<Dataset>;
  /**
   * Keeps a dataset of a file; resolves to its name here, that of one that is there just so included. `forget` takes it
   * away again. Absent where readers bring none.
   */
  readonly keepDataset?: (
    brought: BroughtDataset,
  ) => Promise<{ readonly name: string; readonly forget: () => Promise<void> }>;
  readonly makeSampler: (schema: Schema) => Sampler;
  readonly makeRewards: (dataset: Dataset, feedback: FeedbackProvider) => (weights: RewardWeights) => RewardModel;
  /** The starter policy; asked for only when a reader chooses it. Rejects with a message fit for a reader. */
  readonly loadStarter: () => Promise<PolicyHint[]>;
  /** The language model that is loaded; null for none. */
  readonly model: () => LanguageModel | null;
  /** Makes the samplers of language models; asked when the first one is chosen. What they write goes to `live`. */
  readonly languageSampler: () => Promise<MakeLanguageSampler>;
  /** Where what a language model is writing is watched. */
  readonly live: Pick<LiveRelay, 'watch' | 'tell'>;
  /** Files that were opened and kept; rejects where nothing can be stored. */
  readonly openFiles: () => Promise<FileStore>;
  /** What this site uses of the browser's storage and may use; null where the browser does not say. */
  readonly storage: () => Promise<StorageView | null>;
  /** Milliseconds that only rise; for budgets, never for results. */
  readonly now: () => number;
  /** Milliseconds since 1970: when something was said. */
  readonly today: () => number;
  /** Different at every call, on this machine and in every tab. */
  readonly newRunId: () => string;
  /** Resolves after messages that are waiting were handled. */
  readonly breathe: () => Promise<void>;
}
