/** A question that is asked, and its answer. Plain data: it crosses to the page and into files. */
import { FIELDS } from '../grpo/config.ts';
import type { SampleOrigin } from '../grpo/origin.ts';
import type { Execution, HintCue, HintPattern, HintTemplate, ScoredRewards } from '../grpo/types.ts';
import { BEST_OF } from '../lab/experiment-types.ts';

/** Candidates of one answer, at most: those of a group. */
export const MOST_SAMPLES = FIELDS.group_size.max;
/** Candidates of a language model unless told otherwise: each takes seconds. */
const USUAL_COMPLETIONS = 8;

export const usualSamples = (isLanguageModel: boolean): number => (isLanguageModel ? USUAL_COMPLETIONS : BEST_OF);

/** Hints kept of a candidate. */
export const SHOWN_HINTS = 8;
/** Weight of the agreement component where agreement counts. */
export const AGREEMENT_WEIGHT = 0.5;

export interface AskRequest {
  readonly question: string;
  /** G: the greedy answer and G − 1 draws. 1 … MOST_SAMPLES. */
  readonly samples: number;
  /** Whether the hints act; without them the sampler is π_0. */
  readonly hints: boolean;
  /** The same seed and hints give the same answer, as far as the sampler does. */
  readonly seed: number;
}

/** A hint that fired in a candidate. */
export interface ActedHint {
  readonly key: string;
  readonly cue: HintCue | null;
  readonly pattern: HintPattern;
  readonly template: HintTemplate;
  /** The weight with which it acts. */
  readonly weight: number;
  /** How often it fired. */
  readonly times: number;
}

/** One SQL text of the group. */
export interface AskCandidate {
  readonly sql: string;
  /** As the sampler wrote it the first time. */
  readonly text: string;
  readonly origin?: SampleOrigin;
  /** How many of the group are this SQL. */
  readonly count: number;
  /** Whether the sampler's greedy answer is this SQL. */
  readonly greedy: boolean;
  /** Its rows cut to SHOWN_ROWS. */
  readonly execution: Execution;
  /** Rows before that cut. */
  readonly rowCount: number;
  readonly rewards: ScoredRewards;
  /** Σ w f over the hints that fired. */
  readonly hintScore: number;
  /** Those that weigh most, the strongest first; at most SHOWN_HINTS. */
  readonly hints: readonly ActedHint[];
  /** How many hints fired, whether listed or not. */
  readonly hintCount: number;
  /** Of the `others` of the group that have a result, those whose result is `same`; null where it has none itself. */
  readonly agreement: { readonly same: number; readonly others: number } | null;
  /** What it is ranked by; null where it could not be scored. */
  readonly score: number | null;
  /** What the reader said that holds for it, from −1 to 1; null for nothing. */
  readonly said: number | null;
  /** ln π_h at the set temperature; null where the sampler cannot tell. */
  readonly logProbability: number | null;
  /** One sentence: why it is not the answer; '' for the answer. */
  readonly why: string;
}

/**
 * What the score of a candidate is: the reference-free total; with the weights of the hints that fire; or with
 * LIKELIHOOD · ln π.
 */
export type ScoredBy = 'reward' | 'reward+hints' | 'reward+likelihood';

/** How sure an answer is. */
export interface Sureness {
  /** That it is right, in [0, 1], from what the group is like; what the reader said has no part in it. */
  readonly probability: number;
  /** What it was computed from (evidence.ts). */
  readonly evidence: readonly number[];
  /** More likely wrong than right, and not confirmed. */
  readonly unsure: boolean;
  /** The reader said so. */
  readonly confirmed: boolean;
  /** How far the best answer with another result is behind in score; null where there is none. */
  readonly margin: number | null;
  /** Words of the question that nothing was made of. */
  readonly unlinked: readonly string[];
  /** The probability as a sentence; what speaks for it and against it; and what it was fitted on. */
  readonly says: string;
  readonly because: readonly string[];
  readonly basis: string;
  /** What the probability was fitted on: `own` questions of this database, or those of other databases. */
  readonly from: { readonly questions: number; readonly databases: number; readonly own: boolean };
}

/** The best answer with another result. */
export interface Readings {
  /** Its place among the candidates. */
  readonly rival: number;
  /** What tells the answer and it apart; null where nothing that has words does. */
  readonly words: readonly [string, string] | null;
}

export interface AskAnswer {
  readonly question: string;
  readonly sampler: { readonly id: string; readonly label: string; readonly isLanguageModel: boolean };
  readonly hints: boolean;
  readonly seed: number;
  /** How many were drawn. */
  readonly samples: number;
  readonly scoredBy: ScoredBy;
  /** The best first: it is the answer. Those with a result stand before those without. Never empty. */
  readonly candidates: readonly AskCandidate[];
  /** What to know before trusting the answer; null for nothing. */
  readonly note: string | null;
  /** Null where nothing is known of it: one candidate, none with a result, or another sampler than the built-in. */
  readonly sure: Sureness | null;
  /** Null where all results are the same, or nothing is known of how sure the answer is. */
  readonly readings: Readings | null;
}
