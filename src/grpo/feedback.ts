/** What people say of completions: the record, the port of its store, and what a reward model may ask. */
import type { Execution, Question } from './types.ts';

export const THUMBS = ['up', 'down'] as const;
export type Thumb = (typeof THUMBS)[number];

/** Characters of a comment. */
export const LONGEST_COMMENT = 2_000;

/** What was said of one SQL text as an answer to one question. */
export interface Feedback {
  /** Name of the dataset. */
  readonly dataset: string;
  /** The question's text, without space around it: people judge what was asked, whatever its id. */
  readonly question: string;
  /** The SQL that was judged, normalised (sql/normalise.ts): with dataset and question the key of the record. */
  readonly sql: string;
  /** The same as it was written. */
  readonly text: string;
  /** Null when there is only a corrected SQL. */
  readonly thumb: Thumb | null;
  /** What should have been written instead; null when nobody said. */
  readonly corrected: string | null;
  /** What was added in words; absent for nothing. No reward reads it. */
  readonly comment?: string;
  /** The SQL of the other reading, where this one was chosen of two; absent for a thumb of its own. */
  readonly chosenOver?: string;
  /** When it was said last, in milliseconds since 1970. */
  readonly at: number;
}

/** What is changed of what was said: what is left out stays, null takes it back. */
export interface FeedbackChange extends Partial<Pick<Feedback, 'thumb' | 'corrected'>> {
  readonly comment?: string | null;
  readonly chosenOver?: string | null;
}

export type FeedbackKey = Pick<Feedback, 'dataset' | 'question' | 'sql'>;

/** Where feedback is kept. It belongs to the dataset, not to a run. Rejects like a RunStore. */
export interface FeedbackStore {
  /** Everything that was said about a dataset, by question and SQL. */
  feedback(dataset: string): Promise<Feedback[]>;
  /** In place of what was said of the same SQL before. */
  putFeedback(feedback: Feedback): Promise<void>;
  /** Takes it back; nothing happens where nothing was said. */
  removeFeedback(key: FeedbackKey): Promise<void>;
}

/** What people said about one question: SQL texts, the newest last. */
export interface Judgements {
  readonly approved: readonly string[];
  readonly disapproved: readonly string[];
  /** What people wrote in place of a completion. */
  readonly corrected: readonly string[];
}

/**
 * Tells a reward model what was said about a question up to now. Asked once for every group, so that new feedback
 * counts at once; it is shown the group because a simulated person judges what it is shown. Null where nobody said
 * anything.
 */
export type FeedbackProvider = (
  question: Question,
  completions: readonly { readonly sql: string; readonly execution: Execution }[],
) => Promise<Judgements | null>;

/** The completion that is judged: its question and its SQL. */
export interface Judged {
  readonly question: string;
  readonly sql: string;
}
