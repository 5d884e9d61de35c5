/**
 * A recording: what a run began from, what its sampler answered, and what people did meanwhile; nothing of what was
 * made of it. Playing it back runs the SQL again, scores it again and moves the hints again.
 *
 * The file is one JSON object:
 *   format 'grpo-sql-lab/recording', version 2 (version 1, with features and keys in words, is read too)
 *   dataset, databaseSha256?        what it was recorded on
 *   sampler {id, label, isLanguageModel}
 *   learning, distribution          the trainer's options
 *   config                          settings by name
 *   feedback [Feedback]             what people had said before
 *   state                           the TrainerState it began from
 *   texts [text], numbers [number]  written once, referred to by position; numbers survive to the bit, −0 included
 *   features [[key, cue, pattern, template, general, words, …tables]]
 *                                   cue and pattern by position, −1: no cue; key by its text, −1: it follows from
 *                                   both; template: position in HINT_TEMPLATES
 *   cues [{kind, parts, shown?}], patterns [{kind, parts}]
 *   questions [{id, question}]      those that were asked or could be drawn
 *   pools [[question]]              what nextQuestions drew from
 *   entries                         in order:
 *     {kind: 'step', questions, pool, calls}     positions; pool null: the questions were asked for. Calls are
 *                                                RecordedCalls with texts by position, and samples {text, sql?,
 *                                                logProbability, reference, features, decisions, choices?, origin?}:
 *                                                no sql where it is the text; features [feature, value, number of the
 *                                                expectation, …]; decisions [name, chosen, number of the probability,
 *                                                number of the reference probability, …]; a group gone over again
 *                                                (num_iterations) as {probabilities, features [feature, value,
 *                                                number of the expectation, number of the weighed sum, …]}, numbers
 *                                                by position
 *     {kind: 'configure', settings}              those that changed
 *     {kind: 'edit', key, weight?, enabled?, pinned?}  a hint edited by hand
 *     {kind: 'events', events}                   other changes of the hints between steps (a hint added or deleted, a
 *                                                snapshot put back, one proposed)
 *     {kind: 'feedback', feedback}               what people said, in place of what was said of the same SQL; with
 *                                                neither thumb nor corrected SQL: what was taken back
 *     {kind: 'sampler', id, label, isLanguageModel}  another sampler from here on
 */
import type { GRPOConfig } from '../grpo/config.ts';
import type { Feedback } from '../grpo/feedback.ts';
import type { HintEvent, Sampler, TrainerState } from '../grpo/types.ts';
import type { RecordedCall } from '../samplers/replay/recording-sampler.ts';
import { LIMITS as DATASET_LIMITS } from '../formats/dataset.ts';
import type { HintEdit } from '../grpo/types.ts';

export const FORMAT = 'grpo-sql-lab/recording';
export const VERSION = 2;

/** What is kept of a sampler. */
export type SamplerName = Pick<Sampler, 'id' | 'label' | 'isLanguageModel'>;

export const LEARNING = ['on', 'off', 'shuffled'] as const;

/** What is read of a file at most, and so what is written. */
export const LIMITS = {
  /** UTF-16 units of the whole file. */
  file: 200_000_000,
  entries: 200_000,
  texts: 1_000_000,
  text: 200_000,
  numbers: 10_000_000,
  features: 1_000_000,
  tables: 100,
  questions: DATASET_LIMITS.questions,
  pools: 10_000,
  questionsPerStep: 32,
  /** Of one step: 32 questions, each drawn 17 times, replayed as often, measured, and gone over 15 times again. */
  calls: 2_000,
  samples: 1_000,
  /** Numbers in one list of a sample. */
  list: 1_000_000,
  hints: 100_000,
  feedback: 100_000,
  /** Numbers one call drew. */
  drawn: 100_000,
  name: 500,
  /** Of a question; one that was typed has its text in its id. */
  id: DATASET_LIMITS.question + 100,
  key: 20_000,
} as const;

/** A question by the text it had; the rest of it (gold) is the dataset's. */
export interface RecordedQuestion {
  readonly id: string;
  readonly question: string;
}

export type RecordingEntry =
  | {
      readonly kind: 'step';
      readonly questions: readonly RecordedQuestion[];
      readonly pool: readonly RecordedQuestion[] | null;
      readonly calls: readonly RecordedCall[];
    }
  | { readonly kind: 'configure'; readonly settings: Partial<GRPOConfig> }
  | { readonly kind: 'edit'; readonly key: string; readonly edit: HintEdit }
  | { readonly kind: 'events'; readonly events: readonly HintEvent[] }
  | { readonly kind: 'feedback'; readonly feedback: Feedback }
  | { readonly kind: 'sampler'; readonly sampler: SamplerName };

export interface RecordingHeader {
  readonly dataset: string;
  /** In hexadecimal digits; absent where nobody worked it out. */
  readonly databaseSha256?: string;
  /** The sampler that was recorded. */
  readonly sampler: SamplerName;
  readonly learning: (typeof LEARNING)[number];
  /** Whether entropy and KL were computed at every step. */
  readonly distribution: boolean;
  readonly config: GRPOConfig;
  /** What people had said when it began, the oldest first. */
  readonly feedback: readonly Feedback[];
  readonly state: TrainerState;
}

export interface Recording extends RecordingHeader {
  readonly entries: readonly RecordingEntry[];
}
