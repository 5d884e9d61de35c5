/** What the page asks of the engine to compare a language model with hints in its prompt and without. Plain data. */
import type { LiveReport } from '../lab/live-comparison.ts';

export interface LiveRequest {
  /** Questions to ask at most. */
  readonly questions: number;
  /** Answers drawn to each prompt at the settings' temperature; 0: one, the greedy one. */
  readonly draws: number;
  /** Takes up the one that was left, with its questions and hints as they were, in the place of beginning anew. */
  readonly goOn: boolean;
}

export interface LiveProgress {
  readonly answered: number;
  readonly all: number;
  /** Of a question, since it was begun or taken up; null before the first answer. */
  readonly secondsEach: number | null;
  /** Null where the model does not count them. */
  readonly tokensPerSecond: number | null;
}

/** What was compared, as it was when it began. */
export interface LiveSubject {
  readonly model: string;
  /** The title of the dataset. */
  readonly dataset: string;
  readonly temperature: number;
  /** Hints of the policy, and after which step they were so. */
  readonly hints: number;
  readonly step: number;
}

export interface LiveOutcome extends LiveSubject {
  /** Null where no question was answered. */
  readonly report: LiveReport | null;
  /** Why it ended before all were answered, with the way out; null where it did not, or somebody ended it. */
  readonly failure: string | null;
  /** How it stood at its end. */
  readonly progress: LiveProgress;
}
