/**
 * The vocabulary of GRPO as this project uses it, and the ports the algorithm talks through.
 *
 * This folder imports nothing outside itself: the language model, SQLite and IndexedDB are behind the
 * `Sampler`, `Database`, `RewardModel` ports (`RunStore` in run-store.ts) and are chosen by a composition root.
 */

import type { SampleOrigin } from './origin.ts';
import type { ReasonMessage } from './reward-reasons.ts';

// ---------------------------------------------------------------- questions and schema

export type Split = 'train' | 'held-out';

/** One question in words, optionally with gold SQL. */
export interface Question {
  readonly id: string;
  readonly question: string;
  readonly sql?: string;
  /** Other SQL texts whose result is equally right. */
  readonly sqlAlternatives?: readonly string[];
  readonly split: Split;
  readonly level?: 'easy' | 'medium' | 'hard';
}

/** What the files of a dataset hold, in hexadecimal digits, so that a result says what it was made from. */
export interface DatasetDigest {
  readonly databaseSha256: string;
  readonly questionsSha256: string;
}

/** A business definition that comes with a dataset: what a term of its questions means. */
export interface Definition {
  readonly term: string;
  readonly means: string;
  readonly sql: string;
}

export interface Column {
  readonly name: string;
  /** Declared type as written in the schema, '' when none. */
  readonly type: string;
  readonly primaryKey: boolean;
  readonly notNull: boolean;
  /** What somebody said of it (schema-notes.ts): its name in words, what it is, what its values stand for. */
  readonly called?: string;
  readonly description?: string;
  readonly values?: string;
}

export interface ForeignKey {
  readonly columns: readonly string[];
  readonly toTable: string;
  readonly toColumns: readonly string[];
  /** Who says so where the database's author does not: the import guessed it, or the reader added it. */
  readonly by?: 'guess' | 'reader';
}

/** A column that names the rows of a table by a column of it. */
export interface NotedKey {
  readonly table: string;
  readonly column: string;
  readonly toTable: string;
  readonly toColumn: string;
}

export interface Table {
  readonly name: string;
  readonly kind: 'table' | 'view';
  readonly columns: readonly Column[];
  readonly foreignKeys: readonly ForeignKey[];
  /** Number of rows when the database was opened; null when counting went over budget. */
  readonly rowCount: number | null;
  /** What somebody said of it, as of a column. */
  readonly called?: string;
  readonly description?: string;
  readonly values?: string;
}

/** What a column holds, read from the data itself (SQLite types are only advice). */
export interface ColumnProfile {
  readonly table: string;
  readonly column: string;
  readonly holds: 'text' | 'integer' | 'real' | 'date' | 'blob' | 'empty';
  /** Distinct non-NULL values seen, up to `DISTINCT_LIMIT` of them. */
  readonly distinct: number;
  readonly distinctIsExact: boolean;
  readonly hasNull: boolean;
  /**
   * The distinct text values seen (text and date columns), in SQLite's own order; for linking words of a question to
   * values.
   */
  readonly values: readonly string[];
}

export interface Schema {
  readonly tables: readonly Table[];
  readonly profiles: readonly ColumnProfile[];
  /** What names and data suggest, and a reader said is no key; absent for nothing. */
  readonly noKeys?: readonly NotedKey[];
}

// ---------------------------------------------------------------- execution

/** A cell. 64-bit integers beyond ±2^53 arrive as bigint, blobs as bytes. */
export type SqlValue = string | number | bigint | Uint8Array | null;

export type ExecutionStatus =
  /** ran and returned at least one row */
  | 'rows'
  /** ran and returned none */
  | 'empty'
  /** SQLite could not compile it (syntax, unknown name, …) */
  | 'invalid'
  /** compiles, but is not exactly one read-only SELECT, or asks for something the sandbox denies */
  | 'refused'
  /** compiled, failed while running */
  | 'failed'
  /** stopped at its budget of VM steps or its deadline */
  | 'timeout'
  /** SQLite would take it, but it is beyond a number that the sandbox allows: of bytes, of nested or joined parts */
  | 'over-limit'
  /** ran out of the sandbox's memory or over its row or byte limit */
  | 'too-large'
  /** could not be interrupted: the watchdog killed the worker that ran it */
  | 'killed';

/** What happened when one SQL text met the database. Holds no clock reading: same SQL, same record. */
export interface Execution {
  readonly status: ExecutionStatus;
  readonly columns: readonly string[];
  /** Row-major, at most the budget's `maxRows`. */
  readonly rows: readonly (readonly SqlValue[])[];
  /** True when rows were left out because of `maxRows` or `maxBytes`. */
  readonly truncated: boolean;
  /** SQLite's own message, or the sandbox's. */
  readonly error?: string;
  /** Byte offset of the error in the SQL converted to a UTF-16 index, where SQLite gives one. */
  readonly errorOffset?: number;
}

export interface ExecutionBudget {
  /** SQLite VM instructions (counted in thousands by the progress handler): the deterministic limit. */
  readonly maxVmSteps: number;
  /** Milliseconds before the progress handler stops the statement: the backstop on slow machines. */
  readonly deadlineMs: number;
  readonly maxRows: number;
  /** Rough size of the returned cells in bytes. */
  readonly maxBytes: number;
  /** Whether EXPLAIN QUERY PLAN may stand before the statement, as no completion's may. */
  readonly plans?: boolean;
}

/** SQLite behind a door. Adapters: in this thread, in a worker with a watchdog. */
export interface Database {
  readonly schema: Schema;
  /**
   * Runs each SQL text on its own, read-only, in order. Never throws for what a SQL text does. Rejects with AbortError
   * when aborted.
   */
  execute(
    sql: readonly string[],
    options?: { readonly budget?: Partial<ExecutionBudget>; readonly signal?: AbortSignal },
  ): Promise<Execution[]>;
  close(): void;
}

// ---------------------------------------------------------------- policy

/**
 * What a hint is made of. Each kind can be switched off.
 *   pattern   a pattern in the SQL, whatever is asked
 *   operator  a cue of the question × an operator or shape of the SQL
 *   name      a cue of the question × a table or column
 *   pair      two patterns of one SQL
 *   link      how well the question names something (exactly, in part, by a value) × what is done with it
 *   guidance  a sentence in the prompt of a language model
 */
export const HINT_TEMPLATES = ['pattern', 'operator', 'name', 'pair', 'link', 'guidance'] as const;
export type HintTemplate = (typeof HINT_TEMPLATES)[number];

/**
 * What of a question a hint hangs on.
 *   word    a stem                         bigram  two or three neighbours: stems, or `<table>`, `<value>` … for names
 *   phrase  one with a function            typed   what a value or number stands for, or a fact of the whole question
 *   start   the first words, as in bigram  before, after  the word beside a mention; `^`, `$` for the question's ends
 *   text    words of a file whose vocabulary is another
 */
export const CUE_KINDS = ['word', 'bigram', 'phrase', 'typed', 'start', 'before', 'after', 'text'] as const;

export interface HintCue {
  readonly kind: (typeof CUE_KINDS)[number];
  /** One, but in `bigram` and `start`. */
  readonly parts: readonly string[];
  /** The parts as they were first met, where they differ; no part of the identity. */
  readonly shown?: readonly string[];
}

/**
 * What of the SQL a hint is about; its words are made in words/, and a part stays the same when those change.
 *   sql       a shape, or a fragment with names
 *   link      what something is used for, how the question names it, and at most one more thing
 *   pair      two or more shapes of one SQL
 *   sentence  of the guidance
 */
export const PATTERN_KINDS = ['sql', 'link', 'pair', 'sentence'] as const;

export interface HintPattern {
  readonly kind: (typeof PATTERN_KINDS)[number];
  readonly parts: readonly string[];
}

/** The identity of a hint: a cue in the question and a pattern in the SQL. `f_k(q,y) ∈ {0,1}` says both occur. */
export interface HintFeature {
  /** Unique and stable: that of cue and pattern (feature-key.ts); a number for guidance. */
  readonly key: string;
  /** null for a hint that holds for every question. */
  readonly cue: HintCue | null;
  readonly pattern: HintPattern;
  /** Tables the pattern names, if any. */
  readonly tables: readonly string[];
  readonly template: HintTemplate;
  /**
   * True when neither cue nor pattern names anything of this database by its whole name or by a value: such a hint can
   * travel to another one.
   */
  readonly general: boolean;
  /** How many neighbouring words the cue is made of; 0 without a cue or for a cue that is no word. */
  readonly words: number;
}

/** How often a feature occurred in a completion, and how often the sampler expected it. */
export interface FeatureUse {
  readonly feature: HintFeature;
  /**
   * Σ_d f_{k,d}: the number of decisions of this completion in which the feature fired (1 for a sampler without
   * decisions).
   */
  readonly value: number;
  /**
   * Σ_d E_d[f_k] under the policy that sampled it; 0 where the sampler cannot tell (then the update is the simple
   * form).
   */
  readonly expected: number;
  /**
   * Σ_d c_d (f_{k,d} − E_d[f_k]), each decision weighed by the objective (objectives/); absent in the first update on a
   * group, where every c is 1.
   */
  readonly weighed?: number;
}

export interface HintEvidence {
  /** Completions that carried the feature and taught (|A| ≥ min_advantage_threshold). */
  readonly support: number;
  /** Of those, how many had a positive advantage. */
  readonly positive: number;
  /** Sum of the teaching advantages. */
  readonly advantage: number;
  /** The distinct steps at which it was taught. */
  readonly steps: number;
}

export interface PolicyHint extends HintFeature {
  /** Logit bonus w_k in [-weight_limit, weight_limit]. */
  readonly weight: number;
  readonly evidence: HintEvidence;
  readonly createdAt: number;
  readonly updatedAt: number;
  /** A disabled hint keeps its weight, but neither acts nor learns. */
  readonly enabled: boolean;
  /** A pinned hint acts in full, and training leaves it as it is; absent for one that is not. */
  readonly pinned?: true;
}

/** A reader's change of one hint. */
export interface HintEdit {
  readonly weight?: number;
  readonly enabled?: boolean;
  readonly pinned?: boolean;
}

/**
 * `put`: a reader adds a hint, or puts it as it was or as a file has it, without making it the start of the run.
 * `propose`: a sentence for the prompt that reflection or a reader put forward; every other new hint is training's,
 * `create`.
 */
export type HintEventType =
  | 'create'
  | 'propose'
  | 'update'
  | 'decay'
  | 'merge'
  | 'prune'
  | 'edit'
  | 'disable'
  | 'enable'
  | 'pin'
  | 'unpin'
  | 'put'
  | 'restore';

/** One completion's part in a weight change. */
export interface HintCause {
  readonly group: number;
  readonly completion: number;
  readonly advantage: number;
  /** `f − E f`, what the advantage is multiplied by. */
  readonly activity: number;
}

/** What a reader, or a language model after one of its groups, did to a sentence of the guidance. */
export type GuidanceAuthor =
  | { readonly by: 'model'; readonly label: string; readonly step: number }
  | { readonly by: 'reader'; readonly did: 'wrote' | 'reworded' | 'accepted' | 'vetoed' };

/** Which policy a run with validation kept, and how many of the `of` questions it and the start had right. */
export type KeptPolicy =
  | {
      readonly kept: 'best';
      readonly step: number;
      readonly right: number;
      readonly start: number;
      readonly of: number;
    }
  /** `most`: what the run came to; null where it took no step. */
  | { readonly kept: 'start'; readonly most: number | null; readonly start: number; readonly of: number };

/** Why a hint changed: a message and its values. The sentence is made where it is read (sentences.ts). */
export type HintReason =
  /**
   * Completions that used it, or left it out, differed from their group; `advantage` is summed over those that used it.
   */
  | { readonly id: 'taught'; readonly support: number; readonly advantage: number }
  /** Only regularisation moved it. */
  | { readonly id: 'pulled'; readonly support: number }
  /** Its weight came near 0 with the evidence against it. */
  | { readonly id: 'unsupported'; readonly positive: number; readonly support: number }
  /** The policy keeps no more than `most` hints. */
  | { readonly id: 'room'; readonly most: number }
  /** Its twin, the hint with `cue`, took its weight; and that twin's own event. */
  | { readonly id: 'merged-into'; readonly cue: HintCue }
  | { readonly id: 'merged-from'; readonly cue: HintCue }
  | { readonly id: 'by-hand' }
  /** A change by hand was taken back. */
  | { readonly id: 'undone' }
  /** As a file has it that was opened in the run. */
  | { readonly id: 'imported'; readonly file: string }
  /** As it was in a snapshot, or after an earlier step. */
  | { readonly id: 'snapshot'; readonly name: string }
  | { readonly id: 'went-back'; readonly to: number }
  | { readonly id: 'start'; readonly from: 'starter' | 'file' }
  | { readonly id: 'other-start' }
  | ({ readonly id: 'kept' } & KeptPolicy)
  /** What distilling had left out came back. */
  | { readonly id: 'undistilled' }
  /** The few of `of` hints were kept that decide the same; see distil.ts. */
  | {
      readonly id: 'distilled';
      readonly kept: number;
      readonly of: number;
      readonly same: number;
      readonly questions: number;
    }
  | {
      readonly id: 'guidance';
      readonly author: GuidanceAuthor;
      /** Its text before. */
      readonly said?: string;
      /** The hint it was merged into, and the one that was merged with it, by key. */
      readonly into?: string;
      readonly with?: string;
    }
  /** A sentence that an earlier version kept. */
  | { readonly id: 'told'; readonly text: string };

/**
 * One line of the append-only log: what changes of a hint, and why. Replaying the log from the start gives the policy
 * at any step (PolicyLayer.apply).
 */
export interface HintEvent {
  /** Position in the log, from 0. */
  readonly sequence: number;
  readonly step: number;
  readonly type: HintEventType;
  readonly key: string;
  /** Weights; null before the hint is there, and once it is pruned or merged away. */
  readonly before: number | null;
  readonly after: number | null;
  /** The evidence after the event, where it changed and `hint` does not hold it. */
  readonly evidence?: HintEvidence;
  /** learning_rate · s_k · g_k, the part of Δw that advantages made. */
  readonly gradientTerm: number;
  /** −learning_rate · kl_coef · (w_k − w_k,start), the part that regularisation made. */
  readonly decayTerm: number;
  /** w_k,start, where it is not 0. */
  readonly pulledTo?: number;
  /** s_k = n/(n + evidence_hold), where it is not 1. */
  readonly share?: number;
  readonly causes: readonly HintCause[];
  readonly reason: HintReason;
  /**
   * The whole hint after the event, only where it comes into being, is put back, or its text changes. Else the hint
   * there is, with the weight `after`, `evidence`, `updatedAt` the step, switched on or off by `enable`, `disable`, and
   * pinned or not by `pin`, `unpin`.
   */
  readonly hint?: PolicyHint;
}

/** What a sampler may read of the policy. */
export interface PolicyView {
  /** Logit a feature adds: the weight of its hint as far as that acts; 0 when there is none, or it is switched off. */
  weightOf(key: string): number;
  /** The same of the policy the run started from; null or absent where that has no hints, which is π_0. */
  readonly startWeightOf?: ((key: string) => number) | null;
  /** Increases whenever any weight changes, so that samplers can cache. */
  readonly version: number;
  readonly hints: readonly PolicyHint[];
}

// ---------------------------------------------------------------- samplers

/** A seeded generator of uniform numbers in [0, 1). */
export type Random = () => number;

/** One decision of a factored sampler, kept so that the page can show what was chosen against what. */
export interface DecisionRecord {
  readonly name: string;
  readonly chosen: string;
  /** Probability of the chosen option under the policy at the sampling temperature. */
  readonly probability: number;
  /** The same under π_0 (all weights zero). */
  readonly referenceProbability: number;
}

/** What a sampler returns for one completion, before it meets the database. */
export interface Sample {
  /** Text as the sampler produced it. */
  readonly text: string;
  /** The SQL in it; '' when there is none. */
  readonly sql: string;
  readonly features: readonly FeatureUse[];
  /** Natural log of π_h(y|q) at the sampling temperature; null when unknown. */
  readonly logProbability: number | null;
  /** The same under π_0. */
  readonly referenceLogProbability: number | null;
  readonly decisions: readonly DecisionRecord[];
  /**
   * The option taken at each decision, from which `Sampler.replay` makes this sample again; absent for a sampler
   * without decisions.
   */
  readonly choices?: readonly number[];
  /** Absent for the built-in sampler. */
  readonly origin?: SampleOrigin;
}

/** Properties of the distribution over completions for one question, in nats. */
export interface Distribution {
  readonly entropy: number;
  /** KL(π_h ‖ π_0). */
  readonly kl: number;
  /** True for a sum over all completions, false for an estimate from those that were drawn. */
  readonly exact: boolean;
  /**
   * Standard errors of an estimate, in nats, from its spread over the completions; null where the figures are exact,
   * and where nothing is known of it (a single completion, recordings of earlier versions).
   */
  readonly entropySe: number | null;
  readonly klSe: number | null;
  /** Absent where it was not measured (recordings of earlier versions). */
  readonly start?: StartKl;
}

/** KL(π_h ‖ the policy the run started from), in nats, and standard errors of what is estimated. */
export interface StartKl {
  /** Exact where the distribution is. */
  readonly kl: number;
  readonly klSe: number | null;
  /**
   * Means over the completions first drawn of ln π_h/π_start, and of π_start/π_h − 1 − ln π_start/π_h summed over
   * decisions; null where none were.
   */
  readonly k1: number | null;
  readonly k1Se: number | null;
  readonly k3: number | null;
  readonly k3Se: number | null;
}

/** An earlier sample under the policy as it is now. */
export interface Retraced {
  /** Of the option that was taken at each of the sample's `decisions`, at the request's temperature. */
  readonly probabilities: readonly number[];
  readonly features: readonly FeatureUse[];
}

export interface SampleRequest {
  readonly question: string;
  readonly policy: PolicyView;
  readonly temperature: number;
  readonly random: Random;
  readonly signal?: AbortSignal;
}

export interface Sampler {
  readonly id: string;
  /** As shown: what it is, never more than it is. */
  readonly label: string;
  readonly isLanguageModel: boolean;
  /** G independent completions for one question. */
  generateGroup(request: SampleRequest, count: number): Promise<Sample[]>;
  /** The most probable completion (decision by decision), for greedy evaluation. */
  greedy(request: SampleRequest): Promise<Sample>;
  /**
   * An earlier sample of this question under the policy as it is now: same SQL, new probabilities and expectations.
   * Null when the choices do not fit.
   */
  replay?(request: Omit<SampleRequest, 'random'>, choices: readonly number[]): Sample | null;
  /**
   * Earlier samples of this question, a group of them by their choices, under the policy as it is now. `weigh` says of
   * each what its decisions weigh in its features, knowing their probabilities. Draws nothing. Null when some choices
   * do not fit; undefined for a sampler that does not know the probability of each decision.
   */
  readonly retrace?:
    | ((
        request: Omit<SampleRequest, 'random'>,
        group: readonly (readonly number[])[],
        weigh: (probabilities: readonly number[], index: number) => readonly number[],
      ) => Retraced[] | null)
    | undefined;
  /**
   * Entropy and KL under this policy at this temperature: exact where that is known to be little work, otherwise
   * estimated from `samples`, which `generateGroup` drew for the same request. Draws nothing. Null when the sampler
   * cannot tell.
   */
  distribution(request: Omit<SampleRequest, 'random'>, samples: readonly Sample[]): Distribution | null;
  /**
   * The decisions of the greedy completion, those with a choice; absent, or null, for a sampler that takes none.
   * `policy` and temperature as for `greedy`.
   */
  decisions?(request: Omit<SampleRequest, 'random'>): readonly OpenDecision[] | null;
}

/** One decision with all that could have been chosen. */
export interface OpenDecision {
  readonly name: string;
  /** Index of the option taken. */
  readonly choice: number;
  readonly options: readonly OpenOption[];
}

export interface OpenOption {
  /** As shown on the page. */
  readonly label: string;
  /** Logit under π_0, up to a number that is the same for all options of the decision. */
  readonly base: number;
  /** Every feature that fires with it. */
  readonly features: readonly HintFeature[];
}

// ---------------------------------------------------------------- rewards

/**
 * One reason behind a reward component: a message with its values, and the points it gave or took. The sentence is made
 * where it is read (reason-words.ts).
 */
export type RewardReason = ReasonMessage & { readonly points: number };

/** A component's value is its reasons' points summed and clamped to [-1, 1]; null when it could not be computed. */
export interface RewardScore {
  readonly value: number | null;
  readonly reasons: readonly RewardReason[];
}

export const REWARD_COMPONENTS = [
  'validity',
  'execution',
  'quality',
  'format',
  'gold',
  'agreement',
  'feedback',
] as const;
export type RewardComponent = (typeof REWARD_COMPONENTS)[number];

export type RewardWeights = Readonly<Record<RewardComponent, number>>;

export interface ScoredRewards {
  readonly components: Readonly<Partial<Record<RewardComponent, RewardScore>>>;
  /** Σ w_c r_c / Σ w_c over the components that could be computed, in [-1, 1]; null when none could. */
  readonly total: number | null;
  /**
   * Only of an answer that evades the question: what its total is, whatever its components say. Estimators that read
   * components take each of them for the worst.
   */
  readonly cappedAt?: number;
}

/** The lowest that a component and a total can be. */
export const WORST_REWARD = -1;

/** Scores the completions of one group. Async because a gold component runs the gold SQL. */
export interface RewardModel {
  score(
    question: Question,
    completions: readonly { readonly sql: string; readonly execution: Execution }[],
  ): Promise<ScoredRewards[]>;
}

// ---------------------------------------------------------------- the loop's records

export type Verdict = 'reinforce' | 'penalize' | 'neutral' | 'no-signal';

export interface Completion extends Sample {
  readonly index: number;
  /** As it ran, its rows cut to the first `SHOWN_ROWS`. */
  readonly execution: Execution;
  /** Rows the execution returned before that cut. */
  readonly rowCount: number;
  readonly rewards: ScoredRewards;
  /** Group-relative advantage; 0 in a no-signal group and for a completion without a reward. */
  readonly advantage: number;
  /** True when |advantage| ≥ min_advantage_threshold: only then does it move hints. */
  readonly teaches: boolean;
  readonly verdict: Verdict;
  /** True when it was not drawn but is an earlier right answer, put in the place of the last of an all-wrong group. */
  readonly replayed?: boolean;
  /**
   * What the updates after the first on its group met, in order (`num_iterations`); absent where there was one, and for
   * a replayed answer, which takes part in the first alone.
   */
  readonly updates?: readonly CompletionUpdate[];
}

/** One completion before a later update on its group. */
export interface CompletionUpdate {
  /** ρ = π_new/π_old of each of its `decisions`. */
  readonly ratios: readonly number[];
  /** Indices of the decisions that the clip cut: none of a completion that does not teach. */
  readonly cut: readonly number[];
}

/** All completions sampled for one question in one step. */
export interface Group {
  readonly questionId: string;
  readonly question: string;
  readonly completions: readonly Completion[];
  /** Mean and standard deviation (estimator's ddof) of the total rewards; null when no completion has one. */
  readonly mean: number | null;
  readonly sd: number | null;
  /** What the advantage was divided by (sd + ε, batch sd + ε, or 1). */
  readonly scale: number;
  /** True when all rewards are equal: nothing to learn from. */
  readonly noSignal: boolean;
  /**
   * Distribution of the sampler before the update, at the set temperature; null when it cannot be, or was not to be,
   * computed. An estimate is from the first group that was drawn, also where that was thrown away for want of a signal:
   * groups kept for their signal, or drawn hotter, would say more diversity than there is.
   */
  readonly distribution: Distribution | null;
  /** How many groups without signal were drawn, and thrown away, before this one; absent for none. */
  readonly resampled?: number;
  /** The temperature it was drawn at, where it is not the set one. */
  readonly temperature?: number;
}

export interface StepMetrics {
  readonly rewardMean: number | null;
  readonly rewardSd: number | null;
  /** Share of this step's groups without signal, 0..1. */
  readonly noSignalShare: number;
  /** Means over the groups, in nats; null where no group has the figure. */
  readonly entropy: number | null;
  readonly kl: number | null;
  /**
   * Whether entropy and KL are exact in every group; absent for steps of earlier versions, of which it is not known.
   */
  readonly exact?: boolean;
  /** Their standard errors where they are estimates, in nats; absent or null where not known. */
  readonly entropySe?: number | null;
  readonly klSe?: number | null;
  /** Mean over the groups that have it; absent where none has. */
  readonly start?: StartKl;
  /**
   * Mean and sd (the estimator's ddof) of each reward component over the completions of the step of which it could be
   * computed; absent in steps of earlier versions.
   */
  readonly components?: Readonly<Partial<Record<RewardComponent, { readonly mean: number; readonly sd: number }>>>;
  /**
   * Share of the decisions that the clip cut, over all updates on the step's groups, the first among them, where none
   * can be cut; absent where there was only the first.
   */
  readonly clipRatio?: number;
  /** Distinct SQL texts / completions, 0..1. */
  readonly diversity: number;
  /** Share of completions whose execution returned rows, 0..1. */
  readonly executedShare: number;
  /** Groups that were drawn again for want of a signal. */
  readonly resampledGroups: number;
  /** Completions that are earlier right answers. */
  readonly replayedCompletions: number;
  readonly hints: number;
}

/** What a language model said after a group, and what became of it. */
export interface GroupReflection {
  /** Index of the group in its step. */
  readonly group: number;
  /** Whether it changed the guidance. */
  readonly accepted: boolean;
  /** What it changed, or why it did not, for a reader. */
  readonly outcome: string;
  /** As the model wrote it. */
  readonly text: string;
  /** What it cost; null where the model does not say. */
  readonly promptTokens: number | null;
  readonly tokens: number | null;
}

export interface Step {
  /** From 1. */
  readonly number: number;
  readonly groups: readonly Group[];
  readonly events: readonly HintEvent[];
  /** How many of its events made a hint, and how many moved one by what its completions taught. */
  readonly hintsCreated: number;
  readonly hintsUpdated: number;
  readonly metrics: StepMetrics;
  /** Absent where nobody was asked. */
  readonly reflections?: readonly GroupReflection[];
}

export interface TrainingSummary {
  readonly totalSteps: number;
  readonly totalGroups: number;
  /** Groups in which at least one completion has a reward. */
  readonly scoredGroups: number;
  readonly totalCompletions: number;
  readonly noSignalGroups: number;
  /** Groups that were drawn again for want of a signal. */
  readonly resampledGroups: number;
  /** Completions that are earlier right answers. */
  readonly replayedCompletions: number;
  /** Passes over the training questions that were begun. */
  readonly epochs: number;
  readonly averageReward: number | null;
  readonly hintsCreated: number;
  readonly hintsUpdated: number;
  readonly hintsPruned: number;
  readonly hints: number;
}

/** Everything needed to continue a run to the bit. Plain data: survives JSON and structured clone. */
export interface TrainerState {
  readonly seed: number;
  readonly randomState: readonly number[];
  readonly step: number;
  readonly hints: readonly PolicyHint[];
  readonly eventCount: number;
  /** Question ids still to come in this epoch, in order. */
  readonly queue: readonly string[];
  readonly summary: TrainingSummary;
  /** Weights of the policy the run started from, by key, those that are not 0; absent for none. */
  readonly start?: Readonly<Record<string, number>>;
  /** Right answers to replay, oldest first; absent for none. */
  readonly answers?: readonly RememberedAnswer[];
}

/** The choices of a completion that was right, from which the sampler makes it again. */
export interface RememberedAnswer {
  readonly questionId: string;
  readonly choices: readonly number[];
}
