/** What people said of a dataset, in hand and in the store: read by the reward model at every group. */
import type { Feedback, FeedbackChange, FeedbackProvider, FeedbackStore, Judgements } from '../grpo/feedback.ts';
import { normaliseSql } from '../sql/normalise.ts';
import type { Judged } from '../grpo/feedback.ts';

export class FeedbackBook {
  readonly #dataset: string;
  #entries: readonly Feedback[] = [];

  constructor(dataset: string) {
    this.#dataset = dataset;
  }

  /** Everything that was said, the oldest first. */
  get entries(): readonly Feedback[] {
    return this.#entries;
  }

  async load(store: FeedbackStore): Promise<void> {
    this.#entries = [...(await store.feedback(this.#dataset))].sort(byTime);
  }

  /** Puts everything into another store. */
  async copyTo(store: FeedbackStore): Promise<void> {
    for (const entry of this.#entries) await store.putFeedback(entry);
  }

  /**
   * Changes what was said of one SQL text; when neither thumb nor correction is left, the record goes, and a comment
   * alone makes none. Nothing changes when the store rejects.
   */
  async say(store: FeedbackStore, { question, sql }: Judged, change: FeedbackChange, at: number): Promise<void> {
    const key = { dataset: this.#dataset, question: question.trim(), sql: normaliseSql(sql) };
    const before = this.#find(key);
    const { thumb = before?.thumb ?? null, corrected = before?.corrected ?? null } = change;
    const { comment = before?.comment ?? null, chosenOver = before?.chosenOver ?? null } = change;
    const isComment = before !== undefined && Object.keys(change).every((name) => name === 'comment');
    const entry: Feedback = {
      ...key,
      text: isComment ? before.text : sql,
      thumb,
      corrected,
      ...(comment === null ? {} : { comment }),
      // What is no thumb up any more was not chosen.
      ...(chosenOver === null || thumb !== 'up' ? {} : { chosenOver }),
      at: isComment ? before.at : at,
    };
    const others = this.#entries.filter((other) => other !== before);
    if (thumb === null && corrected === null) {
      await store.removeFeedback(key);
      this.#entries = others;
    } else {
      await store.putFeedback(entry);
      // A comment changes nothing that a reward reads, the order included.
      this.#entries = isComment ? this.#entries.map((other) => (other === before ? entry : other)) : [...others, entry];
    }
  }

  /** For a reward model. */
  readonly provider: FeedbackProvider = async (question) => judgementsOf(this.#entries, question.question);

  /** SQL that the reader wrote in the place of others, each once. */
  correctionsOf(question: string): readonly string[] {
    return [...new Set(judgementsOf(this.#entries, question)?.corrected)];
  }

  #find({ question, sql }: Pick<Feedback, 'question' | 'sql'>): Feedback | undefined {
    return this.#entries.find((entry) => entry.question === question && entry.sql === sql);
  }
}

/** What was said about a question; null when nothing was. */
export function judgementsOf(entries: readonly Feedback[], question: string): Judgements | null {
  const own = entries.filter((entry) => entry.question === question.trim());
  if (own.length === 0) return null;
  const texts = (thumb: Feedback['thumb']): string[] =>
    own.flatMap((entry) => (entry.thumb === thumb ? [entry.text] : []));
  return {
    approved: texts('up'),
    disapproved: texts('down'),
    corrected: own.flatMap(({ corrected }) => corrected ?? []),
  };
}

const byTime = (a: Feedback, b: Feedback): number => a.at - b.at || (a.sql < b.sql ? -1 : 1);
