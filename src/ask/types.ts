/** A question that is asked, and its answer. Plain data: it crosses to the page and into files. */
import { FIELDS } from '../grpo/config.ts';
import type { SampleOrigin } from '../grpo/origin.ts';
import type { Execution, HintCue, HintPattern, HintTemplate, ScoredRewards } from '../grpo/types.ts';

/** Candidates of one answer, at most: those of a group. */
export const MOST_SAMPLES = FIELDS.group_size.max;
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
  /** ln π_h at the set temperature; null where the sampler cannot tell. */
  readonly logProbability: number | null;
  /** One sentence: why it is not the answer; '' for the answer. */
  readonly why: string;
}

export interface AskAnswer {
  readonly question: string;
  readonly sampler: { readonly id: string; readonly label: string; readonly isLanguageModel: boolean };
  readonly hints: boolean;
  readonly seed: number;
  /** How many were drawn. */
  readonly samples: number;
  /** What the score is: the total alone, or with the weights of the hints that fire. */
  readonly scoredBy: 'reward' | 'reward+hints';
  /** The best first: it is the answer. Those with a result stand before those without. Never empty. */
  readonly candidates: readonly AskCandidate[];
  /** What to know before trusting the answer; null for nothing. */
  readonly note: string | null;
}
